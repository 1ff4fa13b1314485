#pragma once

#include "simruns/error.hpp"
#include "simruns/page/batch_info.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/runs/detail/client_operations.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>

namespace simruns::detail {

boost::asio::awaitable<result<run_ptr>> try_fetch_run(core_ptr core, run_query query,
                                                      std::string id);
boost::asio::awaitable<result<batch_info>> try_fetch_batch(core_ptr core, run_query query);

template <class T>
boost::asio::awaitable<T> value_or_throw(boost::asio::awaitable<result<T>> operation) {
  auto fetched = co_await std::move(operation);
  if (!fetched) throw request_error(fetched.error());
  co_return std::move(*fetched);
}

}  // namespace simruns::detail
