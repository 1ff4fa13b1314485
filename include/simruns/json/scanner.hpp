#pragma once

#include "simruns/config.hpp"
#include "simruns/json/blocks.hpp"
#include "simruns/text/byte_order_mark.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace simruns::detail {

/// The deepest nesting that `json_scanner::value` passes over.
inline constexpr std::size_t most_json_depth = 512;

/// Why a text is refused: it is not JSON, not UTF-8, or nested too deep.
enum class json_fault { none, syntax, not_utf8, too_deep };

/// A string as it stands in a text.
struct json_string {
  std::string_view inner;  ///< What stands between its quotes.
  bool escaped = false;    ///< Whether `inner` holds an escape.
};

/// A number as it stands in a text.
struct json_number {
  std::string_view literal;
  std::int64_t value = 0;
  bool plain = false;  ///< Whether `value` is the number: at most 18 digits and a sign.
};

/// Returns the name of the type of a value that begins with this byte.
constexpr std::string_view type_of_value(char first) noexcept {
  switch (first) {
    case '{':
      return "object";
    case '[':
      return "array";
    case '"':
      return "string";
    case 't':
    case 'f':
      return "bool";
    case 'n':
      return "null";
    default:
      return "number";
  }
}

/// Goes over JSON text (RFC 8259, in UTF-8), token by token, and accepts nothing else.
///
/// False, as the result of a function that passes something: the text is malformed, `at()` is the
/// byte and `fault()` the reason; call nothing more.
class json_scanner {
 public:
  /// Requires: a NUL behind `text`, as behind every `std::string`. It ends every token.
  explicit json_scanner(std::string_view text) noexcept
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  /// Passes a byte order mark. Requires: nothing was passed yet.
  void pass_byte_order_mark() noexcept {
    at_ = without_byte_order_mark({at_, static_cast<std::size_t>(end_ - at_)}).data();
  }

  /// Passes white space, and returns the byte behind it: NUL at the end of the text.
  char peek() noexcept {
    if (static_cast<unsigned char>(*at_) > ' ') return *at_;  // as in all but indented text
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
    return *at_;
  }

  /// Passes the byte that `peek` returned.
  void take() noexcept { ++at_; }

  /// Passes `wanted` if it is the next byte but white space. False is no fault.
  bool take_if(char wanted) noexcept {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }

  /// Passes `wanted`; any other byte is a fault.
  bool take(char wanted) noexcept { return take_if(wanted) || fail(); }

  /// Passes the key `name` and its colon if they follow without an escape or white space. False is
  /// no fault.
  bool take_key(std::string_view name) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < name.size() + 3 || at_[name.size() + 1] != '"' ||
        at_[name.size() + 2] != ':' || !same_bytes(at_ + 1, name.data(), name.size())) {
      return false;
    }
    at_ += name.size() + 3;
    return true;
  }

  /// Passes a string. Requires: its opening quote is the next byte.
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

  /// Passes a number. Requires: its first byte is the next one.
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

  /// Passes `wanted`, which is `true`, `false` or `null`.
  bool word(std::string_view wanted) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < wanted.size() ||
        !same_bytes(at_, wanted.data(), wanted.size())) {
      return fail();
    }
    at_ += wanted.size();
    return true;
  }

  /// Passes any value, and gives its text as `out`. More than `depth` levels in it are a fault;
  /// `depth` is at most `most_json_depth`.
  bool value(std::string_view& out, std::size_t depth) noexcept;

  /// Goes on behind a fault that was dealt with. Requires: `at` is in the text.
  void resume(char const* at) noexcept {
    at_ = at;
    fault_ = json_fault::none;
  }

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
  /// Moves to the next byte that needs a closer look, such as the NUL behind the text.
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
          if (hex_value(*at_) < 0) return false;
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

}  // namespace simruns::detail

// Decoding is inlined in its caller, also where the library is compiled once.
#include "simruns/json/detail/scanner_inline.hpp"
