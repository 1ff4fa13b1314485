#pragma once

#include <memory>

namespace simruns {

class run_query;
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
class run_generator;
class follow_options;
struct follow_status;
class run_follower;
class client;

/// A run that keeps its page alive. Null at the end of a walk.
using run_ptr = std::shared_ptr<run const>;

}  // namespace simruns
