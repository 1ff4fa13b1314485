#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/request/base_url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// The URL of a proxy that opens tunnels (CONNECT): `http://[user:password@]host[:port]`, and
/// nothing else. Without a port it is 8080. User and password are percent-decoded. Nothing of this
/// library shows them, and there is no way to stream a `proxy_url`.
///
/// A server at `http://` is reached through a tunnel too. The proxy is not sent its credentials,
/// but can read them, as everyone can between this machine and such a server.
class proxy_url {
 public:
  /// Throws `request_error` (`errc::invalid_argument`) that says what is wrong. The message does
  /// not repeat `text`.
  explicit proxy_url(std::string_view text);

  /// The host in lower case, without the brackets of an IPv6 address.
  std::string const& host() const noexcept { return host_; }
  std::uint16_t port() const noexcept { return port_; }

  /// The URL as `http://host:port`. It holds no secret.
  std::string text() const;

  /// The decoded `user:password` for `Proxy-Authorization: Basic`. A secret. Empty: the URL has
  /// none.
  std::optional<std::string> const& user_and_password() const noexcept { return secret_; }

  friend bool operator==(proxy_url const&, proxy_url const&) = default;

 private:
  [[noreturn]] static void refuse(std::string_view why);
  static std::string decode(std::string_view part);
  void read_user(std::string_view user_info);

  std::string host_;
  std::uint16_t port_ = 8080;
  std::optional<std::string> secret_;
};

/// Returns the proxy that the environment names for `base`, by the same variables as curl reads:
/// `https_proxy` or `HTTPS_PROXY` for a server at `https://`, only `http_proxy` for one at
/// `http://` (the caller of a CGI program sets HTTP_PROXY), then `all_proxy` or `ALL_PROXY`. The
/// result is empty if there is none, or if `no_proxy` or `NO_PROXY` covers the host: by a name, an
/// address, or a range of addresses such as `10.0.0.0/8`. A name is not looked up for it. An empty
/// variable counts as one that is not set. The value may lack its `http://`. Throws `request_error`
/// (`errc::invalid_argument`) that names the variable at fault.
std::optional<proxy_url> proxy_from_environment(base_url const& base);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/request/impl/proxy.ipp"
#endif
