#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace simruns::detail {

/// Who says which authorities a TLS context trusts.
enum class trust_source {
  system,   ///< What OpenSSL trusts by itself.
  ca_file,  ///< `client_config::ca_file`.
  caller    ///< A context that the caller made.
};

/// A context that trusts `ca_file`, or where that is empty what OpenSSL trusts: `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` of the environment, else the system's store. TLS 1.2 or newer, without
/// renegotiation.
/// Throws: request_error (errc::tls) if `ca_file` holds no certificate.
boost::asio::ssl::context make_tls_context(std::string const& ca_file);

/// Throws: request_error (errc::tls) if a caller's context lets every server pass.
void check_tls_context(boost::asio::ssl::context& tls);

/// Asks for the certificate of `host`, by SNI, and lets no other pass, on this connection.
void expect_host(SSL* handle, std::string const& host);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/tls.ipp"
#endif
