#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace simruns {

/// What a request proves itself with: an API key or a bearer token. Nothing of this library shows
/// it, and there is no way to stream it.
class credentials {
 public:
  enum class kind {
    api_key,  ///< Sent as `X-API-Key`.
    bearer,   ///< Sent as `Authorization: Bearer`.
  };

  /// Throws `request_error` (`errc::invalid_argument`) if `key` is empty or holds a character
  /// outside `[\x21-\x7e]`. The message does not repeat it.
  static credentials api_key(std::string key) { return credentials(kind::api_key, std::move(key)); }

  /// Throws as `api_key` does.
  static credentials bearer(std::string token) {
    return credentials(kind::bearer, std::move(token));
  }

  kind which() const noexcept { return kind_; }

  std::string_view header_name() const noexcept {
    return kind_ == kind::api_key ? "X-API-Key" : "Authorization";
  }

  /// The value of the header. A secret.
  std::string header_value() const {
    return kind_ == kind::api_key ? secret_ : "Bearer " + secret_;
  }

  /// Returns `text` with `***` in place of the secret, which a server may have repeated: in upper
  /// or lower case; with escapes of a URL, of JSON or of HTML; in base64, base64url or hexadecimal.
  /// A secret of fewer than eight characters is struck out only where it stands alone: the key
  /// `demo` leaves `demo1` and `demos` as they are.
  std::string redact(std::string_view text) const;

 private:
  credentials(kind which, std::string secret);

  kind kind_;
  std::string secret_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/request/impl/credentials.ipp"
#endif
