#pragma once

#include <string>

namespace simruns::simulator {

/// A certificate and its private key, as PEM texts.
struct certified_key {
  std::string certificate;
  std::string private_key;
};

/// Makes a certificate that vouches for itself and is valid for a day. It is for tests whose client
/// is told to trust it. `names` is a subject alternative name as OpenSSL writes it, and must hold
/// all names: the common name is none of them. Throws: std::runtime_error if OpenSSL fails.
certified_key self_signed_certificate(
    std::string const& names = "DNS:localhost,IP:127.0.0.1,IP:::1");

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/self_signed.ipp"
#endif
