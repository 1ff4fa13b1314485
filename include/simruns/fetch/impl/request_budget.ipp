#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/request_budget.hpp"

#include <chrono>

namespace simruns::detail {

SIMRUNS_INLINE boost::asio::awaitable<request_grant> request_budget::take() {
  using clock = std::chrono::steady_clock;
  auto const began = clock::now();
  wait_slot const slot(line_);
  for (;;) {
    auto const now = clock::now();
    auto const due = slot.is_first() ? times_.next(now) : clock::time_point::max();
    if (due <= now) {
      times_.add(now);
      auto const waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - began);
      co_return request_grant(now, waited);
    }
    bool const wanted = co_await slot.wait(due);
    if (!wanted) {
      throw request_error(errc::cancelled, "cancelled while waiting for the request budget");
    }
  }
}

}  // namespace simruns::detail
