#pragma once

#include "simruns/follow/follow_options.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/runs/detail/client_operations.hpp"
#include "simruns/runs/detail/moved_from.hpp"
#include "simruns/runs/run_generator.hpp"
#include "simruns/runs/with_details.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>

namespace simruns {

/// Connections to one server, with one set of credentials. A handle: copies share the connections.
/// A moved-from client can be assigned to or destroyed; all else throws `errc::invalid_argument`.
///
///     simruns::client client{executor, simruns::client_config{"https://api.example/testing"},
///                            simruns::credentials::api_key(key)};
///     simruns::run_query query{"project", "scenario", "batch"};
///     simruns::page first = co_await client.fetch_page(query);
///
/// All state of a client lives on a strand of its own, so any thread may start an operation, and
/// several may be under way. Operations that race, by `||` or in a `parallel_group`, must start on
/// one strand or one thread, as Asio asks of all its objects.
///
/// A program that forks calls the context's `notify_fork`, see `http_transport`.
///
/// g++ 12 destroys temporaries twice that `?:` or braces make inside a `co_await` expression. Name
/// such a query or argument first.
///
/// `Executor` chooses the default completion token; all else is the same for every one.
template <class Executor>
class basic_client {
 public:
  using executor_type = Executor;

  /// The same client with another default completion token.
  template <class Other>
  struct rebind_executor {
    using other = basic_client<Other>;
  };

  /// Talks HTTP, by a pool of `client_config::connections`.
  /// Throws: request_error (invalid_argument, tls).
  basic_client(Executor executor, client_config config, simruns::credentials credentials)
      : core_(detail::make_http_core(std::move(executor), std::move(config),
                                     std::move(credentials))) {}

  /// Talks through a transport of yours.
  basic_client(Executor executor, client_config config, simruns::credentials credentials,
               std::shared_ptr<simruns::transport> transport)
      : core_(detail::make_core(std::move(executor), std::move(config), std::move(credentials),
                                std::move(transport))) {}

  /// The same, on an execution context: an `io_context` or a `thread_pool`.
  template <class Context>
    requires std::derived_from<Context, boost::asio::execution_context>
  basic_client(Context& context, client_config config, simruns::credentials credentials)
      : basic_client(Executor(context.get_executor()), std::move(config), std::move(credentials)) {}
  template <class Context>
    requires std::derived_from<Context, boost::asio::execution_context>
  basic_client(Context& context, client_config config, simruns::credentials credentials,
               std::shared_ptr<simruns::transport> transport)
      : basic_client(Executor(context.get_executor()), std::move(config), std::move(credentials),
                     std::move(transport)) {}

  template <class Other>
  basic_client(basic_client<Other> other) : core_(std::move(other.core_)) {}

  /// The options that it was made with.
  client_config config() const { return detail::config_of(*core()); }

  /// A client with options of its own over the same connections, as for a call that has less time:
  ///
  ///     auto quick = client.config();
  ///     quick.attempt_timeout = 5s;
  ///     simruns::page first = co_await client.with_config(quick).fetch_page(query);
  ///
  /// It has the same credentials, and what either sends counts for both. So `base`, `connections`,
  /// `request_budget`, `ca_file` and `proxy` stay as they are.
  /// Throws: request_error (invalid_argument) that names the option at fault.
  basic_client with_config(client_config config) const {
    return basic_client(detail::core_with(*core(), std::move(config)));
  }

  /// Where handlers run that name no executor of their own.
  /// Throws: request_error (invalid_argument) if the execution context has gone.
  executor_type get_executor() const { return executor_type(detail::executor_of(*core())); }

  /// Fetches one page: the first, or the one that `query.start_at` names. Of a page that a position
  /// leads into the middle of, it gives the runs behind that position.
  /// Completes: when the whole body is decoded.   Throws: request_error.
  /// Cancels:   terminal, partial, total; the connection is dropped, the client stays usable.
  /// Lifetime:  copies `query`; keeps what it needs alive itself.
  /// Threads:   any.                              Cost: one GET, one pass, one arena.
  boost::asio::awaitable<page> fetch_page(run_query query) const {
    return detail::fetch_page(core(), std::move(query));
  }

