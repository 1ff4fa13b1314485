#include "simruns/transport/http_transport.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/ssl/verify_context.hpp>
#include <boost/asio/ssl/verify_mode.hpp>

#include <memory>
#include <string>
#include <utility>

namespace ssl = boost::asio::ssl;

using Catch::Matchers::ContainsSubstring;
using simruns::errc;
using test::answer;
using test::certificate;
using test::refusal;
using test::scripted_server;
using test::server_name;
using test::two_runs;

namespace {

certificate::recipe authority(std::string const& name) {
  certificate::recipe out(name);
  out.authority = true;
  return out;
}

/// Who vouches for servers, who for clients, and a certificate of each.
struct both_sides {
  certificate servers{authority("Servers of the test")};
  certificate clients{authority("Clients of the test")};
  certificate server{certificate::recipe("server", "DNS:" + server_name), &servers};
  certificate client{certificate::recipe("client"), &clients};

  /// Of a server that wants a certificate of the client, in that version of TLS.
  ssl::context asking_server(int version) const {
    auto out = server.server_context();
    out.add_certificate_authority(boost::asio::buffer(clients.pem()));
    out.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    SSL_CTX_set_min_proto_version(out.native_handle(), version);
    SSL_CTX_set_max_proto_version(out.native_handle(), version);
    return out;
  }

  /// Trusts the server by an authority in memory, and has no certificate.
  std::shared_ptr<ssl::context> trusting() const {
    auto out = std::make_shared<ssl::context>(ssl::context::tls_client);
    out->add_certificate_authority(boost::asio::buffer(servers.pem()));
    out->set_verify_mode(ssl::verify_peer);
    return out;
  }

  std::shared_ptr<ssl::context> identified_by(certificate const& own) const {
    auto out = trusting();
    out->use_certificate_chain(boost::asio::buffer(own.pem()));
    out->use_private_key(boost::asio::buffer(own.key_pem()), ssl::context::pem);
    return out;
  }
};

simruns::client_config config_of(std::string const& ca_file = {}) {
  simruns::client_config out("https://" + server_name + "/testing");
  out.ca_file = ca_file;
  return out;
}

/// One page, by a transport with a context of the caller's.
simruns::result<simruns::page> fetch_by(ssl::context& server_tls,
                                        std::shared_ptr<ssl::context> own) {
  scripted_server server({{scripted_server::reply(answer(two_runs))}}, &server_tls);
  test::asio::io_context context;
  auto const config = config_of();
  auto link = std::make_shared<simruns::http_transport>(
      context.get_executor(), config, std::move(own), test::answers_of({{server.endpoint()}}));
  simruns::client client(context.get_executor(), config, simruns::credentials::api_key("k"),
                         std::move(link));
  return test::run(context, client.try_fetch_page(test::query()));
}

simruns::error_code refused_context(std::shared_ptr<ssl::context> own,
                                    std::string const& ca_file = {}) {
  test::asio::io_context context;
  try {
    simruns::http_transport const link(context.get_executor(), config_of(ca_file), std::move(own));
    return {};
  } catch (simruns::request_error const& failed) {
    return failed.code();
  }
}

}  // namespace

TEST_CASE("TLS: the client's certificate in a context of the caller's is shown to the server") {
  auto const version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  both_sides const made;
  auto tls = made.asking_server(version);
  CHECK(fetch_by(tls, made.identified_by(made.client)).has_value());
}

TEST_CASE("TLS: a server that wants a certificate of the client says so, and is asked once") {
  both_sides const made;
  auto tls = made.asking_server(TLS1_3_VERSION);
  CHECK_THAT(refusal(fetch_by(tls, made.trusting())),
             ContainsSubstring("the server wants a certificate of the client"));
  auto older = made.asking_server(TLS1_2_VERSION);
  CHECK_THAT(refusal(fetch_by(older, made.trusting())),
             ContainsSubstring("or wants a certificate of the client"));
}

