#pragma once

#include "simruns/error.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/list_query.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace simruns::detail {

struct client_core;

/// A page, and how many requests it took.
struct fetched_page {
  simruns::page page;
  int requests = 0;

  fetched_page() = default;
  fetched_page(simruns::page p, int r) : page(std::move(p)), requests(r) {}
};

/// Asks for one page: the attempts, and what they came to. Runs on the client's strand.
/// `until`: when the walk that it is part of must have ended.
/// Completes: when the whole body is decoded.   Throws: nothing; all is in the result.
/// Cancels:   terminal, partial, total; the connection is dropped, the client stays usable.
boost::asio::awaitable<result<fetched_page>> fetch(
    std::shared_ptr<client_core> core, list_query query, page_start start,
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max());

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/fetch.ipp"
#endif
