#pragma once

#include "simruns/error.hpp"
#include "simruns/text/percent.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace simruns {

/// What a request proves itself with: an API key or a bearer token. Never printed: nothing of this
/// library shows it, and there is no way to stream it.
class credentials {
 public:
  enum class kind { api_key, bearer };

  /// Sent as `X-API-Key`. Throws `request_error` (`errc::invalid_argument`) if it is empty or holds
  /// a character outside `[\x21-\x7e]`; the message does not repeat it.
  static credentials api_key(std::string key) { return credentials(kind::api_key, std::move(key)); }

  /// Sent as `Authorization: Bearer`. Throws as `api_key`.
  static credentials bearer(std::string token) {
    return credentials(kind::bearer, std::move(token));
  }

  kind which() const noexcept { return kind_; }

  std::string_view header_name() const noexcept {
    return kind_ == kind::api_key ? "X-API-Key" : "Authorization";
  }
  std::string header_value() const {
    return kind_ == kind::api_key ? secret_ : "Bearer " + secret_;
  }

  /// `text` with the secret, should a server have repeated it, struck out. One of fewer than eight
  /// characters only where it stands alone: the key `demo` leaves `demo1` and `demos` as they are.
  std::string redact(std::string_view text) const {
    auto out = without(text, secret_);
    auto const in_address = detail::percent_encode(secret_);
    return in_address == secret_ ? out : without(out, in_address);
  }

 private:
  static std::string without(std::string_view text, std::string_view secret) {
    std::string out;
    std::size_t done = 0;
    for (auto at = text.find(secret); at != text.npos;) {
      auto const end = at + secret.size();
      if (secret.size() < sure_length && !stands_alone(text, at, end)) {
        at = text.find(secret, at + 1);
        continue;
      }
      out.append(text.substr(done, at - done)).append("***");
      done = end;
      at = text.find(secret, end);
    }
    return out.append(text.substr(done));
  }

  static constexpr std::size_t sure_length = 8;  ///< So long a secret is no part of a word.

  static bool is_of_a_word(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }
  static bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) noexcept {
    bool const before = begin > 0 && is_of_a_word(text[begin - 1]);
    return !before && (end == text.size() || !is_of_a_word(text[end]));
  }

  credentials(kind which, std::string secret) : kind_(which), secret_(std::move(secret)) {
    char const* const name = kind_ == kind::api_key ? "the API key" : "the token";
    if (secret_.empty())
      throw request_error(errc::invalid_argument, std::string(name) + " is empty");
    for (char c : secret_) {
      if (c < 0x21 || c > 0x7e) {
        throw request_error(errc::invalid_argument,
                            std::string(name) +
                                " holds a space, a line break or a character beyond ASCII; was it "
                                "copied whole?");
      }
    }
  }

  kind kind_;
  std::string secret_;
};

}  // namespace simruns
