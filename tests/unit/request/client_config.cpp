#include "simruns/request/client_config.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using simruns::client_config;
using namespace std::chrono_literals;

TEST_CASE("the defaults of a configuration pass its own check") {
  client_config const config("https://h/testing");
  CHECK_NOTHROW(config.check());
  CHECK(config.connect_timeout == 10s);
  CHECK(config.attempt_timeout == 30s);
  CHECK(config.max_json_depth == 512);
  CHECK(config.connections == 8);
  CHECK(config.max_attempts == 4);
  CHECK(config.operation_timeout == 300s);
  CHECK(config.walk_timeout == 0s);
  REQUIRE(config.request_budget);
  CHECK(config.request_budget->requests == 1000);
  CHECK(config.request_budget->per == 300s);
  CHECK(config.compression);
}

TEST_CASE("a server on this machine needs neither a budget nor gzip") {
  for (auto const* url : {"http://localhost:8", "http://127.0.0.1", "https://[::1]:8443"}) {
    client_config const config(url);
    CHECK_FALSE(config.request_budget);
    CHECK_FALSE(config.compression);
  }
}

TEST_CASE("an unusable URL is refused when the configuration is made") {
  CHECK_THROWS_AS(client_config("api.example"), simruns::request_error);
}

TEST_CASE("zero switches a deadline and the read-ahead off") {
  client_config config("https://h");
  config.connect_timeout = 0ms;
  config.attempt_timeout = 0ms;
  config.operation_timeout = 0ms;
  config.walk_timeout = 0ms;
  config.backoff_base = 0ms;
  config.backoff_cap = 0ms;
  config.retry_after_cap = 0ms;
  config.prefetch = 0;
  CHECK_NOTHROW(config.check());
}

TEST_CASE("a value that cannot work is refused by the name of its option") {
  using change = std::function<void(client_config&)>;
  std::vector<std::pair<std::string, change>> const table{
      {"connect_timeout", [](client_config& c) { c.connect_timeout = -1ms; }},
      {"attempt_timeout", [](client_config& c) { c.attempt_timeout = -1ms; }},
      {"operation_timeout", [](client_config& c) { c.operation_timeout = -1ms; }},
      {"walk_timeout", [](client_config& c) { c.walk_timeout = -1ms; }},
      {"backoff_base", [](client_config& c) { c.backoff_base = -1ms; }},
      {"backoff_cap", [](client_config& c) { c.backoff_cap = -1ms; }},
      {"retry_after_cap", [](client_config& c) { c.retry_after_cap = -1ms; }},
      {"max_attempts", [](client_config& c) { c.max_attempts = 0; }},
      {"request_budget", [](client_config& c) { c.request_budget->requests = 0; }},
      {"request_budget", [](client_config& c) { c.request_budget->per = 0ms; }},
      {"max_inflated_bytes", [](client_config& c) { c.max_inflated_bytes = 0; }},
      {"max_header_bytes", [](client_config& c) { c.max_header_bytes = 255; }},
      {"max_body_bytes", [](client_config& c) { c.max_body_bytes = 0; }},
      {"max_json_depth", [](client_config& c) { c.max_json_depth = 7; }},
      {"max_json_depth", [](client_config& c) { c.max_json_depth = 513; }},
      {"max_pages", [](client_config& c) { c.max_pages = 0; }},
      {"connections", [](client_config& c) { c.connections = 0; }},
  };
  for (auto const& [name, spoil] : table) {
    client_config config("https://h");
    spoil(config);
    try {
      config.check();
      FAIL(name + " was accepted");
    } catch (simruns::request_error const& error) {
      CHECK(error.code() == simruns::errc::invalid_argument);
      CHECK(error.failure().message.starts_with(name + " "));
    }
  }
}
