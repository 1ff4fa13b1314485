#pragma once

#include "simruns/text/hex.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator {

/// The credentials that a Simulator accepts.
struct accepted_credentials {
  std::string api_key;       ///< For `X-API-Key`. Empty: none is right.
  std::string bearer_token;  ///< For `Authorization: Bearer`. Empty: none is right.
};

/// The credential headers of one request, every one of them as it came.
struct sent_credentials {
  std::vector<std::string_view> authorization;
  std::vector<std::string_view> api_keys;
};

/// Compares without telling by its time where a guess goes wrong.
inline bool equal_in_constant_time(std::string_view secret, std::string_view guess) {
  std::size_t difference = secret.size() ^ guess.size();
  for (std::size_t i = 0; i < guess.size(); ++i) {
    char const expected = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |= static_cast<unsigned char>(expected ^ guess[i]);
  }
  return difference == 0;
}

namespace detail {

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

}  // namespace detail

/// Whether a request may pass: it has a credential, and each one that it has is right. A wrong
/// `Authorization` is not made good by a right key beside it.
inline bool authenticate(accepted_credentials const& accepted, sent_credentials const& sent) {
  if (sent.authorization.empty() && sent.api_keys.empty()) return false;
  bool right = true;
  for (auto const header : sent.authorization) {
    right = detail::is_right(header, accepted.bearer_token) && right;
  }
  for (auto const key : sent.api_keys) {
    right = !accepted.api_key.empty() && equal_in_constant_time(accepted.api_key, key) && right;
  }
  return right;
}

/// A fresh secret of 128 bits, from the operating system.
inline std::string random_secret() {
  std::random_device source;
  std::string secret;
  for (int word = 0; word < 4; ++word) {
    auto bits = source();
    for (int i = 0; i < 8; ++i, bits >>= 4) secret += simruns::detail::hex_digits[bits & 15];
  }
  return secret;
}

}  // namespace simruns::simulator
