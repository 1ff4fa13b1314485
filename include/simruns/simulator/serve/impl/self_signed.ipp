#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/serve/detail/pem_text.hpp"
#include "simruns/simulator/serve/self_signed.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace simruns::simulator {

SIMRUNS_INLINE certified_key self_signed_certificate(std::string const& names) {
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
  std::string const unique = "simruns " + detail::random_secret();
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
