#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/store/detail/cursor.hpp"
#include "simruns/simulator/store/detail/item_field.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/text/parse_integer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

inline void append_counted(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

/// Takes a cursor's text apart, part by part.
class cursor_reader {
 public:
  explicit cursor_reader(std::string_view text) : text_{text} {}

  std::optional<char> letter() {
    if (text_.empty()) return std::nullopt;
    char const first = text_.front();
    text_.remove_prefix(1);
    return first;
  }

  std::optional<std::string_view> counted() {
    auto const colon = text_.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto const size = simruns::detail::parse_integer<std::size_t>(text_.substr(0, colon));
    if (!size || *size > text_.size() - colon - 1) return std::nullopt;
    auto const part = text_.substr(colon + 1, *size);
    text_.remove_prefix(colon + 1 + *size);
    return part;
  }

  std::optional<field_value> value() {
    auto const kind = letter();
    if (kind == 'n') return field_value{std::monostate{}};
    auto const part = counted();
    if (!part) return std::nullopt;
    if (kind == 's') return field_value{*part};
    if (kind != 'i') return std::nullopt;
    auto const number = simruns::detail::parse_integer<std::int64_t>(*part);
    if (!number) return std::nullopt;
    return field_value{*number};
  }

  std::optional<std::size_t> index() {
    auto const part = counted();
    if (!part) return std::nullopt;
    return simruns::detail::parse_integer<std::size_t>(*part);
  }

  bool at_end() const noexcept { return text_.empty(); }

 private:
  std::string_view text_;
};

inline void append_value(std::string& out, field_value const& value) {
  if (auto const* number = std::get_if<std::int64_t>(&value)) {
    append_counted(out += 'i', std::to_string(*number));
  } else if (auto const* text = std::get_if<std::string_view>(&value)) {
    append_counted(out += 's', *text);
  } else {
    out += 'n';
  }
}

SIMRUNS_INLINE std::string cursor_text(cursor const& at, std::uint64_t query) {
  std::string out;
  append_counted(out, std::to_string(query));
  out += at.way == direction::forward ? 'f' : 'b';
  out += at.where == cursor::edge::begin ? '<' : at.where == cursor::edge::end ? '>' : '=';
  if (at.where != cursor::edge::at) return out;
  for (auto const& value : at.position.values) append_value(out, value);
  append_counted(out, at.position.id);
  append_counted(out, std::to_string(at.position.number));
  return out;
}

SIMRUNS_INLINE std::optional<cursor> read_cursor(std::string_view text, std::uint64_t query,
                                                 direction way, std::size_t sort_keys) {
  cursor_reader reader{text};
  if (reader.counted() != std::to_string(query)) return std::nullopt;
  if (reader.letter() != (way == direction::forward ? 'f' : 'b')) return std::nullopt;
  cursor at;
  at.way = way;
  auto const edge = reader.letter();
  if (edge == '<' || edge == '>') {
    at.where = edge == '<' ? cursor::edge::begin : cursor::edge::end;
    return reader.at_end() ? std::optional{at} : std::nullopt;
  }
  for (std::size_t i = 0; i < sort_keys; ++i) {
    auto const value = reader.value();
    if (!value) return std::nullopt;
    at.position.values.push_back(*value);
  }
  auto const id = reader.counted();
  auto const number = reader.index();
  if (edge != '=' || !id || !number || !reader.at_end()) return std::nullopt;
  at.position.id = *id;
  at.position.number = *number;
  return at;
}

}  // namespace simruns::simulator::detail
