#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// Where the value of a member of this name goes.
template <class T>
struct named_member {
  std::string_view name;
  T* to;
};

using text_member = named_member<std::string>;
using number_member = named_member<std::optional<std::int64_t>>;

/// The text of a JSON string; empty if the value is none.
std::string text_of(simruns::detail::text_reader& texts, std::string_view json);

/// Puts the value of a member where it goes, if it goes anywhere. A number is a whole one, which
/// may be written as `7.0`; any other value counts as missing.
void take_member(simruns::detail::text_reader& texts, std::string_view name, std::string_view value,
                 std::span<text_member const> to_texts, std::span<number_member const> to_numbers);

/// Throws std::invalid_argument unless the text is one JSON object. `what` is what an object stands
/// for, as in "run".
void require_object(std::string const& json, std::string const& what = "run");

/// Puts `known` where a reference is empty. Throws std::invalid_argument if that is empty too.
void require_reference(std::string& text, std::string const& known, std::string const& name,
                       std::string const& what = "run");

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/read_members.ipp"
#endif
