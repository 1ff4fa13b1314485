#pragma once

#include "simruns/config.hpp"
#include "simruns/text/excerpt.hpp"
#include "simruns/transport/detail/tls_failure.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/ssl/error.hpp>
#include <dirent.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string_view>

namespace simruns::detail {

/// The bytes of a certificate's own words that a message shows.
inline constexpr std::size_t most_words = 80;

SIMRUNS_INLINE std::string describe_time(std::tm const& time) {
  std::array<char, 40> out{};
  auto const size = std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S UTC", &time);
  return std::string(out.data(), size);
}

SIMRUNS_INLINE std::string describe_time(ASN1_TIME const* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? describe_time(parts) : "an unreadable time";
}

SIMRUNS_INLINE std::string describe_now() {
  auto const now = std::time(nullptr);
  std::tm parts{};
  return gmtime_r(&now, &parts) != nullptr ? describe_time(parts) : "an unknown time";
}

/// The common name, else the organisation.
SIMRUNS_INLINE std::string describe_name(X509_NAME const* name) {
  for (int const part : {NID_commonName, NID_organizationName}) {
    int const at = X509_NAME_get_index_by_NID(const_cast<X509_NAME*>(name), part, -1);
    if (at < 0) continue;
    auto const* const text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    auto const* const data = reinterpret_cast<char const*>(ASN1_STRING_get0_data(text));
    auto const size = static_cast<std::size_t>(ASN1_STRING_length(text));
    return "\"" + excerpt({data, size}, most_words) + "\"";
  }
  return "without a name";
}

/// A name or an address, as a certificate holds it; empty if it is of another kind.
SIMRUNS_INLINE std::string describe_host(GENERAL_NAME const* name) {
  if (name->type == GEN_DNS) {
    auto const* const data = reinterpret_cast<char const*>(ASN1_STRING_get0_data(name->d.dNSName));
    return excerpt({data, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))},
                   most_words);
  }
  if (name->type != GEN_IPADD) return {};
  auto const* const data = ASN1_STRING_get0_data(name->d.iPAddress);
  auto const size = static_cast<std::size_t>(ASN1_STRING_length(name->d.iPAddress));
  boost::asio::ip::address_v4::bytes_type v4;
  boost::asio::ip::address_v6::bytes_type v6;
  if (size == v4.size()) {
    std::copy_n(data, size, v4.begin());
    return boost::asio::ip::address_v4(v4).to_string();
  }
  if (size != v6.size()) return {};
  std::copy_n(data, size, v6.begin());
  return boost::asio::ip::address_v6(v6).to_string();
}

/// The hosts that a certificate is made for; a few of them.
SIMRUNS_INLINE std::string list_hosts(X509 const* certificate) {
  static constexpr std::size_t most = 4;
  std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> const names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::string out;
  std::size_t count = 0;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto const* const name = sk_GENERAL_NAME_value(names.get(), i);
    auto const host = describe_host(name);
    if (host.empty() || ++count > most) continue;
    out += (out.empty() ? "" : ", ") + host;
  }
  return count > most ? out + " and others" : out;
}

/// Whether a directory holds a file that OpenSSL would find by the hash of a name.
SIMRUNS_INLINE bool has_hashed_file(std::string const& directory) {
  auto* const open = ::opendir(directory.c_str());
  if (open == nullptr) return false;
  bool found = false;
  while (auto const* const entry = ::readdir(open)) {
    std::string_view const file = entry->d_name;
    found = file.size() > 9 && file[8] == '.' && file[9] >= '0' && file[9] <= '9';
    if (found) break;
  }
  ::closedir(open);
  return found;
}

/// Whether anybody at all could be trusted: a certificate that is loaded, or one of the hashed
/// files that OpenSSL opens when it needs them.
SIMRUNS_INLINE bool knows_authorities(SSL const* handle, trust_source trust) {
  auto* const store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(handle));
  if (trust != trust_source::system || sk_X509_OBJECT_num(X509_STORE_get0_objects(store)) > 0)
    return true;
  char const* const named = std::getenv(X509_get_default_cert_dir_env());
  std::string_view rest = named != nullptr ? named : X509_get_default_cert_dir();
  for (;;) {
    auto const end = rest.find(':');
    if (has_hashed_file(std::string(rest.substr(0, end)))) return true;
    if (end == rest.npos) return false;
    rest.remove_prefix(end + 1);
  }
}

/// The chain as far as it could be built, the server's own certificate first.
class built_chain {
 public:
  explicit built_chain(SSL const* handle) : chain_(SSL_get0_verified_chain(handle)) {}

  int size() const { return chain_ != nullptr ? sk_X509_num(chain_) : 0; }
  X509* operator[](int i) const { return sk_X509_value(chain_, i); }

  /// The first certificate that is outside its time on that side, or null.
  X509* first_past() const {
    return first([](X509* one) { return X509_cmp_current_time(X509_get0_notAfter(one)) < 0; });
  }
  X509* first_future() const {
    return first([](X509* one) { return X509_cmp_current_time(X509_get0_notBefore(one)) > 0; });
  }

