#pragma once

#include "simruns/json/scanner.hpp"
#include "simruns/json/unescape.hpp"
#include "simruns/text/arena.hpp"

#include <optional>
#include <string_view>

namespace simruns::detail {

/// Goes over the members of a JSON object in a text that a NUL follows, without a DOM. Each member
/// is a pair of slices of the text. At the first byte that is not JSON it ends.
class object_members {
 public:
  explicit object_members(std::string_view json) noexcept : in_(json) { more_ = in_.take_if('{'); }

  /// Moves to the next member. False: there is none.
  bool next() noexcept {
    if (!more_) return false;
    in_.take_if(',');
    more_ = in_.peek() == '"' && in_.string(key_) && in_.take(':') &&
            in_.value(value_, most_json_depth);
    return more_;
  }

  json_string const& key() const noexcept { return key_; }
  std::string_view value() const noexcept { return value_; }

 private:
  json_scanner in_;
  bool more_ = false;
  json_string key_;
  std::string_view value_;
};

/// Goes over the elements of a JSON array, as `object_members` over members.
class array_elements {
 public:
  explicit array_elements(std::string_view json) noexcept : in_(json) { more_ = in_.take_if('['); }

  /// Moves to the next element. False: there is none.
  bool next() noexcept {
    if (!more_) return false;
    in_.take_if(',');
    more_ = in_.peek() != ']' && in_.value(value_, most_json_depth);
    return more_;
  }

  std::string_view value() const noexcept { return value_; }

 private:
  json_scanner in_;
  bool more_ = false;
  std::string_view value_;
};

/// Gives the texts that JSON strings stand for. A string without an escape is its own text; any
/// other text lives as long as the reader.
class text_reader {
 public:
  /// Reads a value of `object_members`. The result is empty if the value is no string.
  std::optional<std::string_view> read(std::string_view json) {
    if (!json.starts_with('"')) return std::nullopt;
    auto const inner = json.substr(1, json.size() - 2);
    return read({inner, inner.find('\\') != inner.npos});
  }

  std::string_view read(json_string const& text) {
    bool whole = true;
    return text.escaped ? unescape(text.inner, memory_, whole) : text.inner;
  }

 private:
  arena memory_{1024};
};

}  // namespace simruns::detail
