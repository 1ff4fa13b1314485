#include "response_sweep.hpp"

#include "simruns/simulator/serve/self_signed.hpp"
#include "support/scratch.hpp"

#include <filesystem>
#include <fstream>

TEST_CASE("a damaged response over TLS is a named error or the right page") {
  namespace ssl = boost::asio::ssl;
  auto const made = simruns::simulator::self_signed_certificate("IP:127.0.0.1");
  auto const ca_file = std::filesystem::temp_directory_path() / "simruns-test-sweep-ca.pem";
  std::ofstream(ca_file) << made.certificate;
  ssl::context tls(ssl::context::tls_server);
  tls.use_certificate(boost::asio::buffer(made.certificate), ssl::context::pem);
  tls.use_private_key(boost::asio::buffer(made.private_key), ssl::context::pem);
  auto const packed = simruns::simulator::detail::gzip(test::two_runs);
  test::sweep_all(test::answer(packed, "Content-Encoding: gzip\r\n"), false, &tls,
                  ca_file.string());
}
