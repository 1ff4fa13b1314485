#pragma once

#include "simruns/follow/follow_options.hpp"
#include "simruns/runs/detail/client_operations.hpp"
#include "simruns/runs/run_stream.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace simruns {

/// The runs of a live batch, each once, as they settle. Polls are made only while a run is asked
/// for.
///
///     simruns::follow_options until_done;
///     until_done.until_count(500);
///     auto runs = client.follow(query, until_done);
///     while (simruns::run_ptr run = co_await runs.next()) use(*run);
///     if (runs.status().lost != 0) ...
///
/// A run is settled when its verdict is not `pending`; one that was given is never given again,
/// even if it changes. Within a poll runs come in the order of the batch. A cancelled wait also
/// ends in the pause between two polls, and the next call waits for what is left of it.
template <class Executor>
class basic_run_follower : public basic_run_stream<Executor> {
 public:
  /// The same follower with another default completion token.
  template <class Other>
  struct rebind_executor {
    using other = basic_run_follower<Other>;
  };

  template <class Other>
  basic_run_follower(basic_run_follower<Other>&& other)
      : basic_run_stream<Executor>(std::move(other.consumer_)), source_(std::move(other.source_)) {}

  /// As of the latest page, whose runs may not all have been taken yet. Threads: any.
  follow_status status() const { return detail::status_of(*detail::not_moved_from(source_)); }

  /// The runs that went before they settled, in the order of their loss. Threads: any.
  std::vector<lost_run> lost() const { return detail::lost_by(*detail::not_moved_from(source_)); }

 private:
  template <class Other>
  friend class basic_client;
  template <class Other>
  friend class basic_run_follower;

  basic_run_follower(std::shared_ptr<detail::client_core> core,
                     std::shared_ptr<detail::follow_source> source)
      : basic_run_stream<Executor>(detail::consumer_of(std::move(core), source)),
        source_(std::move(source)) {}

  std::shared_ptr<detail::follow_source> source_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/runs/impl/run_follower.ipp"
#endif