TEST_CASE("TLS: a server that refuses the client's certificate says so") {
  auto const version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  both_sides const made;
  certificate const stranger(certificate::recipe("stranger"), &made.servers);
  auto tls = made.asking_server(version);
  CHECK_THAT(refusal(fetch_by(tls, made.identified_by(stranger))),
             ContainsSubstring("the server does not accept the certificate of the client"));
}

TEST_CASE("TLS: a context of the caller's checks the host, and asks for it by its name") {
  both_sides const made;
  certificate const misnamed(certificate::recipe("server", "DNS:other.test"), &made.servers);
  auto wrong = misnamed.server_context();
  CHECK_THAT(refusal(fetch_by(wrong, made.trusting())),
             ContainsSubstring("not made for " + server_name + ", but for other.test"));
  auto right = made.server.server_context();
  std::string asked;
  SSL_CTX_set_tlsext_servername_arg(right.native_handle(), &asked);
  SSL_CTX_set_tlsext_servername_callback(
      right.native_handle(), +[](SSL* handle, int*, void* to) {
        auto const* name = SSL_get_servername(handle, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(to) = name != nullptr ? name : "none";
        return SSL_TLSEXT_ERR_OK;
      });
  CHECK(fetch_by(right, made.trusting()).has_value());
  CHECK(asked == server_name);
}

TEST_CASE("TLS: a server that a context of the caller's does not trust is refused with advice") {
  both_sides const made;
  auto unknown = made.client.server_context();
  CHECK_THAT(refusal(fetch_by(unknown, made.trusting())),
             ContainsSubstring("it is issued by \"Clients of the test\"") &&
                 ContainsSubstring("into the TLS context"));
  certificate const own(certificate::recipe("own", "DNS:" + server_name));
  auto alone = own.server_context();
  CHECK_THAT(refusal(fetch_by(alone, made.trusting())),
             ContainsSubstring("load its certificate into the TLS context"));
}

TEST_CASE("TLS: the verify callback of a context of the caller's pins a certificate") {
  both_sides const made;
  auto const pinning = [&](std::string const& pinned) {
    auto out = made.trusting();
    out->set_verify_callback([pinned](bool trusted, ssl::verify_context& at) {
      auto* const store = at.native_handle();
      if (!trusted || X509_STORE_CTX_get_error_depth(store) > 0) return trusted;
      auto const text = simruns::simulator::detail::pem_text(
          [&](BIO* to) { return PEM_write_bio_X509(to, X509_STORE_CTX_get_current_cert(store)); });
      return text == pinned;
    });
    return out;
  };
  auto tls = made.server.server_context();
  CHECK(fetch_by(tls, pinning(made.server.pem())).has_value());
  CHECK_THAT(refusal(fetch_by(tls, pinning(made.client.pem()))),
             ContainsSubstring("refused by the TLS context's own verification"));
}

TEST_CASE("TLS: a context that could not be what its caller means is refused") {
  both_sides const made;
  CHECK_FALSE(refused_context(made.trusting()));
  auto const careless = std::make_shared<ssl::context>(ssl::context::tls_client);
  CHECK(refused_context(careless) == errc::tls);
  CHECK(refused_context(nullptr) == errc::invalid_argument);
  CHECK(refused_context(made.trusting(), "ca.pem") == errc::invalid_argument);
}

TEST_CASE("TLS: nothing of a context of the caller's is changed") {
  both_sides const made;
  auto const own = made.trusting();
  auto* const handle = own->native_handle();
  auto const options = SSL_CTX_get_options(handle);
  auto const oldest = SSL_CTX_get_min_proto_version(handle);
  auto tls = made.server.server_context();
  CHECK(fetch_by(tls, own).has_value());
  CHECK(SSL_CTX_get_options(handle) == options);
  CHECK(SSL_CTX_get_min_proto_version(handle) == oldest);
  CHECK(SSL_CTX_get_verify_mode(handle) == SSL_VERIFY_PEER);
  CHECK(own.use_count() == 1);
}
