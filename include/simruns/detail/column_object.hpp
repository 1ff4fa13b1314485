#pragma once

#include "simruns/page/arena.hpp"
#include "simruns/page/maybe.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstring>
#include <string_view>

/// Reads the members of a JSON object that a parser has already found to be valid, without a DOM.
/// Of text that is not valid it reads less, and never past the end.
namespace simruns::detail {

/// Goes over the members of an object, each as the slices that it is.
class object_members {
 public:
  explicit object_members(std::string_view json) noexcept
      : at_(json.data()), end_(json.data() + json.size()) {
    skip_space();
    if (at_ == end_ || *at_++ != '{') at_ = end_;
  }

  /// Moves to the next member; false at the end.
  bool next() noexcept {
    skip_space();
    if (at_ != end_ && *at_ == ',') ++at_;
    skip_space();
    if (at_ == end_ || *at_ != '"') return false;
    key_ = skip_value();
    skip_space();
    if (at_ == end_ || *at_++ != ':') return false;
    skip_space();
    value_ = skip_value();
    return !value_.empty();
  }

  std::string_view key() const noexcept { return key_; }  ///< With its quotes, as it came.
  std::string_view value() const noexcept { return value_; }

 private:
  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  std::string_view skip_value() noexcept {
    auto const* const begin = at_;
    if (at_ == end_) return {};
    if (*at_ == '"') {
      skip_string();
    } else if (*at_ == '{' || *at_ == '[') {
      skip_nested();
    } else {
      while (at_ != end_ && !std::strchr(",}] \n\r\t", *at_)) ++at_;
    }
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

  void skip_string() noexcept {
    auto const* const begin = at_++;
    while (at_ != end_) {
      auto const left = static_cast<std::size_t>(end_ - at_);
      auto const* const quote = static_cast<char const*>(std::memchr(at_, '"', left));
      at_ = quote == nullptr ? end_ : quote + 1;
      if (quote == nullptr || !is_escaped(begin, quote)) return;
    }
  }

  static bool is_escaped(char const* begin, char const* quote) noexcept {
    auto const* first = quote;
    while (first - 1 != begin && first[-1] == '\\') --first;
    return (quote - first) % 2 != 0;
  }

  void skip_nested() noexcept {
    std::size_t depth = 0;
    while (at_ != end_) {
      if (*at_ == '"') {
        skip_string();
        continue;
      }
      if (*at_ == '{' || *at_ == '[') ++depth;
      if ((*at_ == '}' || *at_ == ']') && --depth == 0) {
        ++at_;
        return;
      }
      ++at_;
    }
  }

  char const* at_;
  char const* end_;
  std::string_view key_;
  std::string_view value_;
};

/// Makes texts of JSON strings. Those without an escape are slices, the others live in the reader.
class text_reader {
 public:
  /// None where `json` is no string.
  maybe<std::string_view> read(std::string_view json) {
    if (json.size() < 2 || json.front() != '"') return {};
    auto const inner = json.substr(1, json.size() - 2);
    if (inner.find('\\') == inner.npos) return inner;
    boost::system::error_code failed;
    boost::json::string_view const text(json.data(), json.size());
    auto const parsed = boost::json::parse(text, failed);
    if (failed || !parsed.is_string()) return {};
    return memory_.copy(std::string_view(parsed.get_string().data(), parsed.get_string().size()));
  }

 private:
  arena memory_{1024};
};

inline maybe<bool> read_bool(std::string_view json) noexcept {
  if (json == "true") return true;
  if (json == "false") return false;
  return {};
}

}  // namespace simruns::detail
