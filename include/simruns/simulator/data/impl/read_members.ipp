#pragma once

#include "simruns/config.hpp"
#include "simruns/json/exact_integer.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/json/scanner.hpp"
#include "simruns/simulator/data/detail/read_members.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::string text_of(simruns::detail::text_reader& texts, std::string_view json) {
  return std::string{texts.read(json).value_or(std::string_view{})};
}

inline std::optional<std::int64_t> whole_number(std::string_view json) {
  if (simruns::detail::type_of_value(json.front()) != "number") return std::nullopt;
  auto const number = simruns::detail::integer_of(json);
  if (number.fault != simruns::detail::integer_fault::none) return std::nullopt;
  return number.value;
}

SIMRUNS_INLINE void take_member(simruns::detail::text_reader& texts, std::string_view name,
                                std::string_view value, std::span<text_member const> to_texts,
                                std::span<number_member const> to_numbers) {
  for (auto const& member : to_texts) {
    if (member.name == name) *member.to = text_of(texts, value);
  }
  for (auto const& member : to_numbers) {
    if (member.name == name) *member.to = whole_number(value);
  }
}

SIMRUNS_INLINE void require_object(std::string const& json, std::string const& what) {
  simruns::detail::json_scanner in{json};
  std::string_view whole;
  bool const is_json = in.value(whole, simruns::detail::most_json_depth);
  if (is_json) in.peek();
  if (is_json && in.at_end()) {
    if (whole.starts_with('{')) return;
    throw std::invalid_argument("a JSON value that is not an object: each line must be one " +
                                what);
  }
  using simruns::detail::json_fault;
  std::string wrong = "not JSON";
  if (in.fault() == json_fault::not_utf8) wrong = "not UTF-8";
  if (in.fault() == json_fault::too_deep) wrong = "nested too deep";
  throw std::invalid_argument(wrong + " at byte " + std::to_string(in.offset()) + " of " +
                              std::to_string(json.size()) +
                              ": each line must be the whole JSON object of one " + what);
}

SIMRUNS_INLINE void require_reference(std::string& text, std::string const& known,
                                      std::string const& name, std::string const& what) {
  if (text.empty()) text = known;
  if (!text.empty()) return;
  throw std::invalid_argument("`" + name + "` must be a text that is not empty: without it the " +
                              what + " cannot be asked for; add it, or leave the " + what + " out");
}

}  // namespace simruns::simulator::detail
