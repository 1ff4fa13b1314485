#pragma once

#include "simruns/error.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <string>

namespace simruns {

/// A context that trusts `ca_file`, or where that is empty what OpenSSL trusts: `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` of the environment, else the system's store. TLS 1.2 or newer.
/// Throws: request_error (errc::tls) if `ca_file` cannot be read.
inline boost::asio::ssl::context make_tls_context(std::string const& ca_file) {
  namespace ssl = boost::asio::ssl;
  ssl::context out(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(out.native_handle(), TLS1_2_VERSION);
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
                                      : "ca_file " + ca_file + " holds no readable certificate";
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
  if (not_address) SSL_set_tlsext_host_name(handle, const_cast<char*>(host.c_str()));
  SSL_set_hostflags(handle,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  int const set = not_address ? SSL_set1_host(handle, host.c_str())
                              : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str());
  // Unset, any trusted certificate would do for any host.
  if (set != 1) throw request_error(errc::tls, "the certificate of " + host + " cannot be checked");
}

/// Why the handshake failed, and what to do about it.
template <class Stream>
std::string describe_tls_failure(Stream& stream, std::string const& host) {
  long const verified = SSL_get_verify_result(stream.native_handle());
  if (verified == X509_V_OK) return "the TLS handshake with " + host + " failed";
  std::string const why = X509_verify_cert_error_string(verified);
  std::string const what = "the certificate of " + host + " is not trusted: " + why;
  if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return what + "; use the host name that the certificate is made for";
  }
  return what + "; if this server is yours, set ca_file to the certificate of its authority";
}

}  // namespace simruns
