#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace simruns {

/// The address of the API: `https://host[:port][/prefix]`, or the same with `http://`. The host is
/// a name, an IPv4 address, or an IPv6 address in brackets, with a zone where it needs one:
/// `[fe80::1%25eth0]`, or `[fe80::1%eth0]`. Without a port it is 443, or 80.
class base_url {
 public:
  /// Throws `request_error` (`errc::invalid_argument`) that says what is wrong with `text`.
  explicit base_url(std::string_view text);

  bool is_https() const noexcept { return https_; }
  std::string_view scheme() const noexcept { return https_ ? "https" : "http"; }

  /// The host in lower case, without the brackets of an IPv6 address. Its zone is as it was given,
  /// behind a `%`.
  std::string const& host() const noexcept { return host_; }
  std::uint16_t port() const noexcept { return port_; }

  /// The path before the API's own paths. It starts with `/` and does not end with it, or is empty.
  std::string const& path_prefix() const noexcept { return prefix_; }

  /// The text for the `Host` header. The port is part of it unless it is the scheme's own; the zone
  /// of an address is not, as it means nothing to the server.
  std::string host_header() const;

  /// The whole URL, without a `/` at its end.
  std::string text() const;

  /// Whether the host is this machine: an address of the loopback, or a name that is `localhost` or
  /// below it.
  bool is_loopback() const noexcept;

  friend bool operator==(base_url const&, base_url const&) = default;

 private:
  [[noreturn]] static void refuse(std::string_view why);
  void read_authority(std::string_view authority);
  std::string port_suffix() const;
  static void check_prefix(std::string_view prefix);

  bool https_ = true;
  std::string host_;
  std::uint16_t port_ = 443;
  std::string prefix_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/request/impl/base_url.ipp"
#endif