  /// As `fetch_page`, without throwing.
  boost::asio::awaitable<result<page>> try_fetch_page(run_query query) const {
    return detail::try_fetch_page(core(), std::move(query));
  }

  /// As `fetch_page`, for any completion token. Signature `void(error_code, page)`; with
  /// `with_details(token)` it is `void(std::exception_ptr, page)`. The handler runs by its
  /// associated executor, else by the client's, and its associated allocator holds it meanwhile.
  template <class CompletionToken = detail::default_token_t<Executor>>
  auto async_fetch_page(run_query query, CompletionToken&& token = CompletionToken()) const {
    auto start = [core = core(), query = std::move(query)](detail::completion<page> done) {
      detail::start_fetch_page(core, query, std::move(done));
    };
    auto made = detail::make_initiation<page>(detail::executor_of(*core()), std::move(start));
    return boost::asio::async_initiate<CompletionToken, void(error_code, page)>(std::move(made),
                                                                                token);
  }

  /// Fetches one run of a batch, as it is now. `simruns/runs/discovery.hpp` defines this, and the
  /// rest of what leads from a project to a run; others need not compile it.
  /// Throws, cancels, lifetime, threads: as `fetch_page`. `errc::not_found`, where there is no such
  /// run, or the server has not got this endpoint.
  boost::asio::awaitable<run_ptr> fetch_run(run_query query, std::string id) const;

  /// As `fetch_run`, without throwing.
  boost::asio::awaitable<result<run_ptr>> try_fetch_run(run_query query, std::string id) const;

  /// Fetches what the server says of a batch itself: its state and its counts. As `fetch_run`.
  boost::asio::awaitable<batch_info> fetch_batch(run_query query) const;

  /// As `fetch_batch`, without throwing.
  boost::asio::awaitable<result<batch_info>> try_fetch_batch(run_query query) const;

  /// The scenarios of a project, page after page. Nothing is sent yet. As `fetch_run`, it needs
  /// `simruns/runs/discovery.hpp`.
  ///
  ///     auto scenarios = client.scenarios("project");
  ///     while (auto scenario = co_await scenarios.next()) use(*scenario);
  basic_item_generator<scenario, Executor> scenarios(scenarios_query const& query) const;

  /// The batches of a scenario, in the same way.
  basic_item_generator<batch_info, Executor> batches(batches_query const& query) const;
  basic_item_generator<batch_info, Executor> batches(std::string project,
                                                     std::string scenario) const;

  /// All runs of a batch, page after page. Nothing is sent yet.
  /// Throws: request_error (invalid_argument) if `query` starts at a position of another query, or
  /// has `skip` or windows beside `start_at`.
  basic_run_generator<Executor> runs(run_query const& query) const { return items(query); }

  /// What any query asks for, as it came: a scenario or a batch is a run that has its id and its
  /// text, and nothing else. `scenarios` and `batches` read such texts.
  basic_run_generator<Executor> items(list_query const& query) const {
    return basic_run_generator<Executor>(detail::walk_of(core(), query));
  }

  /// The runs of a live batch, each once, as they settle. Nothing is sent yet. A unit that calls
  /// this includes `simruns/runs/run_follower.hpp`; others need not compile it.
  /// Throws: request_error (invalid_argument) if `query` has a start, end or order of its own.
  basic_run_follower<Executor> follow(run_query const& query, follow_options options = {}) const {
    return basic_run_follower<Executor>(core(),
                                        detail::follow_of(core(), query, std::move(options)));
  }

 private:
  template <class Other>
  friend class basic_client;

  explicit basic_client(detail::core_ptr core) : core_(std::move(core)) {}

  detail::core_ptr const& core() const { return detail::not_moved_from(core_); }

  detail::core_ptr core_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/runs/impl/client.ipp"
#include "simruns/runs/impl/run_stream.ipp"
#endif
