#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/runs/discovery.hpp"

#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE boost::asio::awaitable<result<page>> try_fetch_single(core_ptr core,
                                                                     list_query query) {
  auto operation = cancellable<as_terminal>(fetch(core, std::move(query), page_start()));
  auto const fetched = co_await on_strand(core->strand, std::move(operation));
  if (!fetched) co_return fetched.error();
  co_return fetched->page;
}

SIMRUNS_INLINE boost::asio::awaitable<result<run_ptr>> try_fetch_run(core_ptr core, run_query query,
                                                                     std::string id) {
  auto const one = query.for_run(std::move(id));
  auto const whole = co_await try_fetch_single(std::move(core), one);
  if (!whole) co_return whole.error();
  co_return whole->share(0);
}

SIMRUNS_INLINE boost::asio::awaitable<result<batch_info>> try_fetch_batch(core_ptr core,
                                                                          run_query query) {
  auto const one = query.for_batch();
  auto const whole = co_await try_fetch_single(std::move(core), one);
  if (!whole) co_return whole.error();
  co_return batch_info::from_json((*whole)[0].json());
}

}  // namespace simruns::detail
