#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/random.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE bool equal_in_constant_time(std::string_view secret, std::string_view guess) {
  std::size_t difference = secret.size() ^ guess.size();
  for (std::size_t i = 0; i < guess.size(); ++i) {
    char const expected = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |= static_cast<unsigned char>(expected ^ guess[i]);
  }
  return difference == 0;
}

inline bool is_bearer(std::string_view scheme) {
  static constexpr std::string_view bearer = "bearer ";
  if (scheme.size() < bearer.size()) return false;
  return std::equal(bearer.begin(), bearer.end(), scheme.begin(), [](char expected, char c) {
    return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  });
}

inline bool is_right(std::string_view authorization, std::string_view token) {
  if (token.empty() || !is_bearer(authorization)) return false;
  return equal_in_constant_time(token, authorization.substr(7));
}

SIMRUNS_INLINE bool authenticate(accepted_credentials const& accepted,
                                 sent_credentials const& sent) {
  if (sent.authorization.empty() && sent.api_keys.empty()) return false;
  bool right = true;
  for (auto const header : sent.authorization) {
    right = is_right(header, accepted.bearer_token) && right;
  }
  for (auto const key : sent.api_keys) {
    right = !accepted.api_key.empty() && equal_in_constant_time(accepted.api_key, key) && right;
  }
  return right;
}

SIMRUNS_INLINE std::string random_secret() {
  std::string secret;
  for (int word = 0; word < 2; ++word) {
    auto bits = simruns::detail::random_bits();
    for (int i = 0; i < 16; ++i, bits >>= 4) secret += simruns::detail::hex_digits[bits & 15];
  }
  return secret;
}

}  // namespace simruns::simulator::detail
