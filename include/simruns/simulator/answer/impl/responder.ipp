#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/parameters.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"

#include <exception>
#include <string>
#include <utility>

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
  auto found = find_route(request.target, options_.path_prefix);
  if (found && found->what != endpoint::runs && !options_.neighbours) found.reset();
  if (found) made.what = found->what;
  if (!found) {
    made.other = no_such_path();
  } else if (request.method == "OPTIONS") {
    made.other = preflight();
  } else if (request.method != "GET" && request.method != "HEAD") {
    made.other = method_not_allowed();
  } else if (!authenticate(options_.accepted, request.credentials)) {
    made.other = unauthorized();
  } else {
    find_answer(*found, made);
  }
}

SIMRUNS_INLINE void responder::find_answer(route const& found, decision& made) const {
  made.key.scenario = decoded_segment(found.scenario, "simulationReference");
  made.key.batch = decoded_segment(found.batch, "simulationRunBatchReference");
  switch (found.what) {
    case endpoint::runs:
      return find_runs(found, made);
    case endpoint::scenarios:
      return find_scenarios(found, made);
    case endpoint::batches:
      return find_batches(found, made);
    case endpoint::batch:
    case endpoint::run:
      return find_one(found, made);
  }
}

SIMRUNS_INLINE void responder::find_runs(route const& found, decision& made) const {
  auto query = read_parameters(found.query);
  made.key.project = query.batch.project;
  query.batch = made.key;
  if (!may_see(made.key.project, made)) return;
  made.page = texts_of(store_->page(query));
  made.asked = query;
}

SIMRUNS_INLINE void responder::find_scenarios(route const& found, decision& made) const {
  auto const query = read_scenario_parameters(found.query);
  made.key.project = query.project;
  if (!may_see(query.project, made)) return;
  made.page = store_->scenarios(query);
  made.asked = query;
}

SIMRUNS_INLINE void responder::find_batches(route const& found, decision& made) const {
  auto query = read_batch_parameters(found.query);
  made.key.project = query.scenario.project;
  query.scenario = made.key;
  if (!may_see(made.key.project, made)) return;
  made.page = store_->batches(query);
  made.asked = query;
  if (!made.page) miss("scenario " + shown(made.key.scenario), made);
}

SIMRUNS_INLINE void responder::find_one(route const& found, decision& made) const {
  auto const id = decoded_segment(found.run, "simulationRunReference");
  made.key.project = read_project(found.query);
  if (!may_see(made.key.project, made)) return;
  if (auto batch = store_->batch(made.key); batch && found.what == endpoint::batch) {
    made.item = std::move(batch->json);
  } else if (auto const* run = store_->run(made.key, id); run != nullptr) {
    made.item = run->json;
  } else {
    std::string const missing = batch ? "run " + shown(id) : "batch " + shown(made.key.batch);
    miss(missing + " of scenario " + shown(made.key.scenario), made);
  }
}

SIMRUNS_INLINE bool responder::may_see(std::string const& project, decision& made) const {
  if (project == options_.project || store_->runs().has_project(project)) return true;
  made.other = error_response(403, "these credentials have no access to project " + shown(project),
                              trace_id());
  return false;
}

SIMRUNS_INLINE void responder::miss(std::string const& what, decision& made) const {
  made.other = error_response(404, "there is no " + what + " in project " + shown(made.key.project),
                              trace_id());
}

SIMRUNS_INLINE response responder::no_such_path() const {
  std::string const runs = "/simulations/{scenario}/batches/{batch}/runs";
  auto message = "no such path: there is only " + options_.path_prefix + runs;
  if (options_.neighbours) message += ", each beginning of it, and a run behind it";
  return error_response(404, message, trace_id());
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
