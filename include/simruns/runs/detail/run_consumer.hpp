#pragma once

#include "simruns/runs/run_generator.hpp"

namespace simruns {

namespace detail {

/// The consumer's side of a walk: the page in hand. Touched by one operation at a time, and by
/// nothing on the strand.
struct run_consumer {
  /// Of what has no position to go on from.
  run_consumer(std::shared_ptr<client_core> c, std::shared_ptr<step_source> source)
      : core(std::move(c)), digest(0), steps(std::move(source)), has_position(false) {}

  run_consumer(std::shared_ptr<client_core> c, run_query const& query)
      : core(std::move(c)), digest(query.digest()), steps(std::make_shared<walk>(core, query)) {
    if (query.start()) {
      place = *query.start();
    } else {
      place.page = page_start::at_skip(query.skip());
    }
    place.digest = digest;
  }

  run_ptr pop() {
    if (index >= hand.size()) return nullptr;
    return hand.share(index++);
  }

  void take(walk_step step) {
    tally = step.tally;
    if (step.failure) {
      following = std::move(step.next);
      failure = std::move(*step.failure);
      failure.position = position();
      throw request_error(failure);
    }
    if (!step.got.valid()) {
      ended = true;
      return;
    }
    if (place.page != step.start) place.offset = 0;
    place.page = std::move(step.start);
    following = std::move(step.next);
    if (index > 0) place.last_id = hand[hand.size() - 1].id;
    hand = std::move(step.got);
    whole = std::move(step.whole);
    index = 0;
  }

  /// Runs of the whole page up to the latest that was yielded, in the order of the walk.
  std::uint64_t offset() const {
    auto const latest = hand[index - 1].json().data();
    auto const at = std::ranges::find(whole, latest, [](run const& r) { return r.json().data(); });
    bool const backward = place.page.by == page_start::kind::previous;
    return static_cast<std::uint64_t>(backward ? whole.end() - at : at - whole.begin() + 1);
  }

  std::string position() const {
    if (!has_position) return {};
    auto out = place;
    if (index > 0) {
      out.last_id = hand[index - 1].id;
      out.offset = offset();
    }
    if (hand.valid() && index == hand.size() && following != place.page) {
      out.page = following;
      out.offset = 0;
    }
    return out.text();
  }

  std::shared_ptr<client_core> core;
  std::uint64_t digest;
  std::shared_ptr<step_source> steps;
  page hand;   ///< What of a page is new,
  page whole;  ///< and that page.
  std::size_t index = 0;
  simruns::position place;  ///< Of the page in hand, before its first run.
  page_start following;
  simruns::completeness tally;
  request_failure failure;
  bool ended = false;
  bool has_position = true;
  std::atomic<bool> busy{false};
};

/// Holds off a second operation.
class consumer_turn {
 public:
  explicit consumer_turn(std::shared_ptr<run_consumer> consumer) : consumer_(std::move(consumer)) {
    if (consumer_->busy.exchange(true)) {
      throw request_error(errc::invalid_argument,
                          "another operation of this generator is outstanding; await it first");
    }
  }
  consumer_turn(consumer_turn const&) = delete;
  consumer_turn& operator=(consumer_turn const&) = delete;
  ~consumer_turn() { consumer_->busy.store(false); }

