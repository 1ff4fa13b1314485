#pragma once

#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/edit_page.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/serve/detail/gzip.hpp"
#include "simruns/simulator/serve/detail/http_head.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/server_options.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "simruns/text/date_time.hpp"

#include <boost/beast/core/string.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

/// An answer and how it is to be sent.
struct served_answer {
  answer reply;
  std::chrono::milliseconds delay{0};
  bool reset = false;                      ///< Send nothing, reset the connection.
  std::optional<std::size_t> cut_body_at;  ///< Send these bytes of the body, then close.
  std::size_t drip_bytes = 0;              ///< Send the body in pieces of so many; 0: at once.
  std::chrono::milliseconds drip_every{0};
  std::optional<std::int64_t> content_length;  ///< What the head says instead of the truth.
  std::int64_t content_length_add = 0;         ///< What the head adds to it.
};

/// What all connections of a server share, none of it a socket: the responder, the log, the
/// options. Threads: any.
class service {
 public:
  service(std::shared_ptr<store const> runs, responder_options what, server_options options)
      : responder_{std::move(runs), std::move(what)},
        options_{std::move(options)},
        log_{options_.log_capacity} {}

  server_options const& options() const noexcept { return options_; }
  request_log& log() noexcept { return log_; }

  /// Answers a request, faults included, and logs it.
  served_answer serve(api_request const& request) {
    auto record = new_record(request);
    served_answer served;
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
          error_answer(500, "the simulator, or its fault hook, failed", responder_.trace_id());
    }
    finish(std::move(record), served);
    return served;
  }

  /// Logs an answer that came from elsewhere.
  served_answer pass_on(api_request const& request, answer reply) {
    served_answer served;
    served.reply = std::move(reply);
    served.delay = options_.latency;
    finish(new_record(request), served);
    return served;
  }

  /// Answers what is not a request that can be served, and logs it.
  answer refuse(unsigned status, std::string_view message) {
    std::string_view const field = status == 400 ? "request" : "";
    served_answer served;
    served.reply = error_answer(status, message, responder_.trace_id(), field);
    finish(new_record({}), served);
    return std::move(served.reply);
  }

  std::string trace_id() const { return responder_.trace_id(); }

 private:
  request_record new_record(api_request const& request) {
    request_record made;
    made.at = std::chrono::system_clock::now();
    made.number = requests_.fetch_add(1, std::memory_order_relaxed) + 1;
    made.method = request.method;
    made.target = request.target;
    return made;
  }

  void finish(request_record record, served_answer const& served) {
    record.status = served.reset ? 0u : served.reply.status;
    record.bytes = served.reset ? 0 : served.reply.body.size();
    if (options_.observer) options_.observer(record, served.reply);
    log_.add(std::move(record));
  }

  std::optional<fault> fault_for(request_record const& record, decision const& made) const {
    if (!options_.fault) return std::nullopt;
    request_facts facts;
    facts.number = record.number;
    facts.target = record.target;
    if (made.page) {
      auto const& query = made.query;
      facts.scenario = query.batch.scenario;
      facts.batch = query.batch.batch;
      facts.page = made.page->skip / query.limit + 1;
    }
    return options_.fault(facts);
  }

  void apply(served_answer& served, decision& made, fault const& trouble) const {
    served.delay += trouble.delay;
    served.reset = trouble.what == fault::kind::reset;
    if (served.reset) return;
    if (trouble.what == fault::kind::truncate) served.cut_body_at = trouble.body_bytes;
    served.drip_bytes = trouble.drip_bytes;
    served.drip_every = trouble.drip_every;
    served.content_length = trouble.content_length;
    served.content_length_add = trouble.content_length_add;
    if (trouble.what == fault::kind::answer) {
      served.reply = wrong_answer(trouble);
    } else if (made.page) {
      edit_pagination(*made.page, trouble.edit, made.query);
      served.reply = page_answer(*made.page, trouble.edit);
    } else {
      served.reply = std::move(made.other);
    }
  }

  answer wrong_answer(fault const& trouble) const {
    std::string_view const field = trouble.status == 400 ? "request" : "";
    auto made =
        error_answer(trouble.status, "a fault that was asked for", responder_.trace_id(), field);
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

  static void compress(answer& reply) {
    static constexpr std::size_t worth_it = 1024;
    if (reply.body.size() < worth_it) return;
    for (auto const& [name, value] : reply.headers) {
      if (boost::beast::iequals(name, "Content-Encoding")) return;
    }
    reply.body = gzip(reply.body);
    reply.headers.emplace_back("Content-Encoding", "gzip");
  }

  responder responder_;
  server_options options_;
  request_log log_;
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace simruns::simulator
