#pragma once

#include "simruns/error.hpp"
#include "simruns/fwd.hpp"
#include "simruns/runs/detail/initiation.hpp"
#include "simruns/runs/detail/item_completion.hpp"
#include "simruns/runs/detail/moved_from.hpp"
#include "simruns/runs/detail/stream_operations.hpp"
#include "simruns/walk/completeness.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <utility>

namespace simruns {

/// The scenarios of a project, or the batches of a scenario, one after another, across pages: what
/// `run_generator` does for runs. Each item owns its texts, so it may outlive its page.
///
/// `Item` is `scenario` or `batch_info`. `Executor` chooses the default completion token.
template <class Item, class Executor>
class basic_item_generator {
 public:
  using executor_type = Executor;

  /// The same generator with another default completion token.
  template <class Other>
  struct rebind_executor {
    using other = basic_item_generator<Item, Other>;
  };

  template <class Other>
  basic_item_generator(basic_item_generator<Item, Other>&& other)
      : consumer_(std::move(other.consumer_)) {}
  basic_item_generator(basic_item_generator&&) noexcept = default;
  basic_item_generator& operator=(basic_item_generator&& other) noexcept {
    if (this != &other) {
      close();
      consumer_ = std::move(other.consumer_);
    }
    return *this;
  }
  ~basic_item_generator() { close(); }

  /// Where handlers run that name no executor of their own: the client's.
  /// Throws: request_error (invalid_argument) if the execution context has gone.
  executor_type get_executor() const { return executor_type(detail::executor_of(*consumer())); }

  /// The next item; empty at the end. Completes, throws, cancels, lifetime and threads are those of
  /// `run_generator::next`.
  boost::asio::awaitable<std::optional<Item>> next() & { return next(consumer()); }

  /// As `next`, for any completion token. Signature `void(error_code, std::optional<Item>)`; with
  /// `with_details(token)` it is `void(std::exception_ptr, std::optional<Item>)`.
  template <class CompletionToken = detail::default_token_t<Executor>>
  auto async_next(CompletionToken&& token = CompletionToken()) & {
    auto start = [consumer = consumer()](detail::completion<std::optional<Item>> done) {
      detail::start_next_run(consumer, detail::item_completion<Item>{std::move(done)});
    };
    auto made = detail::make_initiation<std::optional<Item>>(detail::executor_of(*consumer()),
                                                             std::move(start));
    return boost::asio::async_initiate<CompletionToken, void(error_code, std::optional<Item>)>(
        std::move(made), token);
  }

  /// Where the next item is, for `start_at` of the query.
  std::string position() const { return detail::position_of(*consumer()); }

  /// What the walk has had, as of the page in hand.
  simruns::completeness const& completeness() const { return detail::completeness_of(*consumer()); }

  /// Ends what is under way, as destroying it does; nothing more is sent. Threads: any. Safe to
  /// repeat.
  void close() noexcept { detail::close(consumer_); }

  /// The latest failure, details included; its code is zero if there was none.
  request_failure const& failure() const { return detail::failure_of(*consumer()); }

 private:
  template <class Other>
  friend class basic_client;
  template <class OtherItem, class Other>
  friend class basic_item_generator;

  explicit basic_item_generator(detail::consumer_ptr consumer) : consumer_(std::move(consumer)) {}

  static boost::asio::awaitable<std::optional<Item>> next(detail::consumer_ptr consumer) {
    auto const entry = co_await detail::next_run(std::move(consumer));
    co_return detail::item_of<Item>(entry);
  }

  detail::consumer_ptr const& consumer() const { return detail::not_moved_from(consumer_); }

  detail::consumer_ptr consumer_;
};

}  // namespace simruns
