#pragma once

#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/runs/run_follower.hpp"
#include "simruns/runs/run_generator.hpp"
#include "simruns/walk/page_cursor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

namespace simruns {

/// Connections to one server, with one set of credentials. A handle: copies share the connections.
///
///     simruns::client client{executor,
///     simruns::client_config{"https://api-trial.cognigy.ai/testing"},
///                            simruns::credentials::api_key(key)};
///     simruns::run_query query{"project", "scenario", "batch"};
///     simruns::page first = co_await client.fetch_page(query);
class client {
 public:
  /// Talks HTTP. Include `simruns.hpp`, or `runs/http_client.hpp`, which defines it.
  /// Throws: request_error (invalid_argument, tls).
  client(boost::asio::any_io_executor executor, client_config config, credentials who);

  /// Talks through a transport of yours.
  client(boost::asio::any_io_executor executor, client_config config, credentials who,
         std::shared_ptr<transport> link)
      : client(std::make_shared<detail::client_core>(std::move(executor), std::move(config),
                                                     std::move(who))) {
    core_->link = std::move(link);
  }

  /// Fetches one page: the first, or the one that `query.start_at` names, of which a position in
  /// its middle leaves the runs behind it.
  /// Completes: when the whole body is decoded.   Throws: request_error.
  /// Cancels:   terminal, partial, total; the connection is dropped, the client stays usable.
  /// Lifetime:  copies `query`; keeps what it needs alive itself.
  /// Threads:   any.                              Cost: one GET, one pass, one arena.
  boost::asio::awaitable<page> fetch_page(run_query query) const {
    return unwrap(try_fetch_page(std::move(query)));
  }

  /// As `fetch_page`, without throwing.
  boost::asio::awaitable<result<page>> try_fetch_page(run_query query) const {
    return fetch_one(core_, std::move(query));
  }

  /// All runs of a batch, page after page. Nothing is sent yet.
  /// Throws: request_error (invalid_argument) if `query` starts at a position of another query, or
  /// has `skip` or windows beside `start_at`.
  run_generator runs(run_query const& query) const { return run_generator(core_, query); }

  /// The runs of a live batch, each once, as they settle. Nothing is sent yet.
  /// Throws: request_error (invalid_argument) if `query` has a start, end or order of its own.
  run_follower follow(run_query const& query, follow_options options = {}) const {
    return run_follower(core_, query, std::move(options));
  }

 private:
  explicit client(std::shared_ptr<detail::client_core> core) : core_(std::move(core)) {}

  static boost::asio::awaitable<result<page>> fetch_one(std::shared_ptr<detail::client_core> core,
                                                        run_query query) {
    if (auto wrong = detail::wrong_start(query)) co_return *std::move(wrong);
    auto const place = query.start();
    auto start = query.start() ? query.start()->page : page_start::at_skip(query.skip());
    auto operation = fetch(core, std::move(query), std::move(start));
    auto const got = co_await detail::on_strand(core->strand, std::move(operation));
    if (!got) co_return got.error();
    if (!place) co_return got->got;
    co_return rest_of(got->got, *place);
  }

  /// In the order of the page, whichever way the walk goes.
  static page rest_of(page const& got, position const& place) {
    auto const had = detail::resume_index(place, got);
    if (had == 0) return got;
    bool const backward = place.page.by == page_start::kind::previous;
    std::vector<std::size_t> kept(got.size() - had);
    std::iota(kept.begin(), kept.end(), backward ? 0 : had);
    return got.select(kept);
  }

  static boost::asio::awaitable<page> unwrap(boost::asio::awaitable<result<page>> operation) {
    auto const got = co_await std::move(operation);
    if (!got) throw request_error(got.error());
    co_return *got;
  }

  std::shared_ptr<detail::client_core> core_;
};

}  // namespace simruns
