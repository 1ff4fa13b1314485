#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/detail/tls.hpp"

#include <openssl/ssl.h>

#include <string>

namespace simruns::detail {

/// Why the handshake with `host` failed, and what to do about it.
std::string describe_tls_failure(SSL const* handle, std::string const& host,
                                 error_code const& failed, trust_source trust);

/// What `failed` says of the client's certificate, where the server wants one, or another one.
/// Empty: nothing. In TLS 1.3 the server says it after the handshake.
std::string describe_refused_client(SSL const* handle, error_code const& failed);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/tls_failure.ipp"
#endif
