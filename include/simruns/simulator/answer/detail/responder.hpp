#pragma once

#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
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

/// The response to a request: a page of a query, or else `other`.
struct decision {
  std::optional<stored_page> page;
  page_query query;
  response other;
};

/// What a responder needs to know beside the runs.
struct responder_options {
  accepted_credentials accepted;
  std::string path_prefix;  ///< The prefix, as `normal_prefix` gives it.
  std::string project;      ///< The project that is served even if it has no runs.
  std::uint64_t seed = 0;   ///< The seed of the trace ids.
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
    return std::move(made.other);
  }

  /// A new name for a response with each call.
  std::string trace_id() const {
    auto const number = answers_.fetch_add(1, std::memory_order_relaxed);
    return random_source{random_source::combine(options_.seed, number)}.hex(32);
  }

 private:
  void route_request(api_request const& request, decision& made) const;

  void find_page(route const& found, decision& made) const;

  response not_found() const;

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
