#pragma once

#include "simruns/fetch/attempts.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/read_response.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/request/make_request.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace simruns {

/// A page and what it cost.
struct fetched {
  page got;
  int requests = 0;

  fetched() = default;
  fetched(page p, int r) : got(std::move(p)), requests(r) {}
};

namespace detail {

/// Waits for the client's request budget, if it has one.
inline boost::asio::awaitable<request_grant> wait_for_budget(std::shared_ptr<client_core> core) {
  if (!core->requests) co_return request_grant();
  co_return co_await core->requests->take();
}

/// Throws: request_error (cancelled).
inline boost::asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  namespace asio = boost::asio;
  if (time.count() == 0) co_return;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, time);
  error_code woken;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (woken) throw request_error(errc::cancelled, "cancelled between two attempts");
}

/// One attempt: a page, or why there is none. Throws: what the request budget throws.
inline boost::asio::awaitable<result<page>> attempt(std::shared_ptr<client_core> core,
                                                    std::shared_ptr<operation> doing,
                                                    http_request request, run_query query) {
  auto const grant = co_await wait_for_budget(core);
  doing->start(grant.waited);
  auto const limits = doing->limits();
  std::exception_ptr thrown;
  http_response response;
  bool begun = true;
  try {
    response = co_await core->link->exchange(std::move(request), limits);
  } catch (not_begun_error const&) {
    thrown = std::current_exception();
    begun = false;
  } catch (...) {  // a transport of the user's may throw what it likes
    thrown = std::current_exception();
  }
  if (thrown) {
    auto failure = failure_of(thrown);
    doing->waited_for_connection(failure.waited);
    if (!begun) doing->never_begun();
    if (!begun && core->requests) core->requests->give_back(grant.at);
    co_return failure;
  }
  doing->waited_for_connection(response.waited);
  auto const bytes = response.body.size();
  auto const status = response.status;
  auto read = read_response(std::move(response), core->config, core->who, query);
  doing->answered(status, bytes, read ? std::string() : read.error().trace_id);
  co_return read;
}

/// The attempts for one page, with the pauses between them. Throws: request_error (cancelled).
inline boost::asio::awaitable<result<page>> attempts(std::shared_ptr<client_core> core,
                                                     std::shared_ptr<operation> doing,
                                                     http_request request, run_query query) {
  for (;;) {
    if (doing->expired()) co_return doing->out_of_time();
    auto got = co_await attempt(core, doing, request, query);
    if (got) {
      doing->succeeded();
      co_return got;
    }
    auto failure = got.error();
    doing->failed(failure);
    auto const pause = doing->next_pause(failure);
    if (!pause) co_return doing->give_up(std::move(failure));
    doing->will_retry(failure, *pause);
    co_await sleep(*pause);
  }
}

}  // namespace detail

/// Asks for one page: the attempts, and what they came to. Runs on the client's strand.
/// `until`: when the walk that it is part of must have ended.
/// Completes: when the whole body is decoded.   Throws: nothing; all is in the result.
/// Cancels:   terminal, partial, total; the connection is dropped, the client stays usable.
inline boost::asio::awaitable<result<fetched>> fetch(
    std::shared_ptr<detail::client_core> core, run_query query, page_start start,
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max()) {
  auto request = make_request(core->config, core->who, query, start);
  auto const doing =
      std::make_shared<detail::operation>(core, core->who.redact(request.target), until);
  std::exception_ptr thrown;
  result<page> got;
  try {
    got = co_await detail::attempts(core, doing, std::move(request), query);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) co_return doing->give_up(detail::failure_of(thrown));
  if (got) co_return fetched(std::move(*got), doing->attempts());
  auto failure = got.error();
  detail::explain_refused_start(failure, query, start);
  co_return failure;
}

}  // namespace simruns
