#pragma once

#include "simruns/json/scanner.hpp"
#include "simruns/json/unescape.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/parse_limits.hpp"
#include "simruns/text/arena.hpp"

#include <string_view>

/// Reads the members of a JSON object that is a slice of a decoded page, without a DOM. Of text
/// that is not JSON it reads less.
namespace simruns::detail {

/// Goes over the members of an object, each as the slices that it is.
class object_members {
 public:
  explicit object_members(std::string_view json) noexcept : in_(json) { more_ = in_.take_if('{'); }

  /// Moves to the next member; false at the end.
  bool next() noexcept {
    if (!more_) return false;
    in_.take_if(',');
    more_ = in_.peek() == '"' && in_.string(key_) && in_.take(':') &&
            in_.value(value_, parse_limits{}.max_depth);
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

/// Makes texts of JSON strings. Those without an escape are slices, the others live in the reader.
class text_reader {
 public:
  /// Of a value as `object_members` gives it; none where it is no string.
  maybe<std::string_view> read(std::string_view json) {
    if (!json.starts_with('"')) return {};
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

inline maybe<bool> read_bool(std::string_view json) noexcept {
  if (json == "true") return true;
  if (json == "false") return false;
  return {};
}

/// What a result says of its criterion: its `success`, or where there is none its `passed`.
class said_success {
 public:
  void see(std::string_view key, std::string_view value) noexcept {
    bool const by_name = same_text(key, "success");
    if (!by_name && (by_name_ || !same_text(key, "passed"))) return;
    by_name_ = by_name;
    value_ = read_bool(value);
  }

  maybe<bool> value() const noexcept { return value_; }

 private:
  maybe<bool> value_;
  bool by_name_ = false;
};

}  // namespace simruns::detail
