#pragma once

#include "simruns/config.hpp"

#include <cstdint>
#include <string_view>

namespace simruns::detail {

/// Why a number is no 64-bit integer.
enum class integer_fault { none, fractional, out_of_range };

struct exact_integer {
  std::int64_t value = 0;  ///< Zero where there is a fault.
  integer_fault fault = integer_fault::none;
};

/// Returns the integer that a JSON number such as `7.0`, `1.764e12` or `-0` denotes, or why it
/// denotes none. The digits decide, never a double, which would round `9007199254740993.0`.
exact_integer integer_of(std::string_view literal);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/json/impl/exact_integer.ipp"
#endif
