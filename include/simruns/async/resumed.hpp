#pragma once

#include "simruns/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace simruns::detail {

/// What an operation of Asio's ended with.
struct operation_end {
  error_code code;
  std::size_t bytes = 0;

  operation_end() = default;
};

/// The completion handler by which an operation of Asio's resumes a coroutine. Asio destroys the
/// coroutine of a handler that is dropped for want of memory, and tells nobody; this handler
/// resumes it, with `std::bad_alloc`.
template <class Handler>
class resumption {
 public:
  using executor_type = boost::asio::any_io_executor;
  using cancellation_slot_type = boost::asio::cancellation_slot;

  /// Throws: std::bad_alloc; then `handler` is as it was.
  resumption(Handler&& handler, operation_end& to)
      : kept_(std::make_shared<kept>(std::move(handler), to)) {}
  resumption(resumption const&) = default;
  resumption(resumption&&) noexcept = default;
  resumption& operator=(resumption const&) = delete;
  ~resumption() {
    if (is_last()) resume_later();
  }

  executor_type get_executor() const noexcept { return kept_->handler.get_executor(); }
  cancellation_slot_type get_cancellation_slot() const noexcept {
    return kept_->handler.get_cancellation_slot();
  }

  void operator()(error_code code = {}, std::size_t bytes = 0) {
    kept_->to->code = code;
    kept_->to->bytes = bytes;
    (*this)(std::exception_ptr());
  }
  void operator()(std::exception_ptr thrown) {
    auto const here = std::exchange(kept_, nullptr);
    here->due = false;
    here->handler(std::move(thrown));
  }

  /// Whether nobody else is to call the handler, and nobody has.
  bool is_last() const noexcept {
    if (!kept_ || kept_.use_count() != 1) return false;
    std::atomic_thread_fence(std::memory_order_acquire);  // what the others did is done
    return kept_->due;
  }

 private:
  struct kept {
    kept(Handler&& h, operation_end& t) : handler(std::move(h)), to(&t) {}

    Handler handler;
    operation_end* to;
    std::atomic<bool> due{true};
    bool tried = false;  ///< To resume it in place of the operation.
  };

  /// Where its executor takes nothing any more, the coroutine goes on here: better beside its
  /// executor than never.
  void resume_later() noexcept {
    if (std::exchange(kept_->tried, true)) return;  // the context goes, and all that waits with it
    auto const thrown = std::make_exception_ptr(std::bad_alloc());
    resumption again(*this);
    kept_.reset();
    try {
      again.get_executor().execute([again, thrown]() mutable { again(thrown); });
    } catch (...) {
      resume_here(again, thrown);
    }
  }

  static void resume_here(resumption& again, std::exception_ptr const& thrown) noexcept try {
    if (again.is_last()) again(thrown);
  } catch (...) {  // what the coroutine could not handle is not for whoever dropped the handler
  }

  std::shared_ptr<kept> kept_;
};

/// Begins an operation for the coroutine that awaits it.
template <class Begin>
class resumed_initiation {
 public:
  resumed_initiation(Begin begin, operation_end& to) : begin_(std::move(begin)), to_(&to) {}

  template <class Handler>
  void operator()(Handler handler) {
    std::exception_ptr thrown;
    try {
      resumption<Handler> resume(std::move(handler), *to_);
      try {
        return begin_(resume);
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

 private:
  Begin begin_;
  operation_end* to_;
};

/// Begins an operation of Asio's by calling `begin` with its completion handler, and waits for its
/// end. All that a coroutine of ours awaits of Asio it awaits here.
/// Throws: what `begin` throws; std::bad_alloc, where no memory is left to begin or to go on.
/// Cancels: as the operation does.
template <class Begin>
boost::asio::awaitable<operation_end> resumed(Begin begin) {
  namespace asio = boost::asio;
  operation_end out;
  resumed_initiation<Begin> start(std::move(begin), out);
  co_await asio::async_initiate<asio::use_awaitable_t<> const, void(std::exception_ptr)>(
      std::move(start), asio::use_awaitable);
  co_return out;
}

}  // namespace simruns::detail
