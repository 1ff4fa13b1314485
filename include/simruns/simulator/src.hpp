#pragma once

/// The Simulator, for a program that is compiled with `SIMRUNS_SEPARATE_COMPILATION`: include it in
/// exactly one unit, beside `simruns/src.hpp`. The CMake target `simruns::compiled` does so.

#ifndef SIMRUNS_SEPARATE_COMPILATION
#error \
    "define SIMRUNS_SEPARATE_COMPILATION in every unit of the program, or leave out simruns/simulator/src.hpp"
#endif

#include "simruns/simulator/simulator.hpp"
