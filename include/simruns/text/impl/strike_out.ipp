#pragma once

#include "simruns/config.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/percent.hpp"
#include "simruns/text/strike_out.hpp"

#include <algorithm>
#include <cstddef>

namespace simruns::detail {

/// A secret of so many characters is never a part of another word.
inline constexpr std::size_t sure_secret_size = 8;

SIMRUNS_INLINE bool is_of_a_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

SIMRUNS_INLINE bool stands_alone(std::string_view text, std::size_t begin,
                                 std::size_t end) noexcept {
  bool const before = begin > 0 && is_of_a_word(text[begin - 1]);
  return !before && (end == text.size() || !is_of_a_word(text[end]));
}

/// Takes one character off the front of `text`, as it is or as JSON may escape it: `\/` and
/// `\u002f` are a `/`. False: it is another.
SIMRUNS_INLINE bool pass_in_json(std::string_view& text, char wanted) noexcept {
  static constexpr std::size_t escape_size = 6;
  std::size_t size = 1;
  if (text.starts_with("\\u") && text.size() >= escape_size) {
    int value = 0;
    for (char digit : text.substr(2, 4)) {
      if (hex_value(digit) < 0) return false;
      value = value * 16 + hex_value(digit);
    }
    if (value != wanted) return false;
    size = escape_size;
  } else {
    if (text.starts_with('\\')) size = 2;
    if (text.size() < size || text[size - 1] != wanted) return false;
  }
  text.remove_prefix(size);
  return true;
}

/// Returns how many bytes the secret takes at the front of `text`, as it is or in JSON; 0 if it is
/// not there.
SIMRUNS_INLINE std::size_t size_at_front(std::string_view text, std::string_view secret) noexcept {
  if (text.starts_with(secret)) return secret.size();
  auto rest = text;
  for (char c : secret) {
    if (!pass_in_json(rest, c)) return 0;
  }
  return text.size() - rest.size();
}

/// As `strike_out`, of the secret as it is and in JSON. Requires: it is not empty.
SIMRUNS_INLINE std::string without(std::string_view text, std::string_view secret) {
  std::string const begins{secret.front(), '\\'};
  std::string out;
  std::size_t done = 0;
  for (auto at = text.find_first_of(begins); at != text.npos;) {
    auto const end = at + size_at_front(text.substr(at), secret);
    bool const whole = secret.size() >= sure_secret_size || stands_alone(text, at, end);
    if (end != at && whole) {
      out.append(text.substr(done, at - done)).append("***");
      done = end;
    }
    at = text.find_first_of(begins, std::max(done, at + 1));
  }
  return out.append(text.substr(done));
}

SIMRUNS_INLINE std::string strike_out(std::string_view text, std::string_view secret) {
  if (secret.empty()) return std::string(text);
  auto out = without(text, secret);
  auto const escaped = percent_encode(secret);
  return escaped == secret ? out : without(out, escaped);
}

}  // namespace simruns::detail
