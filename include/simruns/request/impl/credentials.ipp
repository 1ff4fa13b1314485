#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/text/percent.hpp"

#include <cstddef>

namespace simruns {
namespace detail {

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

/// Returns `text` with `***` in place of `secret`.
SIMRUNS_INLINE std::string without(std::string_view text, std::string_view secret) {
  std::string out;
  std::size_t done = 0;
  for (auto at = text.find(secret); at != text.npos;) {
    auto const end = at + secret.size();
    if (secret.size() < sure_secret_size && !stands_alone(text, at, end)) {
      at = text.find(secret, at + 1);
      continue;
    }
    out.append(text.substr(done, at - done)).append("***");
    done = end;
    at = text.find(secret, end);
  }
  return out.append(text.substr(done));
}

}  // namespace detail

SIMRUNS_INLINE credentials::credentials(kind which, std::string secret)
    : kind_(which), secret_(std::move(secret)) {
  char const* const name = kind_ == kind::api_key ? "the API key" : "the token";
  if (secret_.empty()) {
    throw request_error(errc::invalid_argument, std::string(name) + " is empty");
  }
  for (char c : secret_) {
    if (c < 0x21 || c > 0x7e) {
      throw request_error(errc::invalid_argument,
                          std::string(name) +
                              " holds a space, a line break or a character beyond ASCII; was it "
                              "copied whole?");
    }
  }
}

SIMRUNS_INLINE std::string credentials::redact(std::string_view text) const {
  auto out = detail::without(text, secret_);
  auto const escaped = detail::percent_encode(secret_);
  return escaped == secret_ ? out : detail::without(out, escaped);
}

}  // namespace simruns
