#pragma once

#include "simruns/error.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/runs/detail/initiation.hpp"
#include "simruns/runs/detail/stream_operations.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace simruns::detail {

using core_ptr = std::shared_ptr<client_core>;

/// What clients do, for whatever executor type their handles name.
core_ptr make_core(boost::asio::any_io_executor executor, client_config config,
                   credentials credentials, std::shared_ptr<transport> transport);
core_ptr make_http_core(boost::asio::any_io_executor executor, client_config config,
                        credentials credentials);
core_ptr core_with(client_core const& other, client_config config);
client_config const& config_of(client_core const& core) noexcept;
boost::asio::any_io_executor executor_of(client_core& core);

boost::asio::awaitable<page> fetch_page(core_ptr core, run_query query);
boost::asio::awaitable<result<page>> try_fetch_page(core_ptr core, run_query query);
void start_fetch_page(core_ptr core, run_query query, completion<page> done);

consumer_ptr walk_of(core_ptr core, list_query const& query);
std::shared_ptr<follow_source> follow_of(core_ptr core, run_query const& query,
                                         follow_options options);

}  // namespace simruns::detail
