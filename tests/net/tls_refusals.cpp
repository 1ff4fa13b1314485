#include "simruns/simulator/answer/detail/authentication.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using Catch::Matchers::ContainsSubstring;
using simruns::errc;
using test::answer;
using test::certificate;
using test::refusal;
using test::scripted_server;
using test::server_name;
using test::two_runs;

namespace {

/// A file of this content, for as long as it lives.
class pem_file {
 public:
  explicit pem_file(std::string const& content)
      : path_(std::filesystem::temp_directory_path() /
              ("simruns-" + simruns::simulator::detail::random_secret() + ".pem")) {
    std::ofstream(path_) << content;
  }
  pem_file(pem_file const&) = delete;
  pem_file& operator=(pem_file const&) = delete;
  ~pem_file() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

certificate::recipe recipe(std::string const& name, std::string const& hosts = {},
                           bool authority = false) {
  certificate::recipe out(name, hosts);
  out.authority = authority;
  return out;
}

simruns::result<simruns::page> fetch_from(boost::asio::ssl::context& tls,
                                          std::string const& ca_file) {
  scripted_server server({{scripted_server::reply(answer(two_runs))}}, &tls);
  simruns::client_config config("https://" + server_name + "/testing");
  config.ca_file = ca_file;
  test::http_client client(config, test::answers_of({{server.endpoint()}}));
  return client.fetch();
}

simruns::result<simruns::page> fetch_trusting(boost::asio::ssl::context tls,
                                              std::string const& trusted) {
  pem_file const file(trusted);
  return fetch_from(tls, file.path());
}

std::string refused_file(std::string const& ca_file) {
  simruns::client_config config("https://" + server_name);
  config.ca_file = ca_file;
  try {
    test::http_client const client(config, simruns::system_lookup);
    return "accepted";
  } catch (simruns::request_error const& failed) {
    CHECK(failed.code() == errc::tls);
    return failed.failure().message;
  }
}

/// An authority, one below it, and who can sign for whom.
struct authorities {
  certificate root{recipe("Root of the test", {}, true)};
  certificate middle{recipe("Middle of the test", {}, true), &root};

