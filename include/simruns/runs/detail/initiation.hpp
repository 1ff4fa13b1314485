#pragma once

#include "simruns/error.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/deferred.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace simruns::detail {

/// A completion handler whose type is forgotten: an operation is compiled once for all of them.
template <class Value>
using completion = boost::asio::any_completion_handler<void(std::exception_ptr, Value)>;

/// The code of what an operation threw; zero for null.
error_code code_of(std::exception_ptr const& thrown);

/// Gives a handler that takes an `error_code` the code of what an operation threw.
template <class Handler>
struct code_handler {
  Handler handler;

  template <class Value>
  void operator()(std::exception_ptr thrown, Value value) {
    std::move(handler)(code_of(thrown), std::move(value));
  }
};

/// Starts an operation for a completion handler of any type. `Start` takes a `completion<Value>`.
/// `Detailed`: the handler takes what was thrown, not its code.
template <class Value, class Start, bool Detailed = false>
class initiation {
 public:
  using executor_type = boost::asio::any_io_executor;

  initiation(executor_type executor, Start start)
      : executor_(std::move(executor)), start_(std::move(start)) {}

  /// The client's executor: timers that a token adds, as `cancel_after` does, run there.
  executor_type get_executor() const noexcept { return executor_; }

  initiation<Value, Start, true> with_details() const { return {executor_, start_}; }

  template <class Handler>
  void operator()(Handler&& handler) const {
    if constexpr (Detailed) {
      start_(completion<Value>(std::forward<Handler>(handler)));
    } else {
      using adapted = code_handler<std::decay_t<Handler>>;
      start_(completion<Value>(adapted{std::forward<Handler>(handler)}));
    }
  }

 private:
  executor_type executor_;
  Start start_;
};

template <class Value, class Start>
initiation<Value, Start> make_initiation(boost::asio::any_io_executor executor, Start start) {
  return {std::move(executor), std::move(start)};
}

/// The token of an operation that is given none: the executor's own, else `deferred`.
template <class Executor, class = void>
struct default_token {
  using type = boost::asio::deferred_t;
};
template <class Executor>
struct default_token<Executor, std::void_t<typename Executor::default_completion_token_type>> {
  using type = typename Executor::default_completion_token_type;
};
template <class Executor>
using default_token_t = typename default_token<Executor>::type;

}  // namespace simruns::detail

template <template <class, class> class Associator, class Handler, class DefaultCandidate>
struct boost::asio::associator<Associator, simruns::detail::code_handler<Handler>, DefaultCandidate>
    : Associator<Handler, DefaultCandidate> {
  static typename Associator<Handler, DefaultCandidate>::type get(
      simruns::detail::code_handler<Handler> const& h) noexcept {
    return Associator<Handler, DefaultCandidate>::get(h.handler);
  }
  static auto get(simruns::detail::code_handler<Handler> const& h,
                  DefaultCandidate const& c) noexcept
      -> decltype(Associator<Handler, DefaultCandidate>::get(h.handler, c)) {
    return Associator<Handler, DefaultCandidate>::get(h.handler, c);
  }
};
