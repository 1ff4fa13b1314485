#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/parameters.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/serve/detail/upstream.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/text/percent.hpp"
#include "simruns/version.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

SIMRUNS_INLINE boost::asio::awaitable<response> upstream::forward(api_request request,
                                                                  std::string trace_id) const {
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused = error_response(405, "only GET and HEAD are passed on", trace_id);
    refused.headers.emplace_back("Allow", "GET, HEAD");
    co_return refused;
  }
  auto const path = without_authority(request.target);
  if (!path.starts_with(path_prefix_ + "/") || leads_up(path)) {
    co_return error_response(
        404, "no such path: only what is below " + path_prefix_ + "/ is passed on", trace_id);
  }
  auto message = message_for(path.substr(path_prefix_.size()), request.credentials);
  std::string error;
  http_response received;
  try {
    auto exchange = simruns::detail::cancellable<simruns::detail::as_terminal>(
        core_->transport->exchange(std::move(message), attempt_limits()));
    received = co_await simruns::detail::on_strand(core_->strand, std::move(exchange));
    if (received.status == 200 && record_) keep(request.target, received.body);
  } catch (request_error const& failed) {
    if (failed.code() == errc::cancelled) throw;
    error = failed.describe();
  } catch (dataset_error const& failed) {
    error = failed.what();
  }
  if (!error.empty()) co_return error_response(502, "upstream: " + error, trace_id);
  co_return response_of(std::move(received));
}

SIMRUNS_INLINE void upstream::keep(std::string_view target, std::string const& body) const {
  auto const found = find_route(target, path_prefix_);
  if (!found) return record_->add(body);
  batch_key asked;
  asked.scenario = simruns::detail::percent_decode(found->scenario).value_or("");
  try {
    asked.project = read_project(found->query);
  } catch (bad_request const&) {  // a server that asks for no project names it in its response
  }
  record_->add(body, found->what, asked);
}

SIMRUNS_INLINE http_request upstream::message_for(std::string_view rest,
                                                  sent_credentials const& sent) const {
  auto const& base = core_->config.base;
  http_request made;
  made.host = base.host();
  made.port = base.port();
  made.tls = base.is_https();
  made.target = base.path_prefix();
  made.target += rest;
  made.headers.emplace_back("Host", base.host_header());
  made.headers.emplace_back("Accept", "application/json");
  made.headers.emplace_back("Accept-Encoding", "identity");
  made.headers.emplace_back("User-Agent", "simruns-simulator/" + std::string{version});
  for (auto const value : sent.authorization) made.headers.emplace_back("Authorization", value);
  for (auto const value : sent.api_keys) made.headers.emplace_back("X-API-Key", value);
  return made;
}

SIMRUNS_INLINE response upstream::response_of(http_response received) {
  response made;
  made.status = static_cast<unsigned>(received.status);
  for (auto const* name : {"Content-Type", "Retry-After", "WWW-Authenticate", "Location"}) {
    auto const value = received.header(name);
    if (!value.empty()) made.headers.emplace_back(name, value);
  }
  made.body = std::move(received.body);
  return made;
}

}  // namespace simruns::simulator::detail
