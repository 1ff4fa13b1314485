#pragma once

#include "simruns/json/write.hpp"
#include "simruns/simulator/data/detail/generator_texts.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

using simruns::detail::append_json_string;
using simruns::detail::escaping;

/// How a generated run ends. `stuck` is a failure, too, without an end of the conversation.
enum class outcome { success, failure, stuck, agent_error, other_error, outage, stopped };

inline void append_bool(std::string& out, bool value) { out += value ? "true" : "false"; }

void append_criterion(std::string& out, std::string_view name, std::string const& text,
                      escaping how);

/// Writes the two criteria of a scenario; the first one tells who the customer is.
void append_criteria(std::string& out, topic const& about, std::string_view persona, escaping how);

/// Writes the `metrics` of one run, and notes in `run` what can be sorted and filtered by.
class metrics_writer {
 public:
  /// `weakness` is the place in `criteria_names` of the criterion that failures rarely meet.
  metrics_writer(std::string& out, random_source& random, escaping how, std::size_t weakness)
      : out_{out}, random_{random}, how_{how}, weakness_{weakness} {}

  /// `wrongly_passed` says whether the judge takes a failure for a success.
  void write(stored_run& run, outcome end, bool wrongly_passed);

 private:
  void sentiment(stored_run& run, outcome end);

  void verdict(stored_run& run, bool success);

  /// Draws which criteria a failure meets: one of them at most.
  std::array<bool, 2> met_by_failure();

  void results(std::array<bool, 2> const& met);

  void rate(std::array<bool, 2> const& met) {
    auto const passed = static_cast<int>(met[0]) + static_cast<int>(met[1]);
    out_ += ",\"successRate\":{\"percentage\":" + std::to_string(passed * 50) +
            ",\"numerator\":" + std::to_string(passed) + ",\"denominator\":2}";
  }

  void summary(bool success);

  void breakdown_of(stored_run& run, std::span<breakdown const> kinds);

  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string& out_;
  random_source& random_;
  escaping how_;
  std::size_t weakness_;
  bool first_ = true;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/generate_metrics.ipp"
#endif
