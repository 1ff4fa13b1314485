#pragma once

#include "simruns/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

namespace simruns::detail {

/// What an operation of Asio's ended with.
struct operation_end {
  error_code code;
  std::size_t bytes = 0;

  operation_end() = default;
};

/// The completion handler by which an operation of Asio's resumes what waits for it. Asio drops a
/// handler for want of memory, destroys the coroutine that it is of, and tells nobody; this handler
/// resumes it then, with `std::bad_alloc`. One type for all operations: every type that Asio meets
/// costs whoever compiles it.
class resumption {
 public:
  using executor_type = boost::asio::any_io_executor;
  using cancellation_slot_type = boost::asio::cancellation_slot;

  /// What waits. `end`, if it is not null, is written before it is resumed.
  struct waiting {
    waiting(executor_type e, cancellation_slot_type s, operation_end* to)
        : executor(std::move(e)), slot(s), end(to) {}
    waiting(waiting const&) = delete;
    waiting& operator=(waiting const&) = delete;
    virtual ~waiting() = default;
    virtual void resume(std::exception_ptr thrown) = 0;

    executor_type executor;
    cancellation_slot_type slot;
    operation_end* end;
    std::atomic<bool> due{true};
    bool tried = false;  ///< To resume it in place of the operation.
  };

  explicit resumption(std::shared_ptr<waiting> kept) : kept_(std::move(kept)) {}
  resumption(resumption const&) = default;
  resumption(resumption&&) noexcept = default;
  resumption& operator=(resumption const&) = delete;
  ~resumption();

  executor_type get_executor() const noexcept { return kept_->executor; }
  cancellation_slot_type get_cancellation_slot() const noexcept { return kept_->slot; }

  void operator()(error_code code = {}, std::size_t bytes = 0);
  void operator()(std::exception_ptr thrown);

  /// Whether nobody else is to call the handler, and nobody has.
  bool is_last() const noexcept;

 private:
  void resume_later() noexcept;

  std::shared_ptr<waiting> kept_;
};

/// How an operation is begun.
struct operation_begin {
  virtual void begin(resumption resume) = 0;

 protected:
  ~operation_begin() = default;
};

/// Begins an operation of Asio's, and waits for its end. All that a coroutine of ours awaits of
/// Asio it awaits here. Requires: `of` lives on. Throws: what `begin` throws; std::bad_alloc, where
/// no memory is left to begin or to go on. Cancels: as the operation does.
boost::asio::awaitable<operation_end> resumed(operation_begin& of);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/resumed.ipp"
#endif
