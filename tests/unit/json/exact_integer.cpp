#include "simruns/json/exact_integer.hpp"

#include "support/catch.hpp"
#include "support/random.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

using simruns::detail::integer_fault;
using simruns::detail::integer_of;

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

/// A JSON literal of `value`, written in one of many ways.
std::string write(std::int64_t value, test::random_source& random) {
  auto digits = std::to_string(value);
  std::string const sign = value < 0 ? "-" : "";
  digits.erase(0, sign.size());
  auto const zeros = std::string(random.below(5), '0');
  auto const e = random.one_in(2) ? "e" : "E";
  switch (random.below(4)) {
    case 0:
      return sign + digits;
    case 1:
      return sign + digits + "." + zeros + "0";
    case 2: {
      auto const power = random.below(digits.size());
      auto const whole = digits.substr(0, digits.size() - power);
      auto const fraction = digits.substr(digits.size() - power) + zeros;
      return sign + whole + (fraction.empty() ? "" : "." + fraction) + e +
             (random.one_in(2) ? "+" : "") + zeros + std::to_string(power);
    }
    default: {
      auto const extra = random.below(30);
      return sign + digits + std::string(extra, '0') + e + "-" + zeros + std::to_string(extra);
    }
  }
}

}  // namespace

TEST_CASE("a literal of an integer is that integer, however it is written") {
  for (auto const& [literal, value] : {
           std::pair<std::string_view, std::int64_t>{"0", 0},
           {"-0", 0},
           {"0.0", 0},
           {"-0.000", 0},
           {"0e5", 0},
           {"0e-5", 0},
           {"0.0e-99999999999999999999", 0},
           {"0e99999999999999999999", 0},
           {"7", 7},
           {"7.0", 7},
           {"7.", 7},
           {"-7.0", -7},
           {"0.7e1", 7},
           {"70e-1", 7},
           {"7000.000e-3", 7},
           {"0.007E+3", 7},
           {"1.764e12", 1'764'000'000'000},
           {"1718000000000.0", 1'718'000'000'000},
           {"9007199254740993.0", 9'007'199'254'740'993},
           {"9007199254740993e0", 9'007'199'254'740'993},
           {"-9007199254740993.0", -9'007'199'254'740'993},
           {"9223372036854775807", most},
           {"9223372036854775807.000", most},
           {"922337203685477580.7e1", most},
           {"9.223372036854775807e18", most},
           {"-9223372036854775808", least},
           {"-9223372036854775808.0", least},
           {"-9.223372036854775808e+18", least},
           {"1e18", 1'000'000'000'000'000'000},
           {"1000000000000000000000e-21", 1},
       }) {
    CAPTURE(literal);
    auto const read = integer_of(literal);
    CHECK(read.fault == integer_fault::none);
    CHECK(read.value == value);
  }
}

TEST_CASE("a literal with a part below one is fractional") {
  for (std::string_view literal :
       {"0.5", "-0.5", "7.5", "7.0000000000000000000000001", "1e-1", "1e-400", "12e-2", "-1.5e0",
        "9007199254740993.5", "1e-99999999999999999999", "1e-1000000001", "0.1e0"}) {
    CAPTURE(literal);
    CHECK(integer_of(literal).fault == integer_fault::fractional);
    CHECK(integer_of(literal).value == 0);
  }
}

TEST_CASE("a literal beyond 64 bits is out of range, never wrapped around") {
  for (std::string_view literal :
       {"9223372036854775808", "-9223372036854775809", "9223372036854775808.0",
        "18446744073709551615", "18446744073709551616", "99999999999999999999", "1e19", "-1e19",
        "1e400", "1.5e400", "1e99999999999999999999", "1e1000000001", "10000000000000000000"}) {
    CAPTURE(literal);
    CHECK(integer_of(literal).fault == integer_fault::out_of_range);
    CHECK(integer_of(literal).value == 0);
  }
}

TEST_CASE("every integer comes back from every way to write it") {
  test::random_source random(4);
  for (int i = 0; i < 20'000; ++i) {
    auto const value = static_cast<std::int64_t>(random.bits()) >> random.below(64);
    auto const literal = write(value, random);
    CAPTURE(literal);
    auto const read = integer_of(literal);
    REQUIRE(read.fault == integer_fault::none);
    REQUIRE(read.value == value);
  }
}

TEST_CASE("a literal of a million digits is read as any other") {
  std::string const zeros(1'000'000, '0');
  CHECK(integer_of("1" + zeros + "e-1000000").value == 1);
  CHECK(integer_of("0." + zeros + "1e1000001").value == 1);
  CHECK(integer_of("1" + zeros).fault == integer_fault::out_of_range);
  CHECK(integer_of("1." + zeros + "1").fault == integer_fault::fractional);
}
