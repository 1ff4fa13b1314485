#pragma once

#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/server_options.hpp"
#include "simruns/simulator/store/detail/store.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

/// A response and how it is sent.
struct served_response {
  response reply;
  std::chrono::milliseconds delay{0};      ///< The time before it is sent.
  bool reset = false;                      ///< Nothing is sent, and the connection is reset.
  std::optional<std::size_t> cut_body_at;  ///< The connection ends after so many bytes of the body.
  std::size_t drip_bytes = 0;              ///< The size of the pieces of the body. Zero: one piece.
  std::chrono::milliseconds drip_every{0};     ///< The pause between two pieces.
  std::optional<std::int64_t> content_length;  ///< What the head tells. None: the truth.
  std::int64_t content_length_add = 0;         ///< This number is added to what the head tells.
};

/// What all sessions of a server share: the responder, the log and the options. It has no socket.
/// Threads: any.
class service {
 public:
  service(std::shared_ptr<store const> runs, responder_options what, server_options options)
      : responder_{std::move(runs), std::move(what)},
        options_{std::move(options)},
        log_{options_.log_capacity} {}

  server_options const& options() const noexcept { return options_; }
  request_log& log() noexcept { return log_; }

  /// Responds to a request, with its fault if it has one, and logs it.
  served_response serve(api_request const& request);

  /// Logs a response that came from elsewhere.
  served_response pass_on(api_request const& request, response reply);

  /// Responds to what is no request that can be served, and logs it.
  response reject(unsigned status, std::string_view message);

  std::string trace_id() const { return responder_.trace_id(); }

 private:
  request_record new_record(api_request const& request);

  /// The number of a request among those for the same thing.
  std::uint64_t count(endpoint what) {
    return counts_[static_cast<std::size_t>(what)].fetch_add(1, std::memory_order_relaxed) + 1;
  }

  void finish(request_record record, served_response const& served);

  std::optional<fault> fault_for(request_record const& record, decision const& made);

  void apply(served_response& served, decision& made, fault const& trouble) const;

  response fault_response(fault const& trouble) const;

  static void compress(response& reply);

  responder responder_;
  server_options options_;
  request_log log_;
  std::atomic<std::uint64_t> requests_{0};
  std::array<std::atomic<std::uint64_t>, 5> counts_{};  ///< By what was asked for.
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/service.ipp"
#endif
