#pragma once

#include "simruns/error.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/text/percent.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {

/// A proxy that opens tunnels (CONNECT): `http://[user:password@]host[:port]`, and nothing else.
/// Without a port, 8080. User and password are percent-decoded; nothing of this library shows them,
/// and there is no way to stream a `proxy_url`.
///
/// Servers at `http://` are reached through a tunnel too, so the proxy sees, but is not sent, their
/// credentials; between proxy and server they are as readable as without one.
class proxy_url {
 public:
  /// Throws `request_error` (`errc::invalid_argument`) that says what is wrong, without the text.
  explicit proxy_url(std::string_view text);

  /// Lower case, without the brackets of an IPv6 address.
  std::string const& host() const noexcept { return host_; }
  std::uint16_t port() const noexcept { return port_; }

  /// `http://host:port`, fit to be shown.
  std::string text() const {
    return "http://" + detail::bracketed(host_) + ":" + std::to_string(port_);
  }

  /// `user:password`, decoded, for `Proxy-Authorization: Basic`. A secret.
  std::optional<std::string> const& user_and_password() const noexcept { return secret_; }

  friend bool operator==(proxy_url const&, proxy_url const&) = default;

 private:
  [[noreturn]] static void refuse(std::string_view why) {
    throw request_error(errc::invalid_argument,
                        "the proxy's URL is not usable: " + std::string(why) +
                            "; give one such as http://proxy.test:8080");
  }
  static std::string decode(std::string_view part);
  void read_user(std::string_view user_info);

  std::string host_;
  std::uint16_t port_ = 8080;
  std::optional<std::string> secret_;
};

inline proxy_url::proxy_url(std::string_view text) {
  static constexpr std::string_view scheme = "http://";
  if (!std::all_of(text.begin(), text.end(), detail::is_url_character)) {
    refuse("it holds a space, a control character or a byte beyond ASCII");
  }
  if (!text.starts_with(scheme))
    refuse("it must start with http://, over which tunnels are asked for");
  text.remove_prefix(scheme.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#") != text.npos) refuse("it must end after its port");
  if (auto const at = text.rfind('@'); at != text.npos) {
    read_user(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  auto read = detail::read_authority(text);
  if (!read.wrong.empty()) refuse(read.wrong);
  host_ = std::move(read.host);
  if (read.port) port_ = *read.port;
}

inline std::string proxy_url::decode(std::string_view part) {
  auto plain = detail::percent_decode(part);
  if (!plain) refuse("its user or password has a % that starts no escape");
  for (char c : *plain) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) refuse("its user or password holds a control character");
  }
  return *std::move(plain);
}

inline void proxy_url::read_user(std::string_view user_info) {
  if (user_info.find('@') != user_info.npos) refuse("an @ in its user or password must be %40");
  auto const colon = user_info.find(':');
  auto const user = decode(user_info.substr(0, colon));
  if (user.empty()) refuse("its user is empty");
  // RFC 7617: the first colon ends the user.
  if (user.find(':') != user.npos) refuse("its user holds a colon");
  secret_ = user + ":" + (colon == user_info.npos ? "" : decode(user_info.substr(colon + 1)));
}

}  // namespace simruns
