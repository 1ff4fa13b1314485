#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/text/redactor.hpp"

namespace simruns {

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
  return detail::redactor({secret_})(text);
}

}  // namespace simruns
