#pragma once

/// The library itself, for a program that is compiled with `SIMRUNS_SEPARATE_COMPILATION`: include
/// it in exactly one unit. The CMake target `simruns::compiled` does so.

#ifndef SIMRUNS_SEPARATE_COMPILATION
#error \
    "define SIMRUNS_SEPARATE_COMPILATION in every unit of the program, or leave out simruns/src.hpp"
#endif

#include "simruns/async/impl/context_bound.ipp"
#include "simruns/async/impl/on_strand.ipp"
#include "simruns/async/impl/wait_line.ipp"
#include "simruns/columns/impl/arrow.ipp"
#include "simruns/columns/impl/arrow_stream.ipp"
#include "simruns/columns/impl/tables.ipp"
#include "simruns/fetch/impl/request_budget.ipp"
#include "simruns/follow/impl/follow_plan.ipp"
#include "simruns/impl/error.ipp"
#include "simruns/page/impl/page_reader.ipp"
#include "simruns/page/impl/page_reader_extras.ipp"
#include "simruns/page/impl/page_reader_nesting.ipp"
#include "simruns/page/impl/parse_page.ipp"
#include "simruns/page/impl/verdict.ipp"
#include "simruns/transport/impl/connection.ipp"
#include "simruns/transport/impl/response_reader.ipp"
#include "simruns/walk/impl/completeness.ipp"
#include "simruns/walk/impl/walk_plan.ipp"
