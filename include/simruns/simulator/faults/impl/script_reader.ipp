#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/faults/detail/script_reader.hpp"
#include "simruns/simulator/faults/script_error.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator::detail {

SIMRUNS_INLINE void script_value::fail(std::string const& error) const {
  throw script_error{path_ + ": " + error};
}

SIMRUNS_INLINE double script_value::number(double low, double high) const {
  double const found = value_->is_number() ? value_->to_number<double>() : std::nan("");
  if (!(found >= low && found <= high)) {
    fail("must be a number from " + shortly(low) + " to " + shortly(high));
  }
  return found;
}

SIMRUNS_INLINE std::int64_t script_value::integer(std::int64_t low, std::int64_t high) const {
  if (!value_->is_int64() || value_->get_int64() < low || value_->get_int64() > high) {
    fail("must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value_->get_int64();
}

SIMRUNS_INLINE bool script_value::flag() const {
  if (!value_->is_bool()) fail("must be true or false");
  return value_->get_bool();
}

SIMRUNS_INLINE std::string script_value::text() const {
  if (!value_->is_string()) fail("must be a text");
  auto const& found = value_->get_string();
  return {found.data(), found.size()};
}

SIMRUNS_INLINE std::chrono::duration<double, std::milli> script_value::seconds() const {
  return std::chrono::duration<double>{number(0, 366.0 * 86'400)};
}

SIMRUNS_INLINE std::chrono::milliseconds script_value::whole_milliseconds() const {
  return std::chrono::milliseconds{std::llround(seconds().count())};
}

SIMRUNS_INLINE std::vector<script_value> script_value::list() const {
  if (!value_->is_array()) fail("must be a list");
  std::vector<script_value> all;
  for (auto const& element : value_->get_array()) {
    all.emplace_back(element, path_ + "[" + std::to_string(all.size()) + "]");
  }
  return all;
}

SIMRUNS_INLINE std::string script_value::shortly(double number) {
  auto text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

SIMRUNS_INLINE script_object::script_object(script_value const& from) : from_{from} {
  if (!from.json().is_object()) from.fail("must be an object of names and values");
}

SIMRUNS_INLINE std::optional<script_value> script_object::take(std::string_view name) {
  known_.push_back(name);
  auto const* found = from_.json().get_object().if_contains({name.data(), name.size()});
  if (found == nullptr) return std::nullopt;
  return script_value{*found, inside(name)};
}

SIMRUNS_INLINE void script_object::finish() const {
  for (auto const& member : from_.json().get_object()) {
    std::string_view const name{member.key().data(), member.key().size()};
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string all;
    for (auto const one : known_) all.append(all.empty() ? "" : ", ").append(one);
    script_value{member.value(), inside(name)}.fail("is not known here; there is " + all);
  }
}

SIMRUNS_INLINE std::string script_object::inside(std::string_view name) const {
  return (from_.path().empty() ? "" : from_.path() + ".") + std::string{name};
}

SIMRUNS_INLINE boost::json::value parse_script(std::string_view text) {
  boost::system::error_code error;
  auto parsed = boost::json::parse({text.data(), text.size()}, error);
  if (error) throw script_error{"the script is not JSON: " + error.message()};
  return parsed;
}

}  // namespace simruns::simulator::detail
