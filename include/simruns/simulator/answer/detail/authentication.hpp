#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator::detail {

/// The credentials that a Simulator accepts.
struct accepted_credentials {
  std::string api_key;       ///< The right `X-API-Key`. Empty: none is right.
  std::string bearer_token;  ///< The right bearer token. Empty: none is right.
};

/// The credential headers of one request, every one of them as it came.
struct sent_credentials {
  std::vector<std::string_view> authorization;
  std::vector<std::string_view> api_keys;
};

/// Compares in a time that does not tell where a guess goes wrong.
bool equal_in_constant_time(std::string_view secret, std::string_view guess);

/// Whether a request has a credential, and each one that it has is right. A right key does not make
/// good a wrong `Authorization` beside it.
bool authenticate(accepted_credentials const& accepted, sent_credentials const& sent);

/// Makes a secret of 128 bits, from the operating system.
std::string random_secret();

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/answer/impl/authentication.ipp"
#endif
