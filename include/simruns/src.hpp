#pragma once

/// The compiled part of Boost.JSON. Include it in exactly one translation unit of a program that
/// does not link a built Boost.JSON; the CMake target `simruns::boost_json` is that unit.
#include <boost/json/src.hpp>
