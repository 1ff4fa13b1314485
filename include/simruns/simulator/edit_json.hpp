#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// Changes of single values in a JSON text that leave every other byte as it is: no number is
/// written anew. A path is the names of members and the indices of elements that lead to a value,
/// joined by `/`. The text must be valid JSON.
namespace simruns::simulator {

namespace detail {

/// A member or an element of a JSON text, as offsets. `begin` is that of the member's name, or of
/// the element itself.
struct json_entry {
  std::size_t begin;
  std::size_t value;
  std::size_t end;
};

inline std::size_t behind_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

inline std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

inline std::size_t end_of_value(std::string_view text, std::size_t at) {
  int depth = 0;
  do {
    char const c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
    } else if (std::string_view{"{}[],: \t\r\n"}.find(c) == std::string_view::npos) {
      at = std::min(text.find_first_of(",]} \t\r\n", at), text.size());
    } else {
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at;
    }
  } while (depth > 0 && at < text.size());
  return at;
}

inline bool is_name(std::string_view literal, std::string_view name) {
  if (literal.find('\\') == literal.npos) return literal.substr(1, literal.size() - 2) == name;
  auto const plain = boost::json::parse({literal.data(), literal.size()});
  return plain.get_string() == boost::json::string_view{name.data(), name.size()};
}

/// The entry of the object or array at `holder` that one part of a path names. Of members of the
/// same name the last counts, as it does to most readers.
inline std::optional<json_entry> find_entry(std::string_view text, std::size_t holder,
                                            std::string_view part) {
  bool const object = text[holder] == '{';
  if (!object && text[holder] != '[') return std::nullopt;
  std::size_t wanted = 0;
  auto const digits = std::from_chars(part.data(), part.data() + part.size(), wanted);
  bool const index = digits.ec == std::errc{} && digits.ptr == part.data() + part.size();
  std::optional<json_entry> found;
  auto at = behind_space(text, holder + 1);
  for (std::size_t number = 0; at < text.size() && text[at] != '}' && text[at] != ']'; ++number) {
    json_entry entry{at, at, at};
    if (object) {
      auto const colon = behind_space(text, end_of_string(text, at));
      entry.value = behind_space(text, colon + 1);
    }
    entry.end = end_of_value(text, entry.value);
    bool const meant = object ? is_name(text.substr(at, end_of_string(text, at) - at), part)
                              : index && number == wanted;
    if (meant) found = entry;
    at = behind_space(text, entry.end);
    if (at < text.size() && text[at] == ',') at = behind_space(text, at + 1);
  }
  return found;
}

/// What the last part of a path names, and the object or array which that is of.
struct json_place {
  std::size_t holder;
  std::string_view part;
  std::optional<json_entry> entry;
};

inline std::optional<json_place> find_place(std::string_view text, std::string_view path) {
  auto holder = behind_space(text, 0);
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
    auto const inner = find_entry(text, holder, path.substr(0, slash));
    if (!inner) return std::nullopt;
    holder = inner->value;
    path.remove_prefix(slash + 1);
  }
  return json_place{holder, path, find_entry(text, holder, path)};
}

}  // namespace detail

/// The text of the value at `path`; nothing if there is none.
inline std::optional<std::string_view> json_at(std::string_view text, std::string_view path) {
  auto const place = detail::find_place(text, path);
  if (!place || !place->entry) return std::nullopt;
  return text.substr(place->entry->value, place->entry->end - place->entry->value);
}

/// Puts `json` where the value at `path` is; a member that is not there is added to its object.
/// Does nothing where the way to it is not there.
inline void set_json(std::string& text, std::string_view path, std::string_view json) {
  auto const place = detail::find_place(text, path);
  if (!place) return;
  if (place->entry) {
    text.replace(place->entry->value, place->entry->end - place->entry->value, json);
  } else if (text[place->holder] == '{') {
    auto const end = detail::end_of_value(text, place->holder) - 1;
    bool const first = detail::behind_space(text, place->holder + 1) == end;
    boost::json::string const name{place->part.data(), place->part.size()};
    std::string member = first ? "" : ",";
    member.append(boost::json::serialize(name)).append(":").append(json);
    text.insert(end, member);
  }
}

/// Removes the value at `path`, with its name and one comma beside it.
inline void erase_json(std::string& text, std::string_view path) {
  auto const place = detail::find_place(text, path);
  if (!place || !place->entry) return;
  auto begin = place->entry->begin;
  auto end = place->entry->end;
  auto const before = text.find_last_not_of(" \t\r\n", begin - 1);
  auto const behind = detail::behind_space(text, end);
  if (text[before] == ',') {
    begin = before;
  } else if (behind < text.size() && text[behind] == ',') {
    end = behind + 1;
  }
  text.erase(begin, end - begin);
}

}  // namespace simruns::simulator
