#pragma once

#include "simruns/error.hpp"

#include <boost/asio/async_result.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace simruns {

/// A completion token that carries all that is known of a failure: see `with_details`.
template <class CompletionToken>
struct with_details_t {
  CompletionToken token;
};

/// Makes an asynchronous operation of a client or a stream complete with `std::exception_ptr` in
/// place of `error_code`. The pointer is null, or holds a `request_error` with all details: status,
/// message, attempts, position. Coroutines and futures then throw that error. Put it outermost:
///
///     page first = co_await client.async_fetch_page(query, with_details(asio::use_awaitable));
template <class CompletionToken>
with_details_t<std::decay_t<CompletionToken>> with_details(CompletionToken&& token) {
  return {std::forward<CompletionToken>(token)};
}

}  // namespace simruns

template <class CompletionToken, class Value>
class boost::asio::async_result<simruns::with_details_t<CompletionToken>,
                                void(simruns::error_code, Value)> {
 public:
  template <class Initiation, class Token, class... Args>
  static auto initiate(Initiation&& initiation, Token&& token, Args&&... args) {
    return boost::asio::async_initiate<CompletionToken, void(std::exception_ptr, Value)>(
        std::forward<Initiation>(initiation).with_details(), token.token,
        std::forward<Args>(args)...);
  }
};
