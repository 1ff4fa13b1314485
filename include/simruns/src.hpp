#pragma once

/// The library itself, for a program that is compiled with `SIMRUNS_SEPARATE_COMPILATION`: include
/// it in exactly one unit. The CMake target `simruns::compiled` does so.

#ifndef SIMRUNS_SEPARATE_COMPILATION
#error \
    "define SIMRUNS_SEPARATE_COMPILATION in every unit of the program, or leave out simruns/src.hpp"
#endif

#include "simruns/impl/error.ipp"
#include "simruns/async/impl/context_bound.ipp"
#include "simruns/async/impl/on_strand.ipp"
#include "simruns/async/impl/wait_line.ipp"
#include "simruns/transport/impl/connection.ipp"
#include "simruns/transport/impl/response_reader.ipp"
#include "simruns/page/impl/page_reader.ipp"
#include "simruns/page/impl/page_reader_extras.ipp"
#include "simruns/page/impl/page_reader_nesting.ipp"
#include "simruns/page/impl/parse_page.ipp"
#include "simruns/page/impl/verdict.ipp"
#include "simruns/fetch/impl/attempts.ipp"
#include "simruns/fetch/impl/client_core.ipp"
#include "simruns/fetch/impl/error_body.ipp"
#include "simruns/fetch/impl/failure_of.ipp"
#include "simruns/fetch/impl/fetch.ipp"
#include "simruns/fetch/impl/read_response.ipp"
#include "simruns/fetch/impl/request_budget.ipp"
#include "simruns/fetch/impl/retry_policy.ipp"
#include "simruns/walk/impl/completeness.ipp"
#include "simruns/walk/impl/walk_plan.ipp"
#include "simruns/follow/impl/follow_plan.ipp"
#include "simruns/runs/impl/client.ipp"
#include "simruns/runs/impl/follow_source.ipp"
#include "simruns/runs/impl/run_stream.ipp"
#include "simruns/runs/impl/walk_source.ipp"
#include "simruns/columns/impl/arrow.ipp"
#include "simruns/columns/impl/arrow_stream.ipp"
#include "simruns/columns/impl/tables.ipp"
