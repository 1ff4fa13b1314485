#pragma once

#include "simruns/error.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/runs/client.hpp"
#include "simruns/runs/run_follower.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "simruns/testing/scripted_transport.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace test {

namespace asio = boost::asio;

/// A page of the runs `a` and `b`, which is the last.
inline std::string const two_runs = simruns::testing::page_of({"a", "b"});

/// Runs `work` on `context` to its end and gives what it gives.
template <class T>
T run(asio::io_context& context, asio::awaitable<T> work) {
  std::optional<T> out;
  std::exception_ptr thrown;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T value) {
    thrown = error;
    out.emplace(std::move(value));
  });
  context.restart();
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*out);
}

inline simruns::client_config config(std::size_t prefetch = 1) {
  simruns::client_config out{"http://simulator.test/testing"};
  out.prefetch = prefetch;
  out.max_attempts = 1;
  out.request_budget.reset();
  return out;
}

inline simruns::client scripted_client(asio::any_io_executor executor,
                                       std::shared_ptr<simruns::transport> link,
                                       std::size_t prefetch = 1) {
  return simruns::client(std::move(executor), config(prefetch), simruns::credentials::api_key("k"),
                         std::move(link));
}

inline simruns::run_query query() { return simruns::run_query("p", "s", "b"); }

/// Reads a generator to its end; the ids in order, and the error that ended it, if one did.
struct walked {
  std::vector<std::string> ids;
  simruns::error_code code;
  std::string position;
  walked() = default;
};

inline asio::awaitable<walked> read_all(std::shared_ptr<simruns::run_generator> runs) {
  walked out;
  try {
    while (simruns::run_ptr run = co_await runs->next()) out.ids.emplace_back(run->id);
  } catch (simruns::request_error const& error) {
    out.code = error.code();
    out.position = error.failure().position;
  }
  co_return out;
}

inline std::shared_ptr<simruns::run_generator> share(simruns::run_generator runs) {
  return std::make_shared<simruns::run_generator>(std::move(runs));
}

/// Runs the context until `holds` does. False: it did not, and the patience is over.
inline bool reaches(asio::io_context& context, auto const& holds) {
  auto const patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > patience) return false;
    context.run_one_for(std::chrono::milliseconds(100));
  }
  return true;
}

}  // namespace test
