#pragma once

#include "simruns/config.hpp"
#include "simruns/json/broken_json.hpp"
#include "simruns/json/scanner.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/utf8.hpp"

namespace simruns::detail {

SIMRUNS_INLINE bool broken_json::pass() {
  static constexpr std::size_t most_depth = 1'000'000;
  for (;;) {
    char const first = peek();
    if (first == '{' || first == '[') {
      if (open_.size() == most_depth) return false;
      open_ += first == '{' ? '}' : ']';
      ++at_;
      if (peek() != open_.back()) {
        if (first == '{' && !pass_key()) return false;
        continue;
      }
    } else if (!pass_value()) {
      return false;
    }
    // Behind a value, or at the end of an empty object or array.
    while (!open_.empty() && peek() == open_.back()) {
      ++at_;
      open_.pop_back();
    }
    if (open_.empty()) return true;
    if (!take(',')) return false;
    if (open_.back() == '}' && !pass_key()) return false;
  }
}

SIMRUNS_INLINE char broken_json::peek() noexcept {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  return at_ == end_ ? '\0' : *at_;
}

SIMRUNS_INLINE bool broken_json::take(char wanted) noexcept {
  if (peek() != wanted) return false;
  ++at_;
  return true;
}

SIMRUNS_INLINE void broken_json::note(char const* from, char const* to) noexcept {
  if (wrong_.data() == nullptr) wrong_ = {from, static_cast<std::size_t>(to - from)};
}

SIMRUNS_INLINE bool broken_json::pass_key() {
  return peek() == '"' && pass_string(key_) && take(':');
}

SIMRUNS_INLINE bool broken_json::pass_value() {
  if (*at_ != '"' || at_ == end_) return pass_word();
  std::string_view inner;
  if (!pass_string(inner)) return false;
  if (open_.size() != 1 || open_.back() != '}') return true;
  if (key_ == "id") id_ = inner;
  if (key_ == "_id") other_id_ = inner;
  return true;
}

SIMRUNS_INLINE bool broken_json::pass_string(std::string_view& inner) {
  char const* const start = ++at_;
  for (; at_ != end_ && *at_ != '"';) {
    auto const byte = static_cast<unsigned char>(*at_);
    if (byte == '\\') {
      pass_escape();
    } else if (byte >= 0x80) {
      if (pass_utf8(at_, end_)) continue;
      note(at_, at_ + 1);
      ++at_;
    } else {
      if (byte < 0x20) note(at_, at_ + 1);
      ++at_;
    }
  }
  if (at_ == end_) return false;
  inner = {start, static_cast<std::size_t>(at_ - start)};
  ++at_;
  return true;
}

/// A quote behind a backslash ends no string, whatever is wrong before it.
SIMRUNS_INLINE void broken_json::pass_escape() {
  static constexpr std::string_view known = "\"\\/bfnrt";
  char const* const start = at_++;
  if (at_ == end_) return;
  if (*at_ == 'u') {
    char const* stop = at_ + 1;
    while (stop != end_ && stop - at_ <= 4 && hex_value(*stop) >= 0) ++stop;
    bool const with_next = stop != end_ && *stop != '"';
    if (stop - at_ < 5) note(start, with_next ? stop + 1 : stop);
  } else if (known.find(*at_) == known.npos) {
    note(start, at_ + 1);
  }
  // What follows a bad escape is looked at again: it may be a byte that is not UTF-8.
  at_ = static_cast<unsigned char>(*at_) < 0x80 ? at_ + 1 : at_;
}

/// A number, a word of JSON, or one that is none.
SIMRUNS_INLINE bool broken_json::pass_word() {
  auto const is_of_a_word = [](char c) {
    return json_scanner::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '+' || c == '-' || c == '.' || c == '_';
  };
  char const* const start = at_;
  while (at_ != end_ && is_of_a_word(*at_)) ++at_;
  std::string_view const word(start, static_cast<std::size_t>(at_ - start));
  if (word.empty()) return false;
  if (word == "true" || word == "false" || word == "null") return true;
  json_scanner in({start, static_cast<std::size_t>(end_ - start)});
  json_number number;
  if (!in.number(number) || number.literal.size() != word.size()) note(start, at_);
  return true;
}

}  // namespace simruns::detail
