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
}

TEST_CASE("an unusable URL is refused when the configuration is made") {
  CHECK_THROWS_AS(client_config("api.example"), simruns::request_error);
}

TEST_CASE("zero switches a deadline and the read-ahead off") {
  client_config config("https://h");
  config.connect_timeout = 0ms;
  config.attempt_timeout = 0ms;
  config.prefetch = 0;
  CHECK_NOTHROW(config.check());
}

TEST_CASE("a value that cannot work is refused by the name of its option") {
  using change = std::function<void(client_config&)>;
  std::vector<std::pair<std::string, change>> const table{
      {"connect_timeout", [](client_config& c) { c.connect_timeout = -1ms; }},
      {"attempt_timeout", [](client_config& c) { c.attempt_timeout = -1ms; }},
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
