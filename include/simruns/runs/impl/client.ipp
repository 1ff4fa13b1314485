#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/config.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/failure_of.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/runs/client.hpp"
#include "simruns/runs/detail/run_consumer.hpp"
#include "simruns/runs/detail/walk_source.hpp"
#include "simruns/transport/http_transport.hpp"
#include "simruns/walk/resume.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace simruns::detail {

SIMRUNS_INLINE core_ptr make_core(boost::asio::any_io_executor executor, client_config config,
                                  credentials credentials,
                                  std::shared_ptr<simruns::transport> transport) {
  auto core =
      std::make_shared<client_core>(std::move(executor), std::move(config), std::move(credentials));
  core->transport = std::move(transport);
  return core;
}

SIMRUNS_INLINE core_ptr make_http_core(boost::asio::any_io_executor executor, client_config config,
                                       credentials credentials) {
  auto core = make_core(std::move(executor), std::move(config), std::move(credentials), nullptr);
  core->transport = std::make_shared<http_transport>(core->executor(), core->config);
  return core;
}

SIMRUNS_INLINE core_ptr core_with(client_core const& other, client_config config) {
  return std::make_shared<client_core>(other, std::move(config));
}

SIMRUNS_INLINE client_config const& config_of(client_core const& core) noexcept {
  return core.config;
}

SIMRUNS_INLINE boost::asio::any_io_executor executor_of(client_core& core) {
  return core.executor().get_inner_executor().inner();
}

/// What lies behind `start` of a page that it leads into the middle of, in the page's own order.
SIMRUNS_INLINE page rest_of(page const& whole, position const& start) {
  auto const had = resume_index(start, whole);
  if (had == 0) return whole;
  bool const backward = start.page.by == page_start::kind::previous;
  std::vector<std::size_t> kept(whole.size() - had);
  std::size_t first = backward ? 0 : had;
  for (auto& index : kept) index = first++;
  return whole.select(kept);
}

SIMRUNS_INLINE boost::asio::awaitable<result<page>> try_fetch_page(core_ptr core, run_query query) {
  if (auto wrong = wrong_start(query)) co_return *std::move(wrong);
  auto const position = query.start();
  auto start = position ? position->page : page_start::at_skip(query.skip());
  auto operation = cancellable<as_terminal>(fetch(core, std::move(query), std::move(start)));
  auto const fetched = co_await on_strand(core->strand, std::move(operation));
  if (!fetched) co_return fetched.error();
  if (!position) co_return fetched->page;
  co_return rest_of(fetched->page, *position);
}

SIMRUNS_INLINE boost::asio::awaitable<page> fetch_page(core_ptr core, run_query query) {
  auto const fetched = co_await try_fetch_page(std::move(core), std::move(query));
  if (!fetched) throw request_error(fetched.error());
  co_return *fetched;
}

/// Gives a handler the page that was fetched, or why there is none.
struct page_completion {
  using executor_type = boost::asio::any_completion_executor;
  using allocator_type = boost::asio::associated_allocator_t<completion<page>>;

  executor_type executor;
  allocator_type allocator;
  completion<page> done;
  std::shared_ptr<std::optional<page>> fetched;

  executor_type get_executor() const noexcept { return executor; }
  allocator_type get_allocator() const noexcept { return allocator; }
  void operator()(std::exception_ptr thrown) {
    boost::asio::get_associated_cancellation_slot(done).clear();
    std::move(done)(std::move(thrown), fetched->value_or(page()));
  }
};

SIMRUNS_INLINE void start_fetch_page(core_ptr core, run_query query, completion<page> done) {
  namespace asio = boost::asio;
  auto const strand = core->strand;
  strand_stop stop(strand);
  auto slot = asio::get_associated_cancellation_slot(done);
  if (slot.is_connected()) slot.assign(stop);
  auto const executor = asio::get_associated_executor(done, executor_of(*core));
  auto const allocator = asio::get_associated_allocator(done);
  auto const fetched = std::make_shared<std::optional<page>>();
  ending end(page_completion{executor, allocator, std::move(done), fetched});
  auto operation = keep_result(fetch_page(std::move(core), std::move(query)), fetched);
  spawn_on_strand(strand, std::move(operation), std::move(stop), std::move(end));
}

SIMRUNS_INLINE consumer_ptr walk_of(core_ptr core, list_query const& query) {
  auto source = std::make_shared<walk_source>(core, query);
  return std::make_shared<run_consumer>(std::move(core), std::move(source), query);
}

}  // namespace simruns::detail
