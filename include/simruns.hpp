#pragma once

/// Everything but the local Simulator and the test doubles, in the order of the data:
/// query -> request -> transport -> page -> walk -> follow -> runs -> columns.

// clang-format off: in the order of the flow, not of the alphabet
#include "simruns/version.hpp"

#include "simruns/error.hpp"

#include "simruns/query/discovery_query.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/query/position.hpp"
#include "simruns/query/resource.hpp"
#include "simruns/query/run_query.hpp"

#include "simruns/request/base_url.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/request/make_request.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/request/request_event.hpp"

#include "simruns/transport/http_transport.hpp"
#include "simruns/transport/transport.hpp"

#include "simruns/page/batch_info.hpp"
#include "simruns/page/batch_state.hpp"
#include "simruns/page/gather.hpp"
#include "simruns/page/item_notes.hpp"
#include "simruns/page/judged_criteria.hpp"
#include "simruns/page/notes.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/page/role.hpp"
#include "simruns/page/scenario.hpp"
#include "simruns/page/verdict.hpp"

#include "simruns/walk/batch_witness.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/page_cursor.hpp"
#include "simruns/walk/witness_of.hpp"

#include "simruns/follow/follow_options.hpp"
#include "simruns/follow/follow_status.hpp"

#include "simruns/runs/client.hpp"
#include "simruns/runs/discovery.hpp"
#include "simruns/runs/item_generator.hpp"
#include "simruns/runs/run_follower.hpp"
#include "simruns/runs/run_generator.hpp"

#include "simruns/columns/arrow.hpp"
#include "simruns/columns/tables.hpp"
// clang-format on