  certificate leaf(certificate::recipe const& of) const { return certificate(of, &middle); }
};

}  // namespace

TEST_CASE("TLS: a whole chain to an authority in ca_file is trusted, and the name is sent") {
  authorities const by;
  auto const leaf = by.leaf(recipe("leaf", "DNS:" + server_name));
  auto tls = leaf.server_context(by.middle.pem());
  std::string asked;
  SSL_CTX_set_tlsext_servername_arg(tls.native_handle(), &asked);
  SSL_CTX_set_tlsext_servername_callback(
      tls.native_handle(), +[](SSL* handle, int*, void* to) {
        auto const* name = SSL_get_servername(handle, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(to) = name != nullptr ? name : "none";
        return SSL_TLSEXT_ERR_OK;
      });
  pem_file const trusted(by.root.pem());
  CHECK(fetch_from(tls, trusted.path()).has_value());
  CHECK(asked == server_name);
}

TEST_CASE("TLS: a missing intermediate certificate is said to be the operator's to send") {
  authorities const by;
  auto const leaf = by.leaf(recipe("leaf", "DNS:" + server_name));
  CHECK_THAT(refusal(fetch_trusting(leaf.server_context(), by.root.pem())),
             ContainsSubstring("\"Middle of the test\"") &&
                 ContainsSubstring("does not send its intermediate certificate: its operator must "
                                   "configure the full chain"));
}

TEST_CASE("TLS: an authority that is not known is named") {
  authorities const by;
  certificate const other{recipe("Another root", {}, true)};
  auto const leaf = by.leaf(recipe("leaf", "DNS:" + server_name));
  CHECK_THAT(refusal(fetch_trusting(leaf.server_context(by.middle.pem()), other.pem())),
             ContainsSubstring("authority \"Root of the test\" is not known here") &&
                 ContainsSubstring("ca_file has to hold"));
  auto const whole = by.middle.pem() + by.root.pem();
  CHECK_THAT(refusal(fetch_trusting(leaf.server_context(whole), other.pem())),
             ContainsSubstring("authority \"Root of the test\" is not known here"));
}

TEST_CASE("TLS: an expired certificate is said to be so, since when, and to be renewed") {
  authorities const by;
  auto old = recipe("leaf", "DNS:" + server_name);
  old.begins = -2 * certificate::day;
  old.ends = -certificate::day;
  auto const leaf = by.leaf(old);
  CHECK_THAT(refusal(fetch_trusting(leaf.server_context(by.middle.pem()), by.root.pem())),
             ContainsSubstring("the certificate of " + server_name + " expired on 20") &&
                 ContainsSubstring(" UTC: the server's operator must renew it"));
  auto authority = recipe("Middle of the test", {}, true);
  authority.begins = -2 * certificate::day;
  authority.ends = -certificate::day;
  certificate const middle(authority, &by.root);
  certificate const below(recipe("leaf", "DNS:" + server_name), &middle);
  CHECK_THAT(refusal(fetch_trusting(below.server_context(middle.pem()), by.root.pem())),
             ContainsSubstring("the authority \"Middle of the test\", which vouches for " +
                               server_name + ", expired on 20"));
}

TEST_CASE("TLS: a certificate that is not yet valid is said to be so, with the clock's time") {
  authorities const by;
  auto early = recipe("leaf", "DNS:" + server_name);
  early.begins = certificate::day;
  early.ends = 2 * certificate::day;
  auto const leaf = by.leaf(early);
  CHECK_THAT(refusal(fetch_trusting(leaf.server_context(by.middle.pem()), by.root.pem())),
             ContainsSubstring("is not valid before 20") &&
                 ContainsSubstring("check this machine's clock, which says 20"));
}

TEST_CASE("TLS: a certificate for another host is refused, with the hosts that it is for") {
  authorities const by;
  auto const leaf = by.leaf(recipe("leaf", "DNS:a.test,DNS:b.test"));
  CHECK_THAT(refusal(fetch_trusting(leaf.server_context(by.middle.pem()), by.root.pem())),
             ContainsSubstring("not made for " + server_name +
                               ", but for a.test, b.test: use the host "
                               "name"));
  auto const address = by.leaf(recipe("leaf", "IP:192.0.2.7,URI:urn:a,IP:2001:db8::1"));
  CHECK_THAT(refusal(fetch_trusting(address.server_context(by.middle.pem()), by.root.pem())),
             ContainsSubstring(", but for 192.0.2.7, 2001:db8::1: use the host name"));
}

TEST_CASE("TLS: the common name of a certificate is no host name") {
  authorities const by;
  auto const leaf = by.leaf(recipe(server_name));
  CHECK_THAT(refusal(fetch_trusting(leaf.server_context(by.middle.pem()), by.root.pem())),
             ContainsSubstring("not made for " + server_name +
                               ", nor for any other host (a common name does not count): its "
                               "operator must add"));
}

TEST_CASE("TLS: a self-signed certificate is refused until ca_file has it") {
  certificate const own(recipe("own", "DNS:" + server_name));
  certificate const other{recipe("Another root", {}, true)};
  CHECK_THAT(refusal(fetch_trusting(own.server_context(), other.pem())),
             ContainsSubstring("it is self-signed; if this server is yours, put its certificate "
                               "into ca_file"));
  CHECK(fetch_trusting(own.server_context(), own.pem()).has_value());
}

TEST_CASE("TLS: what a certificate says of itself cannot break the lines of a log") {
  certificate const own(recipe("a\nb\x1b[0m" + std::string(40, 'x'), "DNS:a.test"));
  certificate const leaf(recipe("leaf", "DNS:" + server_name), &own);
  certificate const other{recipe("Another root", {}, true)};
  auto const said = refusal(fetch_trusting(leaf.server_context(), other.pem()));
  CHECK_THAT(said, ContainsSubstring("\"a b?[0m"));
}

TEST_CASE("TLS: a server of nothing newer than TLS 1.1 is refused, and told so") {
  certificate const own(recipe("own", "DNS:" + server_name));
  auto tls = own.server_context();
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(tls.native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_cipher_list(tls.native_handle(), "DEFAULT:@SECLEVEL=0");
  pem_file const trusted(own.pem());
  CHECK_THAT(refusal(fetch_from(tls, trusted.path())),
             ContainsSubstring("the server speaks no TLS of version 1.2 or newer"));
  auto newer = own.server_context();
  SSL_CTX_set_max_proto_version(newer.native_handle(), TLS1_2_VERSION);
  CHECK(fetch_from(newer, trusted.path()).has_value());
}

TEST_CASE("TLS: a server that answers without TLS is told from one that is not trusted") {
  // A head that ends at once, since a greeting of TLS has no empty line to wait for.
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
  std::thread plain([&] {
    boost::asio::ip::tcp::socket peer(context);
    acceptor.accept(peer);
    boost::asio::write(peer, boost::asio::buffer(answer("no", {}, "400 Bad Request")));
    std::array<char, 4096> piece{};
    boost::system::error_code failed;
    while (!failed) peer.read_some(boost::asio::buffer(piece), failed);
  });
  simruns::client_config const config("https://" + server_name);
  test::http_client client(config, test::answers_of({{acceptor.local_endpoint()}}));
  auto const got = client.fetch();
  plain.join();
  CHECK_THAT(refusal(got), ContainsSubstring("the server answered without TLS"));
}

TEST_CASE("TLS: a ca_file that is none says what is wrong with it") {
  CHECK_THAT(refused_file("/no/such/file.pem"),
             ContainsSubstring("/no/such/file.pem cannot be opened: No such file"));
  CHECK_THAT(refused_file("/tmp"), ContainsSubstring("/tmp is a directory"));
  certificate const own(recipe("own"));
  for (auto const& content : {std::string(), std::string("words"), own.key_pem()}) {
    pem_file const file(content);
    CHECK_THAT(refused_file(file.path()), ContainsSubstring("holds no certificate in PEM"));
  }
}

TEST_CASE("TLS: a machine that knows no authorities is told from a server that is not trusted") {
  auto const before = std::filesystem::temp_directory_path() / "simruns-no-such-directory";
  ::setenv("SSL_CERT_FILE", (before / "none.pem").c_str(), 1);
  ::setenv("SSL_CERT_DIR", before.c_str(), 1);
  authorities const by;
  auto const leaf = by.leaf(recipe("leaf", "DNS:" + server_name));
  auto tls = leaf.server_context(by.middle.pem());
  auto const got = fetch_from(tls, "");
  pem_file const trusted(by.root.pem());
  ::setenv("SSL_CERT_FILE", trusted.path().c_str(), 1);
  CHECK(fetch_from(tls, "").has_value());
  ::unsetenv("SSL_CERT_FILE");
  ::unsetenv("SSL_CERT_DIR");
  CHECK_THAT(refusal(got), ContainsSubstring("no authorities are known on this machine; set "
                                             "ca_file or SSL_CERT_FILE"));
}
