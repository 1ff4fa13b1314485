#include "simruns/simulator/simulator.hpp"

#include "simruns/runs/client.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"
#include "support/scratch.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdexcept>
#include <string>

namespace sim = simruns::simulator;
using simruns::errc;

namespace {

simruns::result<simruns::page> first_page(sim::background_server const& server,
                                          std::string const& ca_file) {
  test::asio::io_context context;
  simruns::client_config config{server.url()};
  config.ca_file = ca_file;
  simruns::client client{context.get_executor(), config,
                         simruns::credentials::api_key(server.api_key())};
  auto const& key = server.batches().front();
  simruns::run_query query{key.project, key.scenario, key.batch};
  return test::run(context, client.try_fetch_page(query));
}

sim::server_options secured(sim::certified_key const& pair) {
  sim::server_options options;
  options.certificate = pair.certificate;
  options.private_key = pair.private_key;
  return options;
}

/// A private key that only a password opens.
std::string locked_key() {
  auto* const key = EVP_EC_gen("P-256");
  auto* const out = BIO_new(BIO_s_mem());
  unsigned char password[] = "secret";
  PEM_write_bio_PrivateKey(out, key, EVP_aes_128_cbc(), password, 6, nullptr, nullptr);
  char* data = nullptr;
  auto const size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(out);
  EVP_PKEY_free(key);
  return text;
}

}  // namespace

TEST_CASE("a server speaks TLS to a client that trusts its certificate, and to no other") {
  test::scratch const folder;
  auto const pair = sim::self_signed_certificate();
  auto const other = sim::self_signed_certificate();
  test::write_file(folder.file("right.pem"), pair.certificate);
  test::write_file(folder.file("wrong.pem"), other.certificate);
  sim::background_server const server{sim::generate(), secured(pair)};
  CHECK(server.url().starts_with("https://127.0.0.1:"));
  auto const got = first_page(server, folder.file("right.pem"));
  REQUIRE(got.has_value());
  CHECK(got->size() == 20);
  auto const refused = first_page(server, folder.file("wrong.pem"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == errc::tls);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a certificate and a key that are no pair are refused, with no question asked") {
  auto const one = sim::self_signed_certificate();
  auto const other = sim::self_signed_certificate();
  for (auto const& wrong :
       {sim::certified_key{one.certificate, other.private_key},
        sim::certified_key{one.certificate, ""}, sim::certified_key{"", one.private_key},
        sim::certified_key{"no PEM", "no PEM"},
        sim::certified_key{one.certificate, locked_key()}}) {
    CHECK_THROWS_AS(sim::background_server(sim::dataset(), secured(wrong)), std::invalid_argument);
  }
}
