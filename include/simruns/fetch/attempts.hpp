#pragma once

#include "simruns/error.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/request/request_event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace simruns::detail {

/// The account of one operation, a page with its attempts: their number, the time that is left, and
/// whether one more may follow. Tells the client's `on_event` of each. Used on the client's strand.
class attempt_account {
 public:
  using clock = std::chrono::steady_clock;

  /// `until`: the end of the walk that the operation is part of.
  attempt_account(std::shared_ptr<client_core> core, std::string target, clock::time_point until);

  int attempts() const noexcept { return attempts_; }

  /// Whether no time is left.
  bool expired() const noexcept { return clock::now() >= deadline(); }

  /// What the attempt that has started may take: no more than is left.
  attempt_limits limits() const;

  /// An attempt goes out, after waiting for the request budget.
  void start(std::chrono::milliseconds waited_for_budget);

  /// The attempt that has started had to wait for a connection: that is not its own time either.
  void waited_for_connection(std::chrono::milliseconds time) noexcept;

  /// The attempt that has started ended before anything was done for it.
  void never_begun() noexcept { --attempts_; }

  /// A whole response came.
  void responded(int status, std::size_t bytes, std::string const& trace_id) const;

  /// The response was a page.
  void succeeded() const noexcept;

  /// An attempt failed.
  void failed(request_failure const& failure) const noexcept;

  /// The pause before the next attempt. Nothing, if there is to be none; then `failure` says why,
  /// where that is not plain.
  std::optional<std::chrono::milliseconds> next_pause(request_failure& failure) const;

  /// The next attempt comes after `pause`.
  void will_retry(request_failure const& failure, std::chrono::milliseconds pause) const;

  /// The end: `failure` with all that is known of the operation.
  request_failure give_up(request_failure failure) const;

  /// The end, where the time ran out before an attempt could be sent.
  request_failure out_of_time() const;

 private:
  /// Waiting in a line is not the operation's own time.
  void note_wait(std::chrono::milliseconds time) noexcept;

  client_config const& config() const noexcept { return core_->config; }
  clock::time_point deadline() const noexcept {
    return own_until_ < walk_until_ ? own_until_ : walk_until_;
  }
  std::string name_of_deadline() const;
  request_event event(request_event::kind what) const;
  void tell(request_event const& event) const noexcept;

  std::shared_ptr<client_core> core_;
  std::string target_;
  clock::time_point began_ = clock::now();
  clock::time_point own_until_ = clock::time_point::max();
  clock::time_point walk_until_;
  clock::time_point attempt_began_ = began_;
  std::chrono::milliseconds attempt_waited_{};
  std::chrono::milliseconds waited_{};
  int attempts_ = 0;
  std::uint64_t era_ = 0;  ///< Of the client's pace.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/attempts.ipp"
#endif
