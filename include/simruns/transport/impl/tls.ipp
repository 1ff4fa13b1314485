#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/transport/detail/tls.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace simruns::detail {

/// What is wrong with a file of authorities that OpenSSL does not load.
SIMRUNS_INLINE std::string describe_ca_file(std::string const& ca_file) {
  struct stat found{};
  if (::stat(ca_file.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) {
    return "ca_file " + ca_file + " is a directory; give one file in PEM";
  }
  errno = 0;
  auto* const file = std::fopen(ca_file.c_str(), "r");
  if (file == nullptr) return "ca_file " + ca_file + " cannot be opened: " + std::strerror(errno);
  std::fclose(file);
  return "ca_file " + ca_file + " holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
}

/// A name as a certificate has it: without the dot at the end that a host may be given with.
SIMRUNS_INLINE std::string without_last_dot(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  return host;
}

SIMRUNS_INLINE boost::asio::ssl::context make_tls_context(std::string const& ca_file) {
  namespace ssl = boost::asio::ssl;
  ssl::context out(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(out.native_handle(), TLS1_2_VERSION);
  // Of use only to a server that asks for a certificate of the client, which none gets.
  SSL_CTX_set_options(out.native_handle(), SSL_OP_NO_RENEGOTIATION);
  out.set_verify_mode(ssl::verify_peer);
  error_code failed;
  if (ca_file.empty()) {
    out.set_default_verify_paths(failed);
  } else {
    out.load_verify_file(ca_file, failed);
  }
  if (failed) {
    request_failure failure;
    failure.code = make_error_code(errc::tls);
    failure.cause = failed;
    failure.message = ca_file.empty() ? "the system's certificates cannot be loaded; set ca_file"
                                      : describe_ca_file(ca_file);
    throw request_error(std::move(failure));
  }
  return out;
}

SIMRUNS_INLINE void check_tls_context(boost::asio::ssl::context& tls) {
  if ((SSL_CTX_get_verify_mode(tls.native_handle()) & SSL_VERIFY_PEER) != 0) return;
  throw request_error(errc::tls,
                      "the TLS context verifies no server, so that the credentials would go to "
                      "anybody; call its set_verify_mode(boost::asio::ssl::verify_peer)");
}

SIMRUNS_INLINE void expect_host(SSL* handle, std::string const& host) {
  error_code not_address;
  auto const name = without_last_dot(std::string(without_zone(host)));
  boost::asio::ip::make_address(name, not_address);
  if (not_address) SSL_set_tlsext_host_name(handle, const_cast<char*>(name.c_str()));
  SSL_set_hostflags(handle,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  int const set = not_address ? SSL_set1_host(handle, name.c_str())
                              : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), name.c_str());
  // Unset, any trusted certificate would do for any host.
  if (set != 1) throw request_error(errc::tls, "the certificate of " + host + " cannot be checked");
}

}  // namespace simruns::detail
