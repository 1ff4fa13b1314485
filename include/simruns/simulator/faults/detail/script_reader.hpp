#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator::detail {

/// One value of a script and where it stands, as in `faults[2].delay`.
class script_value {
 public:
  script_value(boost::json::value const& value, std::string path)
      : value_{&value}, path_{std::move(path)} {}

  [[noreturn]] void fail(std::string const& error) const;

  boost::json::value const& json() const noexcept { return *value_; }
  std::string const& path() const noexcept { return path_; }

  double number(double low, double high) const;

  std::int64_t integer(std::int64_t low, std::int64_t high = std::int64_t{1} << 53) const;

  bool flag() const;

  std::string text() const;

  /// A time of up to a year. The script tells seconds.
  std::chrono::duration<double, std::milli> seconds() const;
  std::chrono::milliseconds whole_milliseconds() const;

  std::vector<script_value> list() const;

 private:
  static std::string shortly(double number);

  boost::json::value const* value_;
  std::string path_;
};

/// The members of an object of a script. Each may be taken, and `finish` refuses what nobody took.
class script_object {
 public:
  explicit script_object(script_value const& from);

  std::optional<script_value> take(std::string_view name);

  void finish() const;

 private:
  std::string inside(std::string_view name) const;

  script_value from_;
  std::vector<std::string_view> known_;
};

/// Parses the JSON text of a script. Throws: script_error.
boost::json::value parse_script(std::string_view text);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/faults/impl/script_reader.ipp"
#endif
