#pragma once

#include "simruns/error.hpp"
#include "simruns/fetch/redaction.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/http_message.hpp"

namespace simruns::detail {

/// What a response means: a page, or why it is none.
result<page> read_response(http_response response, client_config const& config,
                           redaction const& redact, list_query const& query);

/// Says what a refused start may be: a refused cursor may be a `previous` one, which looks no
/// different from a `next` one.
void explain_refused_start(request_failure& failure, list_query const& query,
                           page_start const& start);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/read_response.ipp"
#endif
