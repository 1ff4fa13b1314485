#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/async/post_to.hpp"
#include "simruns/async/resumed.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/prefer.hpp>

#include <atomic>
#include <new>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE shared_strand make_strand_of(boost::asio::any_io_executor const& executor) {
  auto& context = boost::asio::query(executor, boost::asio::execution::context);
  return std::make_shared<context_bound<any_strand>>(context, steady_executor::over(executor));
}

SIMRUNS_INLINE any_strand executor_of(shared_strand const& strand) {
  std::optional<any_strand> out;
  strand->with([&](any_strand& here) { out = here; });
  if (!out) throw request_error(errc::invalid_argument, "the client's io_context has gone");
  return *out;
}

SIMRUNS_INLINE strand_stop::strand_stop(shared_strand strand) : strand_(std::move(strand)) {
  auto const executor = executor_of(strand_);
  auto& context = boost::asio::query(executor, boost::asio::execution::context);
  signal_ = std::make_shared<bound_signal>(context);
}

SIMRUNS_INLINE bool strand_stop::is_on_strand() const noexcept {
  bool out = false;
  strand_->with([&](any_strand& here) { out = here.running_in_this_thread(); });
  return out;
}

SIMRUNS_INLINE void strand_stop::operator()(boost::asio::cancellation_type type) {
  post_on_strand(strand_, [signal = signal_, type] { (*signal)->emit(type); });
}

SIMRUNS_INLINE void post_on_strand(shared_strand const& strand, std::function<void()> function) {
  strand->with([&](any_strand& here) { post_to(here, std::move(function)); });
}

/// How an operation tells of its end.
struct kept_ending {
  explicit kept_ending(ending d) : done(std::move(d)) {}

  void call(std::exception_ptr thrown) {
    called = true;
    std::move(done)(std::move(thrown));
  }

  ending done;
  std::atomic<bool> called{false};
};

/// Calls `done`, and until then keeps the signal of `stop` for the coroutine whose slot is of it.
class stoppable_ending {
 public:
  using executor_type = boost::asio::any_completion_executor;
  using cancellation_slot_type = boost::asio::cancellation_slot;
  using allocator_type =
      boost::asio::any_completion_handler_allocator<void, void(std::exception_ptr)>;

  stoppable_ending(std::shared_ptr<kept_ending> kept, strand_stop stop, any_strand const& strand)
      : kept_(std::move(kept)),
        stop_(std::move(stop)),
        slot_(stop_.slot()),
        executor_(boost::asio::get_associated_executor(kept_->done,
                                                       boost::asio::any_io_executor(strand))),
        allocator_(boost::asio::get_associated_allocator(kept_->done)),
        work_(boost::asio::prefer(strand.get_inner_executor().inner(),
                                  boost::asio::execution::outstanding_work.tracked)) {
    if (!executor_) throw std::bad_alloc();
  }
  stoppable_ending(stoppable_ending&&) noexcept = default;
  stoppable_ending& operator=(stoppable_ending&&) = delete;
  ~stoppable_ending() {
    if (kept_ && stop_.is_on_strand()) end_by_destruction();
  }

  executor_type get_executor() const noexcept { return executor_; }
  cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }
  allocator_type get_allocator() const noexcept { return allocator_; }
  void operator()(std::exception_ptr thrown) {
    std::exchange(kept_, nullptr)->call(std::move(thrown));
  }

 private:
  /// Whoever destroys a coroutine on its strand has found no memory to go on with it; where the
  /// context goes, it is destroyed elsewhere.
  void end_by_destruction() noexcept {
    auto const kept = std::exchange(kept_, nullptr);
    auto const thrown = std::make_exception_ptr(std::bad_alloc());
    try {
      std::function<void()> call = [kept, thrown] { kept->call(thrown); };
      executor_.execute(std::move(call));
    } catch (...) {
      call_here(*kept, thrown);
    }
  }

  static void call_here(kept_ending& kept, std::exception_ptr const& thrown) noexcept try {
    if (!kept.called) kept.call(thrown);
  } catch (...) {  // the operation has ended, whatever its handler does
  }

  std::shared_ptr<kept_ending> kept_;
  strand_stop stop_;
  cancellation_slot_type slot_;
  executor_type executor_;
  allocator_type allocator_;
  boost::asio::any_io_executor work_;  ///< The context goes on until the operation has ended.
};

SIMRUNS_INLINE void spawn_on_strand(shared_strand const& strand,
                                    boost::asio::awaitable<void> operation, strand_stop stop,
                                    ending done) {
  namespace asio = boost::asio;
  auto const here = executor_of(strand);
  auto callers_slot = asio::get_associated_cancellation_slot(done);
  if (callers_slot.is_connected()) callers_slot.assign(stop);
  auto work = cancellable<as_asked>(std::move(operation));
  auto const kept = std::make_shared<kept_ending>(std::move(done));
  try {
    stoppable_ending end(kept, std::move(stop), here);
    asio::co_spawn(here, std::move(work), std::move(end));
  } catch (std::bad_alloc const&) {
    // What was destroyed on the strand has called its ending, or will.
    if (kept.use_count() == 1 && !kept->called) throw;
  }
}

struct turn_wait final : operation_begin {
  explicit turn_wait(boost::asio::any_io_executor e) : executor(std::move(e)) {}
  void begin(resumption resume) override { post_to(executor, std::move(resume)); }

  boost::asio::any_io_executor executor;
};

SIMRUNS_INLINE boost::asio::awaitable<void> next_turn() {
  auto const executor = co_await boost::asio::this_coro::executor;
  turn_wait turn(executor);
  co_await resumed(turn);
}

struct strand_begin final : operation_begin {
  strand_begin(shared_strand on, boost::asio::awaitable<void> o, strand_stop s)
      : strand(std::move(on)), operation(std::move(o)), stop(std::move(s)) {}
  void begin(resumption resume) override {
    spawn_on_strand(strand, std::move(operation), std::move(stop), ending(std::move(resume)));
  }

  shared_strand strand;
  boost::asio::awaitable<void> operation;
  strand_stop stop;
};

SIMRUNS_INLINE boost::asio::awaitable<void> run_on_strand(shared_strand strand,
                                                          boost::asio::awaitable<void> operation,
                                                          strand_stop stop) {
  strand_begin there(std::move(strand), std::move(operation), std::move(stop));
  co_await resumed(there);
}

}  // namespace simruns::detail
