#pragma once

#include "simruns/simulator/answer.hpp"
#include "simruns/simulator/faults.hpp"
#include "simruns/simulator/request_log.hpp"
#include "simruns/simulator/responder.hpp"
#include "simruns/simulator/server_options.hpp"

#include <atomic>
#include <chrono>
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
};

/// What all connections of a server share, none of it a socket: the responder, the log, the
/// options. Threads: any.
class service {
 public:
  service(std::shared_ptr<dataset const> runs, responder_options what, server_options options)
      : responder_{std::move(runs), std::move(what)},
        options_{std::move(options)},
        log_{options_.log_capacity} {}

  server_options const& options() const noexcept { return options_; }
  request_log& log() noexcept { return log_; }

  /// Answers a request, faults included, and logs it.
  served_answer serve(api_request const& request) {
    auto const at = std::chrono::system_clock::now();
    auto const number = requests_.fetch_add(1, std::memory_order_relaxed) + 1;
    served_answer served;
    served.delay = options_.latency;
    try {
      auto const trouble = fault_for(number, request.target);
      served.delay += trouble.delay;
      served.reset = trouble.what == fault::kind::reset;
      if (trouble.what == fault::kind::truncate) served.cut_body_at = trouble.body_bytes;
      if (!served.reset) served.reply = reply_to(request, trouble);
    } catch (std::exception const&) {
      served.reply = error_answer(500, "the fault hook threw", responder_.trace_id());
    }
    auto const status = served.reset ? 0u : served.reply.status;
    log_.add({number, std::string{request.method}, std::string{request.target}, status, at});
    return served;
  }

  /// Answers what is not a request that can be served, and logs it.
  answer refuse(unsigned status, std::string_view message) {
    auto const at = std::chrono::system_clock::now();
    auto const number = requests_.fetch_add(1, std::memory_order_relaxed) + 1;
    log_.add({number, "", "", status, at});
    std::string_view const field = status == 400 ? "request" : "";
    return error_answer(status, message, responder_.trace_id(), field);
  }

 private:
  fault fault_for(std::uint64_t number, std::string_view target) const {
    if (!options_.fault) return {};
    return options_.fault(number, target).value_or(fault{});
  }

  answer reply_to(api_request const& request, fault const& trouble) const {
    if (trouble.what != fault::kind::answer) return responder_.respond(request);
    std::string_view const field = trouble.status == 400 ? "request" : "";
    auto made =
        error_answer(trouble.status, "a fault that was asked for", responder_.trace_id(), field);
    if (!trouble.body.empty()) made.body = trouble.body;
    for (auto const& [name, value] : trouble.headers) {
      if (name == "Content-Type") made.headers.clear();
    }
    made.headers.insert(made.headers.end(), trouble.headers.begin(), trouble.headers.end());
    return made;
  }

  responder responder_;
  server_options options_;
  request_log log_;
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace simruns::simulator
