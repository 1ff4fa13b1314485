#pragma once

#include "simruns/error.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/runs/detail/initiation.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace simruns::detail {

struct client_core;
struct run_consumer;
class follow_source;
using consumer_ptr = std::shared_ptr<run_consumer>;

/// What streams do, for whatever executor type their handles name. Each takes its consumer for as
/// long as it lasts, and throws `errc::invalid_argument` where that is taken already.
boost::asio::awaitable<run_ptr> next_run(consumer_ptr consumer);
boost::asio::awaitable<bool> wait_for_run(consumer_ptr consumer);
boost::asio::awaitable<page> next_page(consumer_ptr consumer);
run_ptr next_if_ready(consumer_ptr const& consumer);

/// The same for completion handlers.
void start_next_run(consumer_ptr consumer, completion<run_ptr> done);
void start_wait_for_run(consumer_ptr consumer, completion<bool> done);
void start_next_page(consumer_ptr consumer, completion<page> done);

/// Ends what is under way. Threads: any. Safe to repeat, and without a consumer.
void close(consumer_ptr const& consumer) noexcept;

/// What a consumer knows.
request_failure const& failure_of(run_consumer const& consumer) noexcept;
completeness const& completeness_of(run_consumer const& consumer) noexcept;
std::vector<bad_run> const& bad_runs_of(run_consumer const& consumer) noexcept;
std::string position_of(run_consumer const& consumer);
boost::asio::any_io_executor executor_of(run_consumer const& consumer);

/// What only a follower has.
consumer_ptr consumer_of(std::shared_ptr<client_core> core, std::shared_ptr<follow_source> source);
follow_status status_of(follow_source const& source);
std::vector<lost_run> lost_by(follow_source const& source);

}  // namespace simruns::detail
