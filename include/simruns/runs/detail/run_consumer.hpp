#pragma once

#include "simruns/error.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/position.hpp"
#include "simruns/runs/detail/step_source.hpp"
#include "simruns/walk/completeness.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simruns::detail {

/// The consumer's side of a stream: the page in hand. Touched by one operation at a time, and by
/// nothing on the strand.
struct run_consumer {
  /// Of polls, which have no position to go on from.
  run_consumer(std::shared_ptr<client_core> c, std::shared_ptr<step_source> s)
      : core(std::move(c)), source(std::move(s)), has_position(false) {}

  /// Of a walk that starts where `query` says.
  run_consumer(std::shared_ptr<client_core> c, std::shared_ptr<step_source> s,
               list_query const& query);

  bool has_run() const noexcept { return index < hand.size(); }

  /// Hands out the next run of the page in hand; null if there is none.
  run_ptr pop() {
    if (!has_run()) return nullptr;
    ++tally.handed;
    --tally.waiting;
    return hand.share(index++);
  }

  /// Whether there is a page to hand out: one with runs, or with bad runs that are not told of yet.
  bool has_page() const noexcept { return has_run() || bad_runs_due; }

  /// Hands out the rest of the page in hand; not valid if there is none.
  page pop_page();

  /// Takes the step that has arrived: the page that is now in hand, or the end. Throws:
  /// request_error; std::bad_alloc, and then the step may still be there.
  void take();

  /// Where the next run is, as text; empty if there is no position.
  std::string position() const;

  /// Runs of the whole page up to the latest that was handed out, in the order of the walk.
  std::uint64_t offset() const;

  std::shared_ptr<client_core> core;
  std::shared_ptr<step_source> source;
  std::optional<walk_step> arrived;  ///< A step that is not taken yet.
  page hand;                         ///< What is new of a page.
  page whole;                        ///< That page, as it came.
  std::size_t index = 0;             ///< Of the next run in `hand`.
  simruns::position before_hand;     ///< Where the page in hand begins.
  page_start following;              ///< Where the page after it begins.
  simruns::completeness tally;
  std::vector<bad_run> bad_runs;
  bool bad_runs_due = false;  ///< The page in hand has some, and was not handed out.
  request_failure failure;
  bool ended = false;
  bool has_position = true;
  std::atomic<bool> busy{false};  ///< An operation is outstanding.
};

/// Holds off a second operation while one is outstanding.
class consumer_lease {
 public:
  /// Throws: request_error (invalid_argument) if an operation is outstanding.
  explicit consumer_lease(std::shared_ptr<run_consumer> consumer);
  consumer_lease(consumer_lease&&) noexcept = default;
  consumer_lease& operator=(consumer_lease&&) = delete;
  ~consumer_lease() {
    if (consumer_) consumer_->busy.store(false);
  }

  run_consumer& operator*() const noexcept { return *consumer_; }
  run_consumer* operator->() const noexcept { return consumer_.get(); }

 private:
  std::shared_ptr<run_consumer> consumer_;
};

}  // namespace simruns::detail
