#pragma once

#include "simruns/page/batch_info.hpp"
#include "simruns/page/scenario.hpp"
#include "simruns/query/discovery_query.hpp"
#include "simruns/runs/client.hpp"
#include "simruns/runs/detail/discovery_operations.hpp"
#include "simruns/runs/item_generator.hpp"
#include "simruns/walk/witness_of.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>

/// What leads from a project's name to its runs: `client.scenarios`, `client.batches`,
/// `client.fetch_batch` and `client.fetch_run`.
namespace simruns {

template <class Executor>
boost::asio::awaitable<result<run_ptr>> basic_client<Executor>::try_fetch_run(
    run_query query, std::string id) const {
  return detail::try_fetch_run(core(), std::move(query), std::move(id));
}

template <class Executor>
boost::asio::awaitable<run_ptr> basic_client<Executor>::fetch_run(run_query query,
                                                                  std::string id) const {
  return detail::value_or_throw(try_fetch_run(std::move(query), std::move(id)));
}

template <class Executor>
boost::asio::awaitable<result<batch_info>> basic_client<Executor>::try_fetch_batch(
    run_query query) const {
  return detail::try_fetch_batch(core(), std::move(query));
}

template <class Executor>
boost::asio::awaitable<batch_info> basic_client<Executor>::fetch_batch(run_query query) const {
  return detail::value_or_throw(try_fetch_batch(std::move(query)));
}

template <class Executor>
basic_item_generator<scenario, Executor> basic_client<Executor>::scenarios(
    scenarios_query const& query) const {
  return basic_item_generator<scenario, Executor>(detail::walk_of(core(), query));
}

template <class Executor>
basic_item_generator<batch_info, Executor> basic_client<Executor>::batches(
    batches_query const& query) const {
  return basic_item_generator<batch_info, Executor>(detail::walk_of(core(), query));
}

template <class Executor>
basic_item_generator<batch_info, Executor> basic_client<Executor>::batches(
    std::string project, std::string scenario) const {
  return batches(batches_query(std::move(project), std::move(scenario)));
}

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/runs/impl/discovery.ipp"
#endif
