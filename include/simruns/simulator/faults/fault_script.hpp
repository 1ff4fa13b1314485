#pragma once

#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/faults/delay.hpp"
#include "simruns/simulator/faults/fault.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simruns::simulator {

/// A limit of requests in each window of time. A request beyond it gets a 429, or what its rule
/// says instead. The `Retry-After` names the next window, unless the rule names another time.
struct rate_limit {
  std::uint64_t requests = 0;             ///< Requests in each window. Zero: no limit. Default 0.
  std::chrono::milliseconds per{60'000};  ///< The length of a window. Default 60 s.
};

/// When something goes wrong, and what. Of the members up to `times`, all that are set must hold.
struct fault_rule {
  /// What is asked for. Requests for anything else neither meet the rule nor count. Default `runs`.
  endpoint on = endpoint::runs;
  /// The numbers of the requests, counted from 1. Empty: any request.
  std::vector<std::uint64_t> requests;
  /// Requests whose number is a multiple of this one. Zero: any request. Default 0.
  std::uint64_t every = 0;
  /// The page of a list, counted from 1. Zero: any response. Default 0.
  std::uint64_t page = 0;
  /// The batch, by its reference. Empty: any batch.
  std::string batch;
  /// The chance, from 0 to 1, of each request that the other members let through. Default 1.
  double chance = 1;
  /// How often the rule applies at most. Zero: no limit. Default 0.
  std::uint64_t times = 0;

  /// What goes wrong.
  fault what;
  /// A delay that is drawn for each request, on top of `what.delay`. Default: none.
  delay_draw delay;
  /// The rate limit beyond which the rule applies. Default: none.
  rate_limit limit;
};

/// Rules that are asked in their order. Delays add up, and the edits of a page come together; of
/// responses, resets and truncations the first counts. What `chance` and delays draw depends on the
/// seed, the rule and the number of the request alone: the same requests meet the same faults. It
/// is a `fault_hook`, and its copies share their counts. Threads: any.
class fault_script {
 public:
  /// Tells the milliseconds by which rate limits are measured. They must only grow.
  using clock = std::function<std::chrono::milliseconds()>;

  explicit fault_script(std::uint64_t seed = 0, clock now = steady_now);

  /// Adds a rule behind the others. Must not be called while requests are answered.
  fault_script& add(fault_rule rule);

  /// The number of rules.
  std::size_t size() const noexcept;

  /// What goes wrong with a request, if anything does.
  std::optional<fault> operator()(request_facts const& request) const;

  /// The time of the steady clock.
  static std::chrono::milliseconds steady_now();

 private:
  struct state;

  std::shared_ptr<state> state_;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/faults/impl/fault_script.ipp"
#endif
