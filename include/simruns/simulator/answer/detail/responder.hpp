#pragma once

#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/answer/detail/parameters.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/store.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

/// One request, as far as it matters to its answer.
struct api_request {
  std::string_view method;  ///< "GET"; case matters.
  std::string_view target;  ///< As it stands in the request line.
  sent_credentials credentials;
  bool gzip = false;  ///< Asked for.
};

/// What a request is to be answered with: a page of a query, or else `other`.
struct decision {
  std::optional<stored_page> page;
  page_query query;
  answer other;
};

/// What a responder needs to know beside the runs.
struct responder_options {
  accepted_credentials accepted;
  std::string path_prefix;  ///< Normal: see `normal_prefix`.
  std::string project;      ///< Served even if it has no runs.
  std::uint64_t seed = 0;   ///< Of the trace ids.
};

/// Answers requests as the endpoint does, without a socket. Threads: any.
class responder {
 public:
  responder(std::shared_ptr<store const> runs, responder_options options)
      : store_{std::move(runs)}, options_{std::move(options)} {}

  /// What to answer to one request. A `HEAD` gets the answer of its `GET`, whose body is not to be
  /// sent.
  decision decide(api_request const& request) const {
    decision made;
    try {
      route_request(request, made);
    } catch (refusal const& problem) {
      made.other = error_answer(400, problem.what(), trace_id(), problem.field());
    } catch (std::exception const&) {
      made.other = error_answer(500, "the simulator failed", trace_id());
    }
    return made;
  }

  /// The answer to one request, with nothing wrong in it.
  answer respond(api_request const& request) const {
    auto made = decide(request);
    if (made.page) return page_answer(*made.page);
    return std::move(made.other);
  }

  /// Names one answer; a new one with each call.
  std::string trace_id() const {
    auto const number = answers_.fetch_add(1, std::memory_order_relaxed);
    return random_source{random_source::combine(options_.seed, number)}.hex(32);
  }

 private:
  void route_request(api_request const& request, decision& made) const {
    auto const found = find_route(request.target, options_.path_prefix);
    if (!found) {
      made.other = no_such_path();
    } else if (request.method == "OPTIONS") {
      made.other = preflight();
    } else if (request.method != "GET" && request.method != "HEAD") {
      made.other = wrong_method();
    } else if (!authenticate(options_.accepted, request.credentials)) {
      made.other = unauthorized();
    } else {
      find_page(*found, made);
    }
  }

  void find_page(route const& found, decision& made) const {
    auto& query = made.query;
    query = read_parameters(found.query);
    query.batch.scenario = decoded_segment(found.scenario, "simulationReference");
    query.batch.batch = decoded_segment(found.batch, "simulationRunBatchReference");
    auto const& project = query.batch.project;
    if (project != options_.project && !store_->runs().has_project(project)) {
      made.other = error_answer(
          403, "these credentials have no access to project " + shown(project), trace_id());
      return;
    }
    made.page = store_->page(query);
  }

  answer no_such_path() const {
    return error_answer(404,
                        "no such path: there is only " + options_.path_prefix +
                            "/simulations/{scenario}/batches/{batch}/runs",
                        trace_id());
  }

  answer preflight() const {
    answer made;
    made.status = 204;
    made.headers.emplace_back("Allow", allowed_methods);
    made.headers.emplace_back("Access-Control-Allow-Methods", allowed_methods);
    made.headers.emplace_back("Access-Control-Allow-Headers",
                              "Authorization, X-API-Key, Content-Type, Accept");
    made.headers.emplace_back("Access-Control-Max-Age", "600");
    return made;
  }

  answer wrong_method() const {
    auto made = error_answer(405, "this path answers GET, HEAD and OPTIONS only", trace_id());
    made.headers.emplace_back("Allow", allowed_methods);
    return made;
  }

  answer unauthorized() const {
    auto made = error_answer(401,
                             "a credential is missing or wrong: send a right X-API-Key or "
                             "Authorization: Bearer, and no wrong one beside it",
                             trace_id());
    made.headers.emplace_back("WWW-Authenticate", "Bearer");
    return made;
  }

  static constexpr char const* allowed_methods = "GET, HEAD, OPTIONS";

  std::shared_ptr<store const> store_;
  responder_options options_;
  mutable std::atomic<std::uint64_t> answers_{0};
};

}  // namespace simruns::simulator
