#pragma once

#include "simruns/config.hpp"
#include "simruns/fwd.hpp"
#include "simruns/request/http_message.hpp"

#include <string>

namespace simruns {

struct page_start;

/// Makes the path and query that ask for one page. A cursor is sent with the same filter, sort and
/// limit as the page that gave it, and never with `skip`.
std::string make_target(base_url const& base, list_query const& query, page_start const& start);

/// Makes the whole request for one page.
http_request make_request(client_config const& config, credentials const& credentials,
                          list_query const& query, page_start const& start);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/request/impl/make_request.ipp"
#endif
