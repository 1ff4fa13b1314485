#pragma once

#include "simruns/json/blocks.hpp"
#include "simruns/json/digit_block.hpp"
#include "simruns/json/tokens.hpp"
#include "simruns/text/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace simruns::detail {

/// Goes over JSON text (RFC 8259, in UTF-8), token by token, and accepts nothing else. A function
/// that is false has met a fault, and `at` is there: nothing more may be asked.
class json_scanner {
 public:
  /// A NUL stands behind `text`, as behind every `std::string`: it ends every token.
  explicit json_scanner(std::string_view text) noexcept
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  /// The next byte that is no white space; NUL at the end.
  char peek() noexcept {
    if (static_cast<unsigned char>(*at_) > ' ') return *at_;  // as in all but indented text
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
    return *at_;
  }

  /// Passes the byte that `peek` showed.
  void take() noexcept { ++at_; }
  /// Passes `wanted` if it comes.
  bool take_if(char wanted) noexcept {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }

  bool take(char wanted) noexcept { return take_if(wanted) || fail(); }

  /// Passes the key `name` and its colon, if just that comes, without an escape.
  bool take_key(std::string_view name) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < name.size() + 3 || at_[name.size() + 1] != '"' ||
        at_[name.size() + 2] != ':' || !same_bytes(at_ + 1, name.data(), name.size())) {
      return false;
    }
    at_ += name.size() + 3;
    return true;
  }

  /// A string; its opening quote is at hand.
  bool string(json_string& out) noexcept {
    char const* const start = ++at_;
    out.escaped = false;
    for (;;) {
      pass_plain();
      if (*at_ == '"') break;
      if (static_cast<unsigned char>(*at_) >= 0x80) {
        if (!pass_utf8(at_, end_)) return fail(json_fault::not_utf8);
        continue;
      }
      if (*at_ != '\\' || !pass_escape()) return fail();
      out.escaped = true;
    }
    out.inner = {start, static_cast<std::size_t>(at_ - start)};
    ++at_;
    return true;
  }

  /// A number; a digit or a minus is at hand.
  bool number(json_number& out) noexcept {
    char const* const start = at_;
    bool const negative = *at_ == '-';
    if (negative) ++at_;
    char const* const digits = at_;
    std::uint64_t value = 0;
    std::size_t more = digit_block::size;
    if (is_digit(*at_) && !is_digit(at_[1])) value = static_cast<unsigned>(*at_++ - '0'), more = 0;
    while (more == digit_block::size && static_cast<std::size_t>(end_ - at_) >= digit_block::size) {
      digit_block const block(at_);
      more = block.count();
      value = block.append_to(value);
      at_ += more;
    }
    while (is_digit(*at_)) value = value * 10 + static_cast<unsigned>(*at_++ - '0');
    auto const count = at_ - digits;
    if (count == 0 || (count > 1 && *digits == '0')) return fail();
    out.plain = count <= 18;
    if (*at_ == '.') {
      out.plain = false;
      ++at_;
      if (!pass_digits()) return fail();
    }
    if (*at_ == 'e' || *at_ == 'E') {
      out.plain = false;
      ++at_;
      if (*at_ == '+' || *at_ == '-') ++at_;
      if (!pass_digits()) return fail();
    }
    if (out.plain) {
      auto const magnitude = static_cast<std::int64_t>(value);
      out.value = negative ? -magnitude : magnitude;
    }
    out.literal = {start, static_cast<std::size_t>(at_ - start)};
    return true;
  }

  /// `true`, `false` or `null`.
  bool word(std::string_view wanted) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < wanted.size() ||
        !same_bytes(at_, wanted.data(), wanted.size())) {
      return fail();
    }
    at_ += wanted.size();
    return true;
  }

  /// Any value, as the slice that it is; in it at most `depth` (up to 512) levels.
  bool value(std::string_view& out, std::size_t depth) noexcept;

  char const* at() const noexcept { return at_; }
  std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  bool at_end() const noexcept { return at_ == end_; }
  json_fault fault() const noexcept { return fault_; }
  bool fail(json_fault why = json_fault::syntax) noexcept {
    fault_ = why;
    return false;
  }

  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

 private:
  static bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  /// To the next byte that needs a closer look; the NUL behind the text does.
  void pass_plain() noexcept {
    while (static_cast<std::size_t>(end_ - at_) >= byte_block::size) {
      auto const plain = byte_block(at_).first_special();
      at_ += plain;
      if (plain != byte_block::size) return;
    }
    while (*at_ >= 0x20 && static_cast<unsigned char>(*at_) < 0x80 && *at_ != '"' && *at_ != '\\') {
      ++at_;
    }
  }

  bool pass_escape() noexcept {
    ++at_;
    switch (*at_) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
        ++at_;
        return true;
      case 'u':
        ++at_;
        for (int i = 0; i < 4; ++i, ++at_) {
          if (!is_hex(*at_)) return false;
        }
        return true;
      default:
        return false;
    }
  }

  bool pass_digits() noexcept {
    if (!is_digit(*at_)) return false;
    while (is_digit(*at_)) ++at_;
    return true;
  }

  bool pass_key() noexcept;
  bool pass_scalar() noexcept;

  char const* begin_;
  char const* at_;
  char const* end_;
  json_fault fault_ = json_fault::none;
};

inline bool json_scanner::pass_key() noexcept {
  json_string ignored;
  if (peek() != '"') return fail();
  return string(ignored) && take(':');
}

inline bool json_scanner::pass_scalar() noexcept {
  json_string text;
  json_number number_;
  switch (*at_) {
    case '"':
      return string(text);
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return number(number_);
  }
}

inline bool json_scanner::value(std::string_view& out, std::size_t depth) noexcept {
  std::array<char, 512> closers;  // of what is open
  std::size_t open = 0;
  peek();
  char const* const start = at_;
  for (;;) {
    char const first = peek();
    if (first == '{' || first == '[') {
      if (open == depth) return fail(json_fault::too_deep);
      closers[open++] = first == '{' ? '}' : ']';
      ++at_;
      if (peek() != closers[open - 1]) {
        if (first == '{' && !pass_key()) return false;
        continue;
      }
    } else if (!pass_scalar()) {
      return false;
    }
    // Behind a value, or at the end of an empty object or array.
    for (;;) {
      if (open == 0) {
        out = {start, static_cast<std::size_t>(at_ - start)};
        return true;
      }
      char const next = peek();
      if (next != closers[open - 1]) break;
      ++at_;
      --open;
    }
    if (!take(',')) return false;
    if (closers[open - 1] == '}' && !pass_key()) return false;
  }
}

}  // namespace simruns::detail
