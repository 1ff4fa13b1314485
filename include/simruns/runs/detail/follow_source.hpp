#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/async/wait_line.hpp"
#include "simruns/error.hpp"
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

/// The polls of a live batch, made when its consumer asks for more: a page is asked for only while
/// it waits. Used on the client's strand only, but for `status` and `lost`; lives as long as its
/// follower or an operation of it, and does not mind its context going first.
class follow_source final : public step_source, public std::enable_shared_from_this<follow_source> {
 public:
  follow_source(std::shared_ptr<client_core> core, run_query const& query, follow_options options)
      : core_(std::move(core)),
        on_poll_(options.on_poll()),
        pace_(options),
        asks_batch_(options.until_batch_ends()),
        plan_(query, std::move(options), core_->config.max_pages),
        changed_(core_->executor()) {}

  boost::asio::awaitable<walk_step> take() override { return take(shared_from_this()); }

  void abandon() override {
    leave();
    stop_reading();
    stop_asking();
    changed_.wake();
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
  static boost::asio::awaitable<void> read(std::shared_ptr<follow_source> self, page_start start,
                                           std::shared_ptr<strand_stop> mine);
  static boost::asio::awaitable<void> wait(std::shared_ptr<follow_source> self);

  /// Whether a poll is under way, or can begin now. If not, it is time to pause, or over.
  bool ready();
  void start_reading();
  void stop_reading();
  void arrive(result<fetched_page> fetched);
  static boost::asio::awaitable<void> ask(std::shared_ptr<follow_source> self,
                                          std::shared_ptr<strand_stop> mine);
  void start_asking();
  void stop_asking();
  void take_batch(result<fetched_page> const& fetched);
  void heed_deadline();

  /// Takes the page that has arrived, or its failure. True: `out` has something to give.
  bool settle(walk_step& out);
  page accept(fetched_page const& fetched);
  void poll_over();
  void publish();
  void end(follow_end why) {
    plan_.end(why);
    stop_asking();
    publish();
  }

  std::shared_ptr<client_core> core_;
  std::function<void(follow_status const&)> on_poll_;
  follow_pace pace_;
  bool asks_batch_;
  follow_plan plan_;
  std::uint64_t changes_ = 0;  ///< Of the plan, when the poll began.
  bool cut_ = false;           ///< The deadline has come, and the page under way was told to end.
  std::optional<request_failure> broken_;  ///< A failure that no further call can mend.
  std::shared_ptr<strand_stop> reader_;    ///< Of the page under way; null if there is none.
  std::optional<result<fetched_page>> arrived_;
  std::shared_ptr<strand_stop> asker_;  ///< Of the request for the batch; null if there is none.
  wait_line changed_;                   ///< The consumer, if it waits: there is one at the most.
  mutable std::mutex mutex_;
  follow_status status_;
  std::vector<lost_run> lost_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/runs/impl/follow_source.ipp"
#endif
