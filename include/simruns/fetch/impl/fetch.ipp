#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"
#include "simruns/fetch/attempts.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/failure_of.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/fetch/read_response.hpp"
#include "simruns/request/make_request.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <string>

namespace simruns::detail {

/// Waits for the client's request budget, if it has one.
SIMRUNS_INLINE boost::asio::awaitable<request_grant> wait_for_budget(
    std::shared_ptr<client_core> core) {
  if (!core->traffic->requests) co_return request_grant();
  co_return co_await core->traffic->requests->take();
}

/// Throws: request_error (cancelled).
SIMRUNS_INLINE boost::asio::awaitable<void> pause_between_attempts(std::chrono::milliseconds time) {
  namespace asio = boost::asio;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, time);
  auto const woken = co_await wait_for(timer);
  if (woken) throw request_error(errc::cancelled, "cancelled between two attempts");
}

/// Bytes of the message of what a transport threw, which may hold what the other side said.
inline constexpr std::size_t most_thrown = 2000;

/// One attempt: a page, or why there is none. Throws: what the request budget throws.
SIMRUNS_INLINE boost::asio::awaitable<result<page>> attempt(
    std::shared_ptr<client_core> core, std::shared_ptr<attempt_account> account,
    http_request request, list_query query) {
  auto const grant = co_await wait_for_budget(core);
  account->start(grant.waited);
  auto const limits = account->limits();
  std::exception_ptr thrown;
  http_response response;
  bool begun = true;
  try {
    response = co_await core->transport->exchange(std::move(request), limits);
  } catch (not_begun_error const&) {
    thrown = std::current_exception();
    begun = false;
  } catch (...) {  // a transport of the user's may throw what it likes
    thrown = std::current_exception();
  }
  if (thrown) {
    auto failure = failure_of(thrown);
    failure.message = core->redact.shown(failure.message, most_thrown);
    account->waited_for_connection(failure.waited);
    if (!begun) account->never_begun();
    auto& requests = core->traffic->requests;
    if (!begun && requests) requests->give_back(grant.at);
    co_return failure;
  }
  account->waited_for_connection(response.waited);
  auto const bytes = response.body.size();
  auto const status = response.status;
  auto page = read_response(std::move(response), core->config, core->redact, query);
  account->responded(status, bytes, page ? std::string() : page.error().trace_id);
  co_return page;
}

/// The attempts for one page, with the pauses between them. Throws: request_error (cancelled).
SIMRUNS_INLINE boost::asio::awaitable<result<page>> attempts(
    std::shared_ptr<client_core> core, std::shared_ptr<attempt_account> account,
    http_request request, list_query query) {
  for (;;) {
    if (account->expired()) co_return account->out_of_time();
    auto page = co_await attempt(core, account, request, query);
    if (page) {
      account->succeeded();
      co_return page;
    }
    auto failure = page.error();
    account->failed(failure);
    auto const pause = account->next_pause(failure);
    if (!pause) co_return account->give_up(std::move(failure));
    account->will_retry(failure, *pause);
    co_await pause_between_attempts(*pause);
  }
}

SIMRUNS_INLINE boost::asio::awaitable<result<fetched_page>> fetch(
    std::shared_ptr<client_core> core, list_query query, page_start start,
    std::chrono::steady_clock::time_point until) {
  auto request = make_request(core->config, core->credentials, query, start);
  auto target = core->redact(request.target);
  auto const account = std::make_shared<attempt_account>(core, std::move(target), until);
  std::exception_ptr thrown;
  result<page> page;
  try {
    co_await next_turn();
    auto const state = co_await boost::asio::this_coro::cancellation_state;
    bool const wanted = state.cancelled() == boost::asio::cancellation_type::none;
    if (!wanted) throw request_error(errc::cancelled, "cancelled before the request");
    page = co_await attempts(core, account, std::move(request), query);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) co_return account->give_up(failure_of(thrown));
  if (page) co_return fetched_page(std::move(*page), account->attempts());
  auto failure = page.error();
  explain_refused_start(failure, query, start);
  co_return failure;
}

}  // namespace simruns::detail
