#pragma once

#include "simruns/error.hpp"
#include "simruns/request/http_message.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace simruns::detail {

/// Whether a failed attempt is worth another one: a connection that could not be made, broke or
/// took too long, a response that ended early, or a status that says "later". Never a certificate,
/// a page that cannot be decoded, a limit, a redirect. `server_errors`: whether a plain 500 counts,
/// too.
bool is_retried(request_failure const& failure, bool server_errors) noexcept;

/// The pause before retry number `retry`, counted from 0: exponential backoff with full jitter,
/// `fraction * min(cap, base * 2^retry)`. `fraction`: uniform in [0, 1).
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
std::chrono::milliseconds backoff(int retry, std::chrono::milliseconds base,
                                  std::chrono::milliseconds cap, double fraction) noexcept;

/// How long a response asks to wait: `Retry-After`, in seconds, which are rounded up, or as a date,
/// which is compared with the response's own `Date` where it has one, else with `now`. A moment
/// that has passed is no wait. Nothing, where it does not say, or not in one of these forms.
std::optional<std::chrono::seconds> retry_after(
    http_response const& response,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// Keeps many clients from burying a server that is down: each retry costs, each request that
/// succeeds at once earns. Used on the client's strand only.
class retry_budget {
 public:
  /// Whether a retry may be sent; if so, it is paid for.
  bool take(bool after_timeout) noexcept {
    int const cost = after_timeout ? 10 : 5;
    if (left_ < cost) return false;
    left_ -= cost;
    return true;
  }

  /// A request succeeded by its first attempt.
  void earn() noexcept { left_ = std::min(left_ + 1, full); }

  int left() const noexcept { return left_; }

 private:
  static constexpr int full = 500;
  int left_ = full;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/retry_policy.ipp"
#endif
