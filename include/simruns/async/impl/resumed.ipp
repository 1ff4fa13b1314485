#pragma once

#include "simruns/async/post_to.hpp"
#include "simruns/async/resumed.hpp"
#include "simruns/config.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <new>

namespace simruns::detail {

SIMRUNS_INLINE resumption::~resumption() {
  if (is_last()) resume_later();
}

SIMRUNS_INLINE void resumption::operator()(error_code code, std::size_t bytes) {
  if (kept_->end != nullptr) {
    kept_->end->code = code;
    kept_->end->bytes = bytes;
  }
  (*this)(std::exception_ptr());
}

SIMRUNS_INLINE void resumption::operator()(std::exception_ptr thrown) {
  auto const here = std::exchange(kept_, nullptr);
  here->due = false;
  here->resume(std::move(thrown));
}

SIMRUNS_INLINE bool resumption::is_last() const noexcept {
  if (!kept_ || kept_.use_count() != 1) return false;
  std::atomic_thread_fence(std::memory_order_acquire);  // what the others did is done
  return kept_->due;
}

/// Where the executor takes nothing any more, what waits goes on here: better beside its executor
/// than never.
SIMRUNS_INLINE void resumption::resume_later() noexcept {
  if (std::exchange(kept_->tried, true)) return;  // the context goes, and all that waits with it
  auto const thrown = std::make_exception_ptr(std::bad_alloc());
  resumption again(*this);
  kept_.reset();
  try {
    post_to(again.get_executor(), [again, thrown]() mutable { again(thrown); });
  } catch (...) {
    try {
      if (again.is_last()) again(thrown);
    } catch (...) {  // what it could not handle is not for whoever dropped the handler
    }
  }
}

/// A coroutine that waits.
template <class Handler>
struct waiting_coroutine final : resumption::waiting {
  waiting_coroutine(Handler&& h, operation_end* to)
      : waiting(h.get_executor(), h.get_cancellation_slot(), to), handler(std::move(h)) {}

  void resume(std::exception_ptr thrown) override { handler(std::move(thrown)); }

  Handler handler;
};

/// Begins an operation for the coroutine that awaits it.
struct resumed_initiation {
  operation_begin* of;
  operation_end* to;

  template <class Handler>
  void operator()(Handler handler) const {
    std::exception_ptr thrown;
    try {
      resumption resume(std::make_shared<waiting_coroutine<Handler>>(std::move(handler), to));
      try {
        return of->begin(resume);
      } catch (...) {
        thrown = std::current_exception();
        if (!resume.is_last()) return;  // whoever has the handler calls it
      }
      return resume(thrown);
    } catch (std::bad_alloc const&) {
      if (thrown) throw;
      thrown = std::current_exception();
    }
    std::move(handler)(thrown);
  }
};

SIMRUNS_INLINE boost::asio::awaitable<operation_end> resumed(operation_begin& of) {
  namespace asio = boost::asio;
  operation_end out;
  resumed_initiation const start{&of, &out};
  co_await asio::async_initiate<asio::use_awaitable_t<> const, void(std::exception_ptr)>(
      start, asio::use_awaitable);
  co_return out;
}

}  // namespace simruns::detail
