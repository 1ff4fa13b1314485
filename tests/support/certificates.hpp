#pragma once

#include "simruns/simulator/serve/detail/pem_text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace test {

/// A certificate with its key, as it is needed to sign others and to serve.
class certificate {
 public:
  static constexpr long day = 86'400;

  struct recipe {
    std::string common_name;
    std::string hosts;  ///< Subject alternative name, as OpenSSL writes it; or none.
    bool authority = false;
    long begins = -day;  ///< Seconds from now.
    long ends = day;
    explicit recipe(std::string name, std::string names = {})
        : common_name(std::move(name)), hosts(std::move(names)) {}
  };

  /// Signed by `issuer`, or by itself.
  explicit certificate(recipe const& of, certificate const* issuer = nullptr)
      : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), made_(X509_new(), &X509_free) {
    static long serial = 1;
    X509_set_version(made_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made_.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made_.get()), of.begins);
    X509_gmtime_adj(X509_getm_notAfter(made_.get()), of.ends);
    X509_set_pubkey(made_.get(), key_.get());
    auto* const subject = X509_get_subject_name(made_.get());
    auto const* const name = reinterpret_cast<unsigned char const*>(of.common_name.c_str());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0);
    auto const* const by = issuer != nullptr ? issuer : this;
    X509_set_issuer_name(made_.get(), X509_get_subject_name(by->made_.get()));
    if (of.authority) extend(NID_basic_constraints, "critical,CA:TRUE");
    if (!of.hosts.empty()) extend(NID_subject_alt_name, of.hosts);
    if (X509_sign(made_.get(), by->key_.get(), EVP_sha256()) == 0) throw std::runtime_error("sign");
  }

  std::string pem() const {
    return simruns::simulator::detail::pem_text(
        [&](BIO* to) { return PEM_write_bio_X509(to, made_.get()); });
  }
  std::string key_pem() const {
    return simruns::simulator::detail::pem_text([&](BIO* to) {
      return PEM_write_bio_PrivateKey(to, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  /// Serves this certificate, and `rest` of its chain.
  boost::asio::ssl::context server_context(std::string const& rest = {}) const {
    boost::asio::ssl::context out(boost::asio::ssl::context::tls_server);
    out.use_certificate_chain(boost::asio::buffer(pem() + rest));
    out.use_private_key(boost::asio::buffer(key_pem()), boost::asio::ssl::context::pem);
    return out;
  }

 private:
  void extend(int which, std::string const& value) {
    auto* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str());
    if (extension == nullptr) throw std::runtime_error("OpenSSL does not understand " + value);
    X509_add_ext(made_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> made_;
};

}  // namespace test
