#pragma once

#include "simruns/runs/client.hpp"
#include "simruns/transport/http_transport.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Gives the first answer to the first who asks, and so on; the last again and again. `asked`, if
/// given, counts.
inline simruns::lookup_function answers_of(std::vector<simruns::endpoints> answers,
                                           std::shared_ptr<std::atomic<int>> asked = {}) {
  if (!asked) asked = std::make_shared<std::atomic<int>>(0);
  return [answers = std::move(answers), asked](std::string const&, std::uint16_t) {
    auto const turn = static_cast<std::size_t>((*asked)++);
    return answers[std::min(turn, answers.size() - 1)];
  };
}

/// A host that no lookup of the machine finds.
inline std::string const server_name = "simulator.test";

/// A client over HTTP whose names are looked up by the test.
struct http_client {
  http_client(simruns::client_config const& config, simruns::lookup_function lookup)
      : context(std::make_unique<asio::io_context>()) {
    auto link = std::make_shared<simruns::http_transport>(context->get_executor(), config,
                                                          std::move(lookup));
    client.emplace(context->get_executor(), config,
                   simruns::credentials::api_key("the-key-of-the-api"), std::move(link));
  }

  simruns::result<simruns::page> fetch() { return run(*context, client->try_fetch_page(query())); }

  /// Starts a fetch that `stop` can cancel.
  void begin(simruns::run_query const& what = query()) {
    asio::co_spawn(*context, client->try_fetch_page(what),
                   asio::bind_cancellation_slot(
                       stop.slot(), [this](std::exception_ptr, simruns::result<simruns::page> r) {
                         got.emplace(std::move(r));
                       }));
  }

  /// Runs until `reached` holds and there is nothing to do but wait.
  template <class Condition>
  void run_until(Condition reached) {
    auto const patience = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!got && std::chrono::steady_clock::now() < patience) {
      if (context->run_one_for(std::chrono::milliseconds{50}) == 0 && reached()) return;
    }
    throw std::runtime_error("what the test waits for did not come");
  }

  /// Cancels what has begun; how long it took to end.
  std::chrono::steady_clock::duration cancel() {
    auto const began = std::chrono::steady_clock::now();
    stop.emit(asio::cancellation_type::terminal);
    context->restart();
    context->run();
    return std::chrono::steady_clock::now() - began;
  }

  std::unique_ptr<asio::io_context> context;
  std::optional<simruns::client> client;
  asio::cancellation_signal stop;
  std::optional<simruns::result<simruns::page>> got;
};

/// Why TLS refused a server; its one attempt is the last.
inline std::string refusal(simruns::result<simruns::page> const& got) {
  REQUIRE(got.has_error());
  CHECK(got.error().code == simruns::errc::tls);
  CHECK(got.error().attempts == 1);
  return got.error().message;
}

}  // namespace test
