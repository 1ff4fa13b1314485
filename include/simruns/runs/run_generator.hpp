#pragma once

#include "simruns/runs/run_stream.hpp"
#include "simruns/walk/completeness.hpp"

#include <string>
#include <utility>
#include <vector>

namespace simruns {

/// The runs of a batch, one after another, across pages.
///
///     auto runs = client.runs(query);
///     while (simruns::run_ptr run = co_await runs.next()) use(*run);
///
/// One page (`client_config::prefetch`) is read ahead. Of a settled batch, for a consumer that
/// keeps up, as many pages are read at a time as there are connections. An error that ended the
/// walk (cursors in a circle, runs missing, too many pages) comes again at every further call.
template <class Executor>
class basic_run_generator : public basic_run_stream<Executor> {
 public:
  /// The same generator with another default completion token.
  template <class Other>
  struct rebind_executor {
    using other = basic_run_generator<Other>;
  };

  template <class Other>
  basic_run_generator(basic_run_generator<Other>&& other)
      : basic_run_stream<Executor>(std::move(other.consumer_)) {}

  /// Where the next run is, for `run_query::start_at`: the consumer's place, not the read-ahead's.
  std::string position() const { return detail::position_of(*this->consumer()); }

  /// What the walk has had, as of the page in hand. It is complete only after every run was handed
  /// to the caller.
  simruns::completeness const& completeness() const {
    return detail::completeness_of(*this->consumer());
  }

  /// The runs that were left out so far, as `run_query::skip_bad_runs` asks, in the order of their
  /// pages.
  std::vector<bad_run> const& bad_runs() const { return detail::bad_runs_of(*this->consumer()); }

 private:
  template <class Other>
  friend class basic_client;
  template <class Other>
  friend class basic_run_generator;

  using basic_run_stream<Executor>::basic_run_stream;
};

}  // namespace simruns
