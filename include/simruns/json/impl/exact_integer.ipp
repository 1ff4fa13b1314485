#pragma once

#include "simruns/config.hpp"
#include "simruns/json/exact_integer.hpp"
#include "simruns/text/parse_integer.hpp"

#include <cstddef>
#include <string>

namespace simruns::detail {

SIMRUNS_INLINE exact_integer integer_of(std::string_view literal) {
  bool const negative = literal.starts_with('-');
  if (negative) literal.remove_prefix(1);
  auto const e = literal.find_first_of("eE");
  std::string_view const mantissa = literal.substr(0, e);
  std::string_view power = e == literal.npos ? std::string_view{"0"} : literal.substr(e + 1);
  if (power.starts_with('+')) power.remove_prefix(1);

  auto const point = mantissa.find('.');
  std::string_view const fraction =
      point == mantissa.npos ? std::string_view{} : mantissa.substr(point + 1);
  std::string digits(mantissa.substr(0, point));
  digits += fraction;
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return {};

  // Trailing zeros move into the exponent, so that no digit which is left below the point is zero.
  auto const significant = digits.find_last_not_of('0') + 1;
  auto const zeros = static_cast<std::int64_t>(digits.size() - significant);
  digits.resize(significant);
  auto const exponent = parse_integer<std::int64_t>(power);
  if (!exponent || *exponent > 1'000'000'000 || *exponent < -1'000'000'000) {
    return {0, power.starts_with('-') ? integer_fault::fractional : integer_fault::out_of_range};
  }
  auto const shift = *exponent - static_cast<std::int64_t>(fraction.size()) + zeros;
  if (shift < 0) return {0, integer_fault::fractional};
  if (shift + static_cast<std::int64_t>(digits.size()) > 19) {
    return {0, integer_fault::out_of_range};
  }
  digits.append(static_cast<std::size_t>(shift), '0');
  if (negative) digits.insert(0, 1, '-');
  auto const value = parse_integer<std::int64_t>(digits);
  if (!value) return {0, integer_fault::out_of_range};
  return {*value, integer_fault::none};
}

}  // namespace simruns::detail
