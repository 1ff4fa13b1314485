#pragma once

#include "simruns/config.hpp"

#include <memory>

namespace boost::asio {
class any_io_executor;
}

namespace simruns {

class list_query;
class run_query;
class scenarios_query;
class batches_query;
struct scenario;
struct batch_info;
class base_url;
class credentials;
class client_config;
struct http_request;
struct http_response;
struct attempt_limits;
class transport;
class http_transport;
struct run;
struct turn;
struct criterion;
struct metrics;
struct pagination;
class page;
class page_cursor;
struct completeness;
class follow_options;
struct follow_status;
struct lost_run;

template <class Executor>
class basic_client;
template <class Executor>
class basic_run_generator;
template <class Executor>
class basic_run_follower;
template <class Item, class Executor>
class basic_item_generator;

using client = basic_client<boost::asio::any_io_executor>;
using run_generator = basic_run_generator<boost::asio::any_io_executor>;
using scenario_generator = basic_item_generator<scenario, boost::asio::any_io_executor>;
using batch_generator = basic_item_generator<batch_info, boost::asio::any_io_executor>;
using run_follower = basic_run_follower<boost::asio::any_io_executor>;

/// A run that keeps its page alive. Null at the end of a walk.
using run_ptr = std::shared_ptr<run const>;

}  // namespace simruns
