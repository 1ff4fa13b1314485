#pragma once

#include "simruns/config.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/make_request.hpp"
#include "simruns/text/percent.hpp"
#include "simruns/version.hpp"

#include <algorithm>

namespace simruns {

namespace detail {

/// The path of what is asked for, below the base URL's.
SIMRUNS_INLINE std::string path_of(list_query const& query) {
  std::string out = "/simulations";
  if (query.of() == resource::scenarios) return out;
  out += "/" + percent_encode(query.scenario()) + "/batches";
  if (query.of() == resource::batches) return out;
  out += "/" + percent_encode(query.batch());
  if (query.of() == resource::batch) return out;
  out += "/runs";
  return query.of() == resource::runs ? out : out + "/" + percent_encode(query.run());
}

}  // namespace detail

SIMRUNS_INLINE std::string make_target(base_url const& base, list_query const& query,
                                       page_start const& start) {
  using detail::path_of;
  using detail::percent_encode;
  std::string out = base.path_prefix() + path_of(query);
  out += "?projectId=" + percent_encode(query.project());
  if (is_single(query.of())) return out;
  out += "&limit=" + std::to_string(query.page_size());
  auto const add = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += '&';
    out += name;
    out += '=';
    out += percent_encode(value);
  };
  add("sort", query.sort());
  add("filter", query.filter());
  add("endPointType", query.endpoint_type());
  add("status", query.status());
  switch (start.by) {
    case page_start::kind::skip:
      if (start.skip > 0) add("skip", std::to_string(start.skip));
      break;
    case page_start::kind::next:
      add("next", start.cursor);
      break;
    case page_start::kind::previous:
      add("previous", start.cursor);
      break;
  }
  return out;
}

SIMRUNS_INLINE http_request make_request(client_config const& config,
                                         credentials const& credentials, list_query const& query,
                                         page_start const& start) {
  http_request out;
  out.host = config.base.host();
  out.port = config.base.port();
  out.tls = config.base.is_https();
  out.gzip = config.compression;
  out.target = make_target(config.base, query, start);
  out.headers.emplace_back("Host", config.base.host_header());
  out.headers.emplace_back("Accept", "application/json");
  bool const own_agent = std::ranges::any_of(
      config.headers, [](auto const& own) { return same_header(own.first, "User-Agent"); });
  if (!own_agent) out.headers.emplace_back("User-Agent", "simruns/" + std::string(version));
  out.headers.emplace_back(std::string(credentials.header_name()), credentials.header_value());
  out.headers.insert(out.headers.end(), config.headers.begin(), config.headers.end());
  return out;
}

}  // namespace simruns
