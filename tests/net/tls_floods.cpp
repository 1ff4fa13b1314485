#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/scratch.hpp"
#include "support/scripted_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

using simruns::errc;
using test::answer;
using test::server_name;
using namespace std::chrono_literals;

namespace {

/// A server that answers one request over TLS by what `talk` does.
class tls_server {
 public:
  using stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

  tls_server(int version, std::function<void(stream&)> talk)
      : tls_(own_.server_context()),
        acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
        talk_(std::move(talk)) {
    SSL_CTX_set_max_proto_version(tls_.native_handle(), version);
    test::write_file(ca_file_, own_.pem());
    thread_ = std::thread([this] { serve(); });
  }
  tls_server(tls_server const&) = delete;
  tls_server& operator=(tls_server const&) = delete;
  ~tls_server() { thread_.join(); }

  simruns::result<simruns::page> fetch(std::chrono::milliseconds attempt_timeout) {
    simruns::client_config config("https://" + server_name);
    config.ca_file = ca_file_;
    config.max_attempts = 1;
    config.attempt_timeout = attempt_timeout;
    test::http_client client(config, test::answers_of({{acceptor_.local_endpoint()}}));
    return client.fetch();
  }

 private:
  void serve() {
    boost::asio::ip::tcp::socket peer(context_);
    acceptor_.accept(peer);
    stream secure(peer, tls_);
    boost::system::error_code failed;
    secure.handshake(boost::asio::ssl::stream_base::server, failed);
    std::string head;
    std::array<char, 4096> piece{};
    while (!failed && head.find("\r\n\r\n") == head.npos) {
      auto const bytes = secure.read_some(boost::asio::buffer(piece), failed);
      head.append(piece.data(), bytes);
    }
    if (!failed) talk_(secure);
  }

  test::scratch folder_;
  std::string ca_file_ = folder_.file("ca.pem");
  test::certificate own_{test::certificate::recipe("own", "DNS:" + server_name)};
  boost::asio::ssl::context tls_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::function<void(stream&)> talk_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("TLS: session tickets without end do not extend the attempt's time") {
  int tickets = 0;
  auto const before = std::chrono::steady_clock::now();
  {
    tls_server server(TLS1_3_VERSION, [&](tls_server::stream& to) {
      boost::system::error_code failed;
      while (!failed && std::chrono::steady_clock::now() < before + 10s) {
        SSL_new_session_ticket(to.native_handle());
        to.handshake(boost::asio::ssl::stream_base::server, failed);  // sends it
        tickets += failed ? 0 : 1;
      }
    });
    auto const got = server.fetch(200ms);
    REQUIRE(got.has_error());
    CHECK(got.error().code == errc::timeout);
    CHECK(got.error().message.starts_with("attempt_timeout of 0.2 s"));
  }
  CHECK(tickets > 10);
  CHECK(std::chrono::steady_clock::now() - before < 10s);
}

TEST_CASE("TLS: a server that wants to shake hands anew is told no, and its response is taken") {
  unsigned long said = 0;
  {
    tls_server server(TLS1_2_VERSION, [&](tls_server::stream& to) {
      boost::system::error_code failed;
      SSL_renegotiate(to.native_handle());
      to.handshake(boost::asio::ssl::stream_base::server, failed);  // asks for it
      auto const page = answer(simruns::testing::page_of({"a"}));
      boost::asio::write(to, boost::asio::buffer(page), failed);
      std::array<char, 64> piece{};
      to.read_some(boost::asio::buffer(piece), failed);
      said = static_cast<unsigned long>(failed.value());
    });
    CHECK(server.fetch(10s).has_value());
  }
  CHECK(ERR_GET_REASON(said) == SSL_R_NO_RENEGOTIATION);
}