 private:
  std::shared_ptr<run_consumer> consumer_;
};

/// Ends what is under way. Threads: any. Safe to repeat, and without a consumer.
inline void close(std::shared_ptr<run_consumer> const& consumer) noexcept {
  if (!consumer) return;
  consumer->core->strand->with([&](client_strand& strand) {
    boost::asio::post(strand, [steps = consumer->steps] { steps->abandon(); });
  });
}

/// Fetches until a run is in hand, or the end.
inline boost::asio::awaitable<void> fill(std::shared_ptr<run_consumer> consumer) {
  while (consumer->index >= consumer->hand.size() && !consumer->ended) {
    walk_step step;
    try {
      step = co_await on_strand(consumer->core->strand, consumer->steps->take());
    } catch (boost::system::system_error const&) {
      consumer->failure = failure_of(std::current_exception());
      consumer->failure.position = consumer->position();
      throw request_error(consumer->failure);
    }
    consumer->take(std::move(step));
    // Cancelled on the way back: whoever cancelled takes no result, so what came stays in hand.
    auto const state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
      request_failure cancelled;
      cancelled.code = make_error_code(errc::cancelled);
      cancelled.message = "the operation was cancelled";
      cancelled.position = consumer->position();
      consumer->failure = cancelled;
      throw request_error(std::move(cancelled));
    }
  }
}

inline boost::asio::awaitable<run_ptr> next_run(std::shared_ptr<run_consumer> consumer) {
  consumer_turn const turn(consumer);
  if (consumer->index >= consumer->hand.size()) co_await fill(consumer);
  co_return consumer->pop();
}

inline boost::asio::awaitable<bool> run_is_here(std::shared_ptr<run_consumer> consumer) {
  consumer_turn const turn(consumer);
  if (consumer->index >= consumer->hand.size()) co_await fill(consumer);
  co_return consumer->index < consumer->hand.size();
}

inline boost::asio::awaitable<page> next_page_of(std::shared_ptr<run_consumer> consumer) {
  consumer_turn const turn(consumer);
  co_await fill(consumer);
  if (consumer->index >= consumer->hand.size()) co_return page();
  auto const first = consumer->index;
  consumer->index = consumer->hand.size();
  if (first == 0) co_return consumer->hand;
  std::vector<std::size_t> rest;
  for (auto i = first; i < consumer->hand.size(); ++i) rest.push_back(i);
  co_return consumer->hand.select(rest);
}

/// What a callback gets.
struct next_outcome {
  error_code code;
  run_ptr got;
  next_outcome() = default;
};

inline boost::asio::awaitable<next_outcome> next_without_throwing(
    std::shared_ptr<run_consumer> consumer) {
  next_outcome out;
  try {
    out.got = co_await next_run(consumer);
  } catch (...) {
    out.code = failure_of(std::current_exception()).code;
  }
  co_return out;
}

struct start_next {
  template <class Handler>
  void operator()(Handler handler, std::shared_ptr<run_consumer> consumer) const {
    namespace asio = boost::asio;
    auto strand = consumer->core->executor();
    auto callers_slot = asio::get_associated_cancellation_slot(handler);
    strand_stop stop(consumer->core->strand);
    auto const slot = stop.slot();
    if (callers_slot.is_connected()) callers_slot.assign(stop);
    // A handler that names no executor runs where the client was told to, not on its strand: one
    // that waits for another operation would hold that up.
    auto const executor = asio::get_associated_executor(handler, strand.get_inner_executor());
    auto finish = [handler = std::move(handler), stop](std::exception_ptr thrown,
                                                       next_outcome outcome) mutable {
      if (thrown) std::rethrow_exception(thrown);
      std::move(handler)(outcome.code, std::move(outcome.got));
    };
    asio::co_spawn(
        strand, cancellable(next_without_throwing(std::move(consumer))),
        asio::bind_cancellation_slot(slot, asio::bind_executor(executor, std::move(finish))));
  }
};

}  // namespace detail

inline run_generator::run_generator(std::shared_ptr<detail::client_core> core,
                                    run_query const& query)
    : consumer_(std::make_shared<detail::run_consumer>(std::move(core), query)) {}

inline run_generator& run_generator::operator=(run_generator&& other) noexcept {
  if (this != &other) {
    close();
    consumer_ = std::move(other.consumer_);
  }
  return *this;
}

inline run_generator::~run_generator() { close(); }

inline void run_generator::close() noexcept { detail::close(consumer_); }

inline boost::asio::awaitable<run_ptr> run_generator::next() { return detail::next_run(consumer_); }

inline boost::asio::awaitable<bool> run_generator::ready() {
  return detail::run_is_here(consumer_);
}

inline run_ptr run_generator::try_next() {
  detail::consumer_turn const turn(consumer_);
  return consumer_->pop();
}

inline boost::asio::awaitable<page> run_generator::next_page() {
  return detail::next_page_of(consumer_);
}

template <class CompletionToken>
auto run_generator::async_next(CompletionToken&& token) {
  return boost::asio::async_initiate<CompletionToken, void(error_code, run_ptr)>(
      detail::start_next{}, token, consumer_);
}

inline std::string run_generator::position() const { return consumer_->position(); }

inline completeness const& run_generator::completeness() const noexcept { return consumer_->tally; }

inline request_failure const& run_generator::failure() const noexcept { return consumer_->failure; }

}  // namespace simruns
