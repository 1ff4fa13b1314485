#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/parameters.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"

#include <exception>

namespace simruns::simulator::detail {

SIMRUNS_INLINE decision responder::decide(api_request const& request) const {
  decision made;
  try {
    route_request(request, made);
  } catch (bad_request const& error) {
    made.other = error_response(400, error.what(), trace_id(), error.field());
  } catch (std::exception const&) {
    made.other = error_response(500, "the simulator failed", trace_id());
  }
  return made;
}

SIMRUNS_INLINE void responder::route_request(api_request const& request, decision& made) const {
  auto const found = find_route(request.target, options_.path_prefix);
  if (!found) {
    made.other = not_found();
  } else if (request.method == "OPTIONS") {
    made.other = preflight();
  } else if (request.method != "GET" && request.method != "HEAD") {
    made.other = method_not_allowed();
  } else if (!authenticate(options_.accepted, request.credentials)) {
    made.other = unauthorized();
  } else {
    find_page(*found, made);
  }
}

SIMRUNS_INLINE void responder::find_page(route const& found, decision& made) const {
  auto& query = made.query;
  query = read_parameters(found.query);
  query.batch.scenario = decoded_segment(found.scenario, "simulationReference");
  query.batch.batch = decoded_segment(found.batch, "simulationRunBatchReference");
  auto const& project = query.batch.project;
  if (project != options_.project && !store_->runs().has_project(project)) {
    made.other = error_response(
        403, "these credentials have no access to project " + shown(project), trace_id());
    return;
  }
  made.page = store_->page(query);
}

SIMRUNS_INLINE response responder::not_found() const {
  return error_response(404,
                        "no such path: there is only " + options_.path_prefix +
                            "/simulations/{scenario}/batches/{batch}/runs",
                        trace_id());
}

SIMRUNS_INLINE response responder::preflight() const {
  response made;
  made.status = 204;
  made.headers.emplace_back("Allow", allowed_methods);
  made.headers.emplace_back("Access-Control-Allow-Methods", allowed_methods);
  made.headers.emplace_back("Access-Control-Allow-Headers",
                            "Authorization, X-API-Key, Content-Type, Accept");
  made.headers.emplace_back("Access-Control-Max-Age", "600");
  return made;
}

SIMRUNS_INLINE response responder::unauthorized() const {
  auto made = error_response(401,
                             "a credential is missing or wrong: send a right X-API-Key or "
                             "Authorization: Bearer, and no wrong one beside it",
                             trace_id());
  made.headers.emplace_back("WWW-Authenticate", "Bearer");
  return made;
}

}  // namespace simruns::simulator::detail
