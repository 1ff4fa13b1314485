#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/detail/tls_failure.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace simruns {
namespace detail {

/// What is wrong with a file of authorities that OpenSSL does not load.
inline std::string describe_ca_file(std::string const& ca_file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(ca_file, ignored)) {
    return "ca_file " + ca_file + " is a directory; give one file in PEM";
  }
  errno = 0;
  std::ifstream const file(ca_file);
  if (!file) return "ca_file " + ca_file + " cannot be opened: " + std::strerror(errno);
  return "ca_file " + ca_file + " holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
}

/// A name as a certificate has it: without the dot at the end that a host may be given with.
inline std::string without_last_dot(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  return host;
}

}  // namespace detail

/// A context that trusts `ca_file`, or where that is empty what OpenSSL trusts: `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` of the environment, else the system's store. TLS 1.2 or newer, without
/// renegotiation.
/// Throws: request_error (errc::tls) if `ca_file` holds no certificate.
inline boost::asio::ssl::context make_tls_context(std::string const& ca_file) {
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
                                      : detail::describe_ca_file(ca_file);
    throw request_error(std::move(failure));
  }
  return out;
}

/// Asks for the certificate of `host` and lets no other pass.
template <class Stream>
void expect_host(Stream& stream, std::string const& host) {
  error_code not_address;
  boost::asio::ip::make_address(host, not_address);
  SSL* const handle = stream.native_handle();
  auto const name = detail::without_last_dot(host);
  if (not_address) SSL_set_tlsext_host_name(handle, const_cast<char*>(name.c_str()));
  SSL_set_hostflags(handle,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  int const set = not_address ? SSL_set1_host(handle, name.c_str())
                              : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str());
  // Unset, any trusted certificate would do for any host.
  if (set != 1) throw request_error(errc::tls, "the certificate of " + host + " cannot be checked");
}

/// Why the handshake failed, and what to do about it. `own_file`: `ca_file` says who is trusted.
template <class Stream>
std::string describe_tls_failure(Stream& stream, std::string const& host, error_code const& failed,
                                 bool own_file) {
  SSL const* const handle = stream.native_handle();
  if (SSL_get_verify_result(handle) != X509_V_OK) {
    return detail::describe_certificate(handle, host, own_file);
  }
  auto const what = "the TLS handshake with " + host + " failed";
  if (failed.category() != boost::asio::error::get_ssl_category()) return what;
  switch (ERR_GET_REASON(static_cast<unsigned long>(failed.value()))) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return what +
             ": the server speaks no TLS of version 1.2 or newer; its operator must enable one";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
      return what + ": the server answered without TLS; is the port right, or is it http://?";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return what +
             ": the server accepts none of the ciphers offered, or wants a certificate of "
             "the client, which is not supported";
    default:
      return what;
  }
}

}  // namespace simruns
