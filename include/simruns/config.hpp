#pragma once

/// How simruns is compiled. Header-only is the default. With `SIMRUNS_SEPARATE_COMPILATION` defined
/// in every unit of a program, headers only declare, and one unit of the program includes
/// `simruns/src.hpp`, and `simruns/simulator/src.hpp` if it uses the Simulator. The CMake targets
/// `simruns::simruns` and `simruns::compiled` are these two ways.

#if !defined(__cpp_impl_coroutine) || __cplusplus < 202002L
#error "simruns needs C++20 with coroutines: compile with -std=c++20 or later"
#endif

#ifdef BOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT
#error "simruns needs Asio's standard executors: leave BOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT out"
#endif

#if defined(BOOST_ASIO_DISABLE_CO_AWAIT) || defined(BOOST_ASIO_DISABLE_STD_COROUTINE)
#error "simruns needs Asio's coroutines: leave BOOST_ASIO_DISABLE_CO_AWAIT out"
#endif

/// What a function that is defined in `impl/` is declared with: `inline`, or nothing.
#ifdef SIMRUNS_SEPARATE_COMPILATION
#define SIMRUNS_INLINE
#else
#define SIMRUNS_INLINE inline
#endif
