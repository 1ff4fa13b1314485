#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/async/wait_line.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/runs/detail/step_source.hpp"
#include "simruns/walk/walk_plan.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>

namespace simruns::detail {

/// A walk under way: reads pages ahead of its consumer. Used on the client's strand only; lives as
/// long as its generator or an operation of it, and does not mind its context going first.
class walk_source final : public step_source, public std::enable_shared_from_this<walk_source> {
 public:
  walk_source(std::shared_ptr<client_core> core, list_query const& query);

  boost::asio::awaitable<walk_step> take() override { return take(shared_from_this()); }

  void abandon() override {
    leave();
    stop_reading();
    changed_.wake();
  }

 private:
  static boost::asio::awaitable<walk_step> take(std::shared_ptr<walk_source> self);
  static boost::asio::awaitable<void> read(std::shared_ptr<walk_source> self, page_wish wish,
                                           std::uint64_t era);
  void start_reading();
  void start_reader(page_wish wish);
  void stop_reading();
  void give_up(std::exception_ptr const& thrown);
  std::optional<page_wish> next_wish();
  void deliver(page_wish const& wish, result<fetched_page> const& fetched);
  std::size_t ahead() const noexcept;
  static int attempts_of(result<fetched_page> const& fetched) {
    return fetched ? fetched->requests : fetched.error().attempts;
  }
  walk_step pop();
  walk_step failed();
  bool failure_is_due() const noexcept { return failure_ && !plan_.head_under_way(); }
  bool has_news() const noexcept { return plan_.has_step() || failure_is_due() || plan_.done(); }

  std::shared_ptr<client_core> core_;
  walk_plan plan_;
  std::optional<request_failure> failure_;  ///< Of the read-ahead; surfaces after the steps.
  std::optional<request_failure> broken_;   ///< A failure that no further call can mend.
  std::uint64_t era_ = 0;                   ///< Readers of an earlier one were stopped.
  bool waited_for_ = false;
  bool taken_ = false;    ///< A page was.
  bool hurried_ = false;  ///< A consumer waited for one that was not the first.
  bool began_ = false;
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::time_point::max();
  wait_line changed_;  ///< The consumer, if it waits: there is one at the most.
  std::set<std::shared_ptr<strand_stop>> readers_;  ///< Of those at work.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/runs/impl/walk_source.ipp"
#endif
