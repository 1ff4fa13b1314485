#include "simruns/query/run_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/make_request.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>

using simruns::client_config;
using simruns::credentials;

namespace {

/// The message of the refusal of one header, and of no other.
std::string header_refusal(std::string name, std::string value) {
  client_config config("https://h");
  config.headers.emplace_back("X-Good", "before");
  config.headers.emplace_back(std::move(name), std::move(value));
  try {
    config.check();
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == simruns::errc::invalid_argument);
    return error.failure().message;
  }
  return "taken";
}

simruns::http_request request_with(simruns::http_headers headers) {
  client_config config("https://h");
  config.headers = std::move(headers);
  return make_request(config, credentials::api_key("k"), simruns::run_query("p", "s", "b"), {});
}

int count(simruns::http_request const& request, std::string_view name) {
  int out = 0;
  for (auto const& header : request.headers) out += simruns::same_header(header.first, name);
  return out;
}

}  // namespace

TEST_CASE("the headers of a configuration are sent with each request, as they are") {
  auto const made = request_with({{"X-Tenant", "blue"}, {"Cookie", "a=b; c=\"d\""}, {"X-E", ""}});
  simruns::http_headers const last(made.headers.end() - 3, made.headers.end());
  CHECK(last ==
        simruns::http_headers{{"X-Tenant", "blue"}, {"Cookie", "a=b; c=\"d\""}, {"X-E", ""}});
  CHECK(count(made, "Host") == 1);
  CHECK(count(made, "X-API-Key") == 1);
}

TEST_CASE("a User-Agent of the configuration takes the place of the library's") {
  CHECK(count(request_with({}), "User-Agent") == 1);
  auto const made = request_with({{"user-agent", "nightly/1"}});
  CHECK(count(made, "User-Agent") == 1);
  CHECK(made.headers.back().second == "nightly/1");
}

TEST_CASE("a header that the library sets, or that carries credentials, is refused by name") {
  for (auto const* name :
       {"Host", "host", "Accept", "ACCEPT-ENCODING", "Connection", "Keep-Alive", "Content-Length",
        "Transfer-Encoding", "Trailer", "TE", "Upgrade", "Expect", "Authorization", "x-api-key",
        "Proxy-Authorization", "Proxy-Connection"}) {
    auto const told = header_refusal(name, "secret-of-a-gateway");
    CHECK(told.starts_with(std::string("headers has ") + name + ", which "));
    CHECK(told.find("secret") == told.npos);
  }
}

TEST_CASE("what is no name of a header is refused") {
  for (std::string const name :
       {"", "a b", "a:b", "a\r\nb", "a\nHost: x", "\xc3\xa9", "a\x7f", "(a)"}) {
    INFO(name);
    CHECK(header_refusal(name, "v").starts_with("headers has the name \""));
  }
  CHECK(header_refusal(std::string("a\0b", 3), "v").starts_with("headers has the name \""));
}

TEST_CASE("a value that would not arrive as it is, or as one header, is refused and not shown") {
  for (std::string const value :
       {"secret\r\nHost: x", "secret\n", "secret\r", "\tsecret", " secret", "secret ", "secret\x7f",
        "secr\xc3\xa9t", "sec\tret"}) {
    auto const told = header_refusal("X-Gate", value);
    CHECK(told.starts_with("headers has X-Gate, whose value "));
    CHECK(told.find("sec") == told.npos);
  }
  CHECK(header_refusal("X-Gate", std::string("secret\0", 7))
            .starts_with("headers has X-Gate, whose "));
  for (auto const* value : {"", "a", "a b", "Bearer a.b~c==", "{\"a\": [1]}"}) {
    CHECK(header_refusal("X-Gate", value) == "taken");
  }
}

TEST_CASE("headers are bounded, and each has its name once") {
  CHECK(header_refusal("x-good", "again").starts_with("headers has x-good, and has it twice"));
  CHECK(header_refusal("X", std::string(20'000, 'v')).starts_with("headers has over 16 KiB"));
  client_config config("https://h");
  for (int i = 0; i < 64; ++i) config.headers.emplace_back("X-" + std::to_string(i), "v");
  CHECK_NOTHROW(config.check());
  config.headers.emplace_back("X-64", "v");
  CHECK_THROWS_AS(config.check(), simruns::request_error);
}