  /// "the certificate of api.test", or whose of those that vouch for it.
  std::string describe(X509* one, std::string const& host) const {
    if (one == (*this)[0]) return "the certificate of " + host;
    return "the certificate of the authority " + describe_name(X509_get_subject_name(one)) +
           ", which vouches for " + host + ",";
  }

 private:
  template <class Test>
  X509* first(Test test) const {
    for (int i = 0; i < size(); ++i) {
      if (test((*this)[i])) return (*this)[i];
    }
    return nullptr;
  }

  STACK_OF(X509) * chain_;
};

/// What to do so that a certificate is trusted: `it` names it.
SIMRUNS_INLINE std::string advice_to_trust(trust_source trust, std::string const& it) {
  switch (trust) {
    case trust_source::system:
      return "set ca_file to " + it;
    case trust_source::ca_file:
      return "put " + it + " into ca_file";
    case trust_source::caller:
      break;
  }
  return "load " + it + " into the TLS context";
}

/// Why nobody who is trusted vouches for the certificate.
SIMRUNS_INLINE std::string describe_unknown_authority(SSL const* handle, std::string const& host,
                                                      trust_source trust) {
  auto const what = "the certificate of " + host + " is not trusted: ";
  if (!knows_authorities(handle, trust)) {
    return what + "no authorities are known on this machine; set ca_file or SSL_CERT_FILE";
  }
  built_chain const chain(handle);
  long const why = SSL_get_verify_result(handle);
  if (why == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) {
    return what + "it is self-signed; if this server is yours, " +
           advice_to_trust(trust, "its certificate");
  }
  auto const* const last = chain.size() > 0 ? chain[chain.size() - 1] : nullptr;
  auto const authority =
      last != nullptr ? describe_name(X509_get_issuer_name(last)) : std::string("of its issuer");
  if (why == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY && chain.size() == 1) {
    return what + "it is issued by " + authority +
           ", which is not known here, and the server does not send its intermediate certificate: "
           "its operator must configure the full chain; if " +
           authority + " is an authority of your own, " + advice_to_trust(trust, "its certificate");
  }
  auto const unknown = what + "its authority " + authority + " is not known here; ";
  if (trust == trust_source::system) {
    return unknown + "if it is your own, set ca_file to its certificate";
  }
  return unknown + (trust == trust_source::ca_file ? "ca_file" : "the TLS context") +
         " has to hold that authority's certificate";
}

/// Why the certificate was refused, and what to do.
SIMRUNS_INLINE std::string describe_certificate(SSL const* handle, std::string const& host,
                                                trust_source trust) {
  built_chain const chain(handle);
  long const why = SSL_get_verify_result(handle);
  switch (why) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      if (auto* const past = chain.first_past()) {
        return chain.describe(past, host) + " expired on " +
               describe_time(X509_get0_notAfter(past)) +
               ": the server's operator must renew it (this machine's clock says " +
               describe_now() + ")";
      }
      break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      if (auto* const future = chain.first_future()) {
        return chain.describe(future, host) + " is not valid before " +
               describe_time(X509_get0_notBefore(future)) +
               ": check this machine's clock, which says " + describe_now();
      }
      break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: {
      auto const hosts = chain.size() > 0 ? list_hosts(chain[0]) : std::string();
      auto const what = "the certificate that the server sent is not made for " + host;
      if (hosts.empty()) {
        return what +
               ", nor for any other host (a common name does not count): its operator must add the "
               "host as a subject alternative name";
      }
      return what + ", but for " + hosts +
             ": use the host name that the certificate is made for, or its operator must add this "
             "one";
    }
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return describe_unknown_authority(handle, host, trust);
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_APPLICATION_VERIFICATION:
      if (trust != trust_source::caller) break;
      return "the certificate of " + host + " is refused by the TLS context's own verification";
    default:
      break;
  }
  return "the certificate of " + host + " is refused: " + X509_verify_cert_error_string(why) +
         "; the server's operator must replace it";
}

SIMRUNS_INLINE std::string describe_refused_client(SSL const* handle, error_code const& failed) {
  if (failed.category() != boost::asio::error::get_ssl_category()) return {};
  switch (ERR_GET_REASON(static_cast<unsigned long>(failed.value()))) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      break;
    default:
      return {};
  }
  if (SSL_get_certificate(handle) != nullptr) {
    return "the server does not accept the certificate of the client";
  }
  return "the server wants a certificate of the client; in C++, http_transport takes a TLS context "
         "that has one";
}

SIMRUNS_INLINE std::string describe_tls_failure(SSL const* handle, std::string const& host,
                                                error_code const& failed, trust_source trust) {
  if (SSL_get_verify_result(handle) != X509_V_OK) {
    return describe_certificate(handle, host, trust);
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
             "the client; in C++, http_transport takes a TLS context that has one";
    default:
      break;
  }
  auto const refusal = describe_refused_client(handle, failed);
  return refusal.empty() ? what : what + ": " + refusal;
}

}  // namespace simruns::detail
