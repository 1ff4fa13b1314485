#pragma once

#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/paging.hpp"
#include "simruns/simulator/store/detail/store.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

/// One request, as far as it matters to its response.
struct api_request {
  std::string_view method;  ///< The method, such as `GET`. Case matters.
  std::string_view target;  ///< The target as it stands in the request line.
  sent_credentials credentials;
  bool gzip = false;  ///< Whether the client asks for gzip.
};

/// The response to a request: a page, one item, or else `other`.
struct decision {
  endpoint what = endpoint::runs;  ///< What is asked for; of an unknown path, `runs`.
  batch_key key;                   ///< What the path names, where `page` or `item` is there.
  std::optional<text_page> page;
  paging asked;                     ///< Which page is meant.
  std::optional<std::string> item;  ///< The JSON text of one batch or run.
  response other;
};

/// What a responder needs to know beside the runs.
struct responder_options {
  accepted_credentials accepted;
  std::string path_prefix;  ///< The prefix, as `normal_prefix` gives it.
  std::string project;      ///< The project that is served even if it has no runs.
  std::uint64_t seed = 0;   ///< The seed of the trace ids.
  bool neighbours = true;   ///< Whether there is more than the pages of runs.
};

/// Responds to requests as the endpoint does, without a socket. Threads: any.
class responder {
 public:
  responder(std::shared_ptr<store const> runs, responder_options options)
      : store_{std::move(runs)}, options_{std::move(options)} {}

  /// Decides the response to a request. A `HEAD` gets the response of its `GET`, whose body must
  /// not be sent.
  decision decide(api_request const& request) const;

  /// The response to a request, with nothing wrong in it.
  response respond(api_request const& request) const {
    auto made = decide(request);
    if (made.page) return page_response(*made.page);
    if (made.item) return item_response(*made.item);
    return std::move(made.other);
  }

  /// A new name for a response with each call.
  std::string trace_id() const {
    auto const number = answers_.fetch_add(1, std::memory_order_relaxed);
    return random_source{random_source::combine(options_.seed, number)}.hex(32);
  }

 private:
  void route_request(api_request const& request, decision& made) const;

  /// Decides on what is there, or throws.
  void find_answer(route const& found, decision& made) const;
  void find_runs(route const& found, decision& made) const;
  void find_scenarios(route const& found, decision& made) const;
  void find_batches(route const& found, decision& made) const;
  void find_one(route const& found, decision& made) const;

  /// Whether the credentials reach a project. If not, the decision is a 403.
  bool may_see(std::string const& project, decision& made) const;

  /// Decides that there is no such thing.
  void miss(std::string const& what, decision& made) const;

  response no_such_path() const;

  response preflight() const;

  response method_not_allowed() const {
    auto made = error_response(405, "this path answers GET, HEAD and OPTIONS only", trace_id());
    made.headers.emplace_back("Allow", allowed_methods);
    return made;
  }

  response unauthorized() const;

  static constexpr char const* allowed_methods = "GET, HEAD, OPTIONS";

  std::shared_ptr<store const> store_;
  responder_options options_;
  mutable std::atomic<std::uint64_t> answers_{0};
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/answer/impl/responder.ipp"
#endif
