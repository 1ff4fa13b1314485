#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/edit_page.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/serve/detail/gzip.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/text/date_time.hpp"

#include <boost/beast/core/string.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

SIMRUNS_INLINE served_response service::serve(api_request const& request) {
  auto record = new_record(request);
  served_response served;
  served.delay = options_.latency;
  try {
    auto made = responder_.decide(request);
    auto const trouble = fault_for(record, made);
    record.faulty = trouble.has_value();
    apply(served, made, trouble.value_or(fault{}));
    if (request.gzip && !served.reset) compress(served.reply);
  } catch (std::exception const&) {
    served = {};
    served.reply =
        error_response(500, "the simulator, or its fault hook, failed", responder_.trace_id());
  }
  finish(std::move(record), served);
  return served;
}

SIMRUNS_INLINE served_response service::pass_on(api_request const& request, response reply) {
  served_response served;
  served.reply = std::move(reply);
  served.delay = options_.latency;
  finish(new_record(request), served);
  return served;
}

SIMRUNS_INLINE response service::reject(unsigned status, std::string_view message) {
  std::string_view const field = status == 400 ? "request" : "";
  served_response served;
  served.reply = error_response(status, message, responder_.trace_id(), field);
  finish(new_record({}), served);
  return std::move(served.reply);
}

SIMRUNS_INLINE request_record service::new_record(api_request const& request) {
  request_record made;
  made.at = std::chrono::system_clock::now();
  made.number = requests_.fetch_add(1, std::memory_order_relaxed) + 1;
  made.method = request.method;
  made.target = request.target;
  return made;
}

SIMRUNS_INLINE void service::finish(request_record record, served_response const& served) {
  record.status = served.reset ? 0u : served.reply.status;
  record.bytes = served.reset ? 0 : served.reply.body.size();
  if (options_.observer) options_.observer(record, served.reply);
  log_.add(std::move(record));
}

SIMRUNS_INLINE std::optional<fault> service::fault_for(request_record const& record,
                                                       decision const& made) {
  if (!options_.fault) return std::nullopt;
  request_facts facts;
  facts.what = made.what;
  facts.number = count(made.what);
  facts.target = record.target;
  if (made.page || made.item) {
    facts.scenario = made.key.scenario;
    facts.batch = made.key.batch;
  }
  if (made.page) facts.page = made.page->skip / made.asked.limit + 1;
  return options_.fault(facts);
}

SIMRUNS_INLINE void service::apply(served_response& served, decision& made,
                                   fault const& trouble) const {
  served.delay += trouble.delay;
  served.reset = trouble.what == fault::kind::reset;
  if (served.reset) return;
  if (trouble.what == fault::kind::truncate) served.cut_body_at = trouble.body_bytes;
  served.drip_bytes = trouble.drip_bytes;
  served.drip_every = trouble.drip_every;
  served.content_length = trouble.content_length;
  served.content_length_add = trouble.content_length_add;
  if (trouble.what == fault::kind::response) {
    served.reply = fault_response(trouble);
  } else if (made.page) {
    edit_pagination(*made.page, trouble.edit, made.asked);
    served.reply = page_response(*made.page, trouble.edit);
  } else if (made.item) {
    served.reply = item_response(*made.item, trouble.edit);
  } else {
    served.reply = std::move(made.other);
  }
}

SIMRUNS_INLINE response service::fault_response(fault const& trouble) const {
  std::string_view const field = trouble.status == 400 ? "request" : "";
  auto made =
      error_response(trouble.status, "a fault that was asked for", responder_.trace_id(), field);
  if (trouble.body) made.body = *trouble.body;
  for (auto const& [name, value] : trouble.headers) {
    if (boost::beast::iequals(name, "Content-Type")) made.headers.clear();
  }
  made.headers.insert(made.headers.end(), trouble.headers.begin(), trouble.headers.end());
  if (!trouble.retry_after) return made;
  auto value = std::to_string(trouble.retry_after->count());
  if (trouble.retry_after_is_date) {
    value = simruns::detail::http_date(std::chrono::system_clock::now() + *trouble.retry_after);
  }
  made.headers.emplace_back("Retry-After", std::move(value));
  return made;
}

SIMRUNS_INLINE void service::compress(response& reply) {
  static constexpr std::size_t worth_it = 1024;
  if (reply.body.size() < worth_it) return;
  for (auto const& [name, value] : reply.headers) {
    if (boost::beast::iequals(name, "Content-Encoding")) return;
  }
  reply.body = gzip(reply.body);
  reply.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace simruns::simulator::detail
