#pragma once

#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/follow/follow_pace.hpp"
#include "simruns/follow/follow_plan.hpp"
#include "simruns/runs/detail/step_source.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace simruns::detail {

/// The polls of a live batch, made when its consumer asks for more. Used on the client's strand
/// only, but for `status` and `lost`; lives as long as its follower or an operation of it.
class follow_source final : public step_source, public std::enable_shared_from_this<follow_source> {
 public:
  follow_source(std::shared_ptr<client_core> core, run_query const& query, follow_options options)
      : core_(std::move(core)),
        on_poll_(options.on_poll()),
        pace_(options),
        plan_(query, std::move(options), core_->config.max_pages) {}

  boost::asio::awaitable<walk_step> take() override { return take(shared_from_this()); }

  void abandon() override {
    abandoned_ = true;
    if (stop_) (*stop_)(boost::asio::cancellation_type::terminal);
  }

  /// Threads: any.
  follow_status status() const {
    std::lock_guard const lock(mutex_);
    return status_;
  }
  std::vector<lost_run> lost() const {
    std::lock_guard const lock(mutex_);
    return lost_;
  }

 private:
  using clock = std::chrono::steady_clock;

  static boost::asio::awaitable<walk_step> take(std::shared_ptr<follow_source> self);
  static boost::asio::awaitable<walk_step> step(std::shared_ptr<follow_source> self);
  static boost::asio::awaitable<void> pause(std::shared_ptr<follow_source> self);

  /// Whether a poll is under way, or can begin now. If not, it is time to pause, or over.
  bool ready();
  page accept(fetched_page const& fetched);
  void poll_over();
  void publish();
  void end(follow_end why) {
    plan_.end(why);
    publish();
  }

  std::shared_ptr<client_core> core_;
  std::function<void(follow_status const&)> on_poll_;
  follow_pace pace_;
  follow_plan plan_;
  std::uint64_t changes_ = 0;  ///< Of the plan, when the poll began.
  bool abandoned_ = false;
  std::optional<request_failure> broken_;  ///< A failure that no further call can mend.
  std::optional<strand_stop> stop_;        ///< Of the operation under way.
  mutable std::mutex mutex_;
  follow_status status_;
  std::vector<lost_run> lost_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/runs/impl/follow_source.ipp"
#endif
