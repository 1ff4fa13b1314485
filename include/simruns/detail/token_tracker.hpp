#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <string_view>

namespace simruns::detail {

/// Follows a SAX parser through the body that it reads, and so knows where each value stands in it.
/// Keys, plain strings and numbers are handed out by the parser as slices of the body; brackets,
/// words and escaped strings are found by going on from the end of the last token. Every call comes
/// after the parser has accepted the token, so the body is known to be well-formed up to there.
class token_tracker {
 public:
  explicit token_tracker(std::string_view body) noexcept
      : begin_(body.data()), end_(body.data() + body.size()), last_(body.data()) {}

  /// A bracket, opening or closing: where it stands.
  char const* bracket() noexcept {
    char const* const at = skip_between();
    last_ = at + 1;
    return at;
  }

  /// `true`, `false`, `null`.
  std::string_view word(std::size_t size) noexcept {
    char const* const at = skip_between();
    last_ = at + size;
    return {at, size};
  }

  std::string_view number(std::string_view literal) noexcept {
    last_ = literal.data() + literal.size();
    return literal;
  }

  /// Whether `text` is a whole string of the body, unescaped and so usable as it stands.
  bool holds(std::string_view text) const noexcept {
    std::less_equal<char const*> const before;
    return before(begin_, text.data()) && before(text.data() + text.size(), end_);
  }

  /// A string that the parser handed out as a slice: its JSON text, quotes included.
  std::string_view plain_string(std::string_view text) noexcept {
    last_ = text.data() + text.size() + 1;
    return {text.data() - 1, text.size() + 2};
  }

  /// A string that the parser had to unescape: its JSON text, quotes included.
  std::string_view escaped_string() noexcept {
    char const* const open = skip_between();
    char const* at = open + 1;
    for (;;) {
      at = static_cast<char const*>(std::memchr(at, '"', static_cast<std::size_t>(end_ - at)));
      if (!is_escaped(open, at)) break;
      ++at;
    }
    last_ = at + 1;
    return {open, static_cast<std::size_t>(last_ - open)};
  }

  /// The end of the last token.
  char const* last() const noexcept { return last_; }

  std::size_t offset() const noexcept { return static_cast<std::size_t>(last_ - begin_); }

 private:
  /// The start of the next token: past white space, commas and colons.
  char const* skip_between() const noexcept {
    char const* at = last_;
    while (*at == ',' || *at == ':' || *at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') {
      ++at;
    }
    return at;
  }

  static bool is_escaped(char const* open, char const* quote) noexcept {
    char const* at = quote;
    while (at - 1 > open && at[-1] == '\\') --at;
    return (quote - at) % 2 != 0;
  }

  char const* begin_;
  char const* end_;
  char const* last_;
};

}  // namespace simruns::detail
