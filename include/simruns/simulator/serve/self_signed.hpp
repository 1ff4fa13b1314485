#pragma once

#include "simruns/simulator/answer/detail/authentication.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

namespace simruns::simulator {

/// A certificate and its private key, as PEM texts.
struct certified_key {
  std::string certificate;
  std::string private_key;
};

namespace detail {

template <class Write>
std::string pem_text(Write write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> const out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!out || write(out.get()) != 1) throw std::runtime_error("OpenSSL writes no PEM");
  char* data = nullptr;
  auto const size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace detail

/// A fresh certificate that vouches for itself, for a day: for tests, with a client that is told to
/// trust it. `names` is a subject alternative name as OpenSSL writes it, all of them without a
/// common name to fall back on. Throws: std::runtime_error if OpenSSL fails.
inline certified_key self_signed_certificate(
    std::string const& names = "DNS:localhost,IP:127.0.0.1,IP:::1") {
  static constexpr long minute = 60;
  static constexpr long day = 86'400;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const key(EVP_EC_gen("P-256"),
                                                                &EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&X509_free)> const made(X509_new(), &X509_free);
  if (!key || !made) throw std::runtime_error("OpenSSL makes no certificate");
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -minute);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), day);
  X509_set_pubkey(made.get(), key.get());
  auto* const subject = X509_get_subject_name(made.get());
  // Two issuers of one name would be taken for each other.
  std::string const unique = "simruns " + random_secret();
  auto const* common = reinterpret_cast<unsigned char const*>(unique.c_str());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  auto* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  if (extension == nullptr) throw std::runtime_error("OpenSSL does not understand " + names);
  X509_add_ext(made.get(), extension, -1);
  X509_EXTENSION_free(extension);
  if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0) {
    throw std::runtime_error("OpenSSL signs no certificate");
  }
  certified_key out;
  out.certificate = detail::pem_text([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); });
  out.private_key = detail::pem_text([&](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return out;
}

}  // namespace simruns::simulator
