#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/json/scanner.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/data/detail/edit_json.hpp"
#include "simruns/text/parse_integer.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// A member or an element of a JSON text, as offsets. `begin` is that of the member's name, or of
/// the element itself.
struct json_entry {
  std::size_t begin;
  std::size_t value;
  std::size_t end;
};

inline constexpr std::size_t deepest = 512;

inline std::size_t behind_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

/// The entry of the object or array at `holder` that one part of a path names. Of members of the
/// same name the last counts, as it does to most readers.
inline std::optional<json_entry> find_entry(std::string const& text, std::size_t holder,
                                            std::string_view part) {
  auto const index = simruns::detail::parse_integer<std::size_t>(part);
  simruns::detail::json_scanner scanner{std::string_view{text}.substr(holder)};
  simruns::detail::text_reader names;
  bool const object = scanner.take_if('{');
  if (!object && !scanner.take_if('[')) return std::nullopt;
  std::optional<json_entry> found;
  char const close = object ? '}' : ']';
  for (std::size_t number = 0; scanner.peek() != close; ++number) {
    if (number != 0 && !scanner.take(',')) return std::nullopt;
    scanner.peek();
    json_entry entry{holder + scanner.offset(), 0, 0};
    bool meant = index == number;
    if (object) {
      simruns::detail::json_string name;
      if (scanner.peek() != '"' || !scanner.string(name) || !scanner.take(':')) return std::nullopt;
      meant = names.read(name) == part;
    }
    std::string_view value;
    if (!scanner.value(value, deepest)) return std::nullopt;
    entry.end = holder + scanner.offset();
    entry.value = entry.end - value.size();
    if (meant) found = entry;
  }
  return found;
}

/// What the last part of a path names, and the object or array which that is of.
struct json_target {
  std::size_t holder;
  std::string_view part;
  std::optional<json_entry> entry;
};

inline std::optional<json_target> find_target(std::string const& text, std::string_view path) {
  auto holder = behind_space(text, 0);
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
    auto const inner = find_entry(text, holder, path.substr(0, slash));
    if (!inner) return std::nullopt;
    holder = inner->value;
    path.remove_prefix(slash + 1);
  }
  return json_target{holder, path, find_entry(text, holder, path)};
}

SIMRUNS_INLINE std::optional<std::string_view> json_at(std::string const& text,
                                                       std::string_view path) {
  auto const target = find_target(text, path);
  if (!target || !target->entry) return std::nullopt;
  return std::string_view{text}.substr(target->entry->value,
                                       target->entry->end - target->entry->value);
}

SIMRUNS_INLINE void set_json(std::string& text, std::string_view path, std::string_view json) {
  auto const target = find_target(text, path);
  if (!target) return;
  if (target->entry) {
    text.replace(target->entry->value, target->entry->end - target->entry->value, json);
  } else if (text[target->holder] == '{') {
    simruns::detail::json_scanner scanner{std::string_view{text}.substr(target->holder)};
    std::string_view object;
    if (!scanner.value(object, deepest)) return;
    auto const end = target->holder + object.size() - 1;
    bool const first = behind_space(text, target->holder + 1) == end;
    std::string member = first ? "" : ",";
    simruns::detail::append_json_string(member, target->part);
    member.append(":").append(json);
    text.insert(end, member);
  }
}

SIMRUNS_INLINE void erase_json(std::string& text, std::string_view path) {
  auto const target = find_target(text, path);
  if (!target || !target->entry) return;
  auto begin = target->entry->begin;
  auto end = target->entry->end;
  auto const before = text.find_last_not_of(" \t\r\n", begin - 1);
  auto const behind = behind_space(text, end);
  if (text[before] == ',') {
    begin = before;
  } else if (behind < text.size() && text[behind] == ',') {
    end = behind + 1;
  }
  text.erase(begin, end - begin);
}

}  // namespace simruns::simulator::detail
