#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// A script that cannot be followed. `what()` names the place, what is wrong there and what would
/// be right.
class script_error : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// One value of a script and where it stands, as in `faults[2].delay`.
class script_value {
 public:
  script_value(boost::json::value const& value, std::string place)
      : value_{&value}, place_{std::move(place)} {}

  [[noreturn]] void refuse(std::string const& problem) const {
    throw script_error{place_ + ": " + problem};
  }

  boost::json::value const& json() const noexcept { return *value_; }
  std::string const& place() const noexcept { return place_; }

  double number(double low, double high) const {
    double const found = value_->is_number() ? value_->to_number<double>() : std::nan("");
    if (!(found >= low && found <= high)) {
      refuse("must be a number from " + shortly(low) + " to " + shortly(high));
    }
    return found;
  }

  std::int64_t integer(std::int64_t low, std::int64_t high = std::int64_t{1} << 53) const {
    if (!value_->is_int64() || value_->get_int64() < low || value_->get_int64() > high) {
      refuse("must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return value_->get_int64();
  }

  bool flag() const {
    if (!value_->is_bool()) refuse("must be true or false");
    return value_->get_bool();
  }

  std::string text() const {
    if (!value_->is_string()) refuse("must be a text");
    auto const& found = value_->get_string();
    return {found.data(), found.size()};
  }

  /// Seconds, up to a year.
  std::chrono::duration<double, std::milli> seconds() const {
    return std::chrono::duration<double>{number(0, 366.0 * 86'400)};
  }
  std::chrono::milliseconds whole_milliseconds() const {
    return std::chrono::milliseconds{std::llround(seconds().count())};
  }

  std::vector<script_value> list() const {
    if (!value_->is_array()) refuse("must be a list");
    std::vector<script_value> all;
    for (auto const& element : value_->get_array()) {
      all.emplace_back(element, place_ + "[" + std::to_string(all.size()) + "]");
    }
    return all;
  }

 private:
  static std::string shortly(double number) {
    auto text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
  }

  boost::json::value const* value_;
  std::string place_;
};

/// The members of an object of a script. Each is taken once; `finish` refuses what nobody took.
class script_object {
 public:
  explicit script_object(script_value const& from) : from_{from} {
    if (!from.json().is_object()) from.refuse("must be an object of names and values");
  }

  std::optional<script_value> take(std::string_view name) {
    known_.push_back(name);
    auto const* found = from_.json().get_object().if_contains({name.data(), name.size()});
    if (found == nullptr) return std::nullopt;
    return script_value{*found, inside(name)};
  }

  void finish() const {
    for (auto const& member : from_.json().get_object()) {
      std::string_view const name{member.key().data(), member.key().size()};
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      std::string all;
      for (auto const one : known_) all.append(all.empty() ? "" : ", ").append(one);
      script_value{member.value(), inside(name)}.refuse("is not known here; there is " + all);
    }
  }

 private:
  std::string inside(std::string_view name) const {
    return (from_.place().empty() ? "" : from_.place() + ".") + std::string{name};
  }

  script_value from_;
  std::vector<std::string_view> known_;
};

/// Parses the JSON text of a script. Throws: script_error.
inline boost::json::value parse_script(std::string_view text) {
  boost::system::error_code problem;
  auto parsed = boost::json::parse({text.data(), text.size()}, problem);
  if (problem) throw script_error{"the script is not JSON: " + problem.message()};
  return parsed;
}

}  // namespace simruns::simulator
