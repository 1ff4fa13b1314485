#pragma once

#include "simruns/config.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/data/detail/generate_metrics.hpp"
#include "simruns/simulator/data/detail/generator_texts.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE void append_criterion(std::string& out, std::string_view name,
                                     std::string const& text, escaping how) {
  out += "{\"type\":\"text\",\"params\":{\"name\":\"";
  out += name;
  out += "\",\"text\":";
  append_json_string(out, text, how);
  out += "}}";
}

SIMRUNS_INLINE void append_criteria(std::string& out, topic const& about, std::string_view persona,
                                    escaping how) {
  std::string goal{about.goal};
  goal.append(" The customer is ").append(persona).append(".");
  out += '[';
  append_criterion(out, criteria_names[0], goal, how);
  out += ',';
  append_criterion(out, criteria_names[1], std::string{about.check}, how);
  out += ']';
}

SIMRUNS_INLINE void metrics_writer::write(stored_run& run, outcome end, bool wrongly_passed) {
  out_ += '{';
  run.stopped = end == outcome::stopped;
  sentiment(run, end);
  if (end == outcome::success || end == outcome::failure || end == outcome::stuck) {
    verdict(run, end == outcome::success || wrongly_passed);
  }
  if (end == outcome::agent_error) breakdown_of(run, std::span{agent_breakdowns});
  if (end == outcome::other_error) breakdown_of(run, std::span{other_breakdowns});
  if (end == outcome::outage) breakdown_of(run, std::span{provider_breakdowns});
  comma();
  out_ += "\"isBatchStopped\":";
  append_bool(out_, end == outcome::stopped);
  out_ += ",\"isConversationEnded\":";
  append_bool(out_, end == outcome::success || end == outcome::failure);
  out_ += '}';
}

SIMRUNS_INLINE void metrics_writer::sentiment(stored_run& run, outcome end) {
  if (end == outcome::stopped || random_.chance(100)) return;
  bool const pleased = end == outcome::success ? random_.chance(700) : random_.chance(100);
  run.sentiment = pleased ? "positive" : random_.chance(500) ? "neutral" : "negative";
  out_ += "\"sentiment\":\"" + run.sentiment + "\"";
  first_ = false;
}

SIMRUNS_INLINE void metrics_writer::verdict(stored_run& run, bool success) {
  run.success = success;
  run.status = success ? "SUCCESS" : "FAILED";
  auto const met = success ? std::array{true, true} : met_by_failure();
  comma();
  out_ += "\"success\":";
  append_bool(out_, success);
  results(met);
  if (!random_.chance(100)) rate(met);
  if (!random_.chance(150)) summary(success);
  out_ += ",\"status\":\"" + run.status + "\"";
  if (random_.chance(500)) {
    out_ += ",\"errorInfo\":{\"category\":\"NONE\",\"message\":\"\",\"technicalDetails\":\"\"}";
  }
}

SIMRUNS_INLINE std::array<bool, 2> metrics_writer::met_by_failure() {
  auto const draw = random_.below(100);
  std::array<bool, 2> met{};
  met[weakness_] = draw >= 85;
  met[1 - weakness_] = draw < 70;
  return met;
}

SIMRUNS_INLINE void metrics_writer::results(std::array<bool, 2> const& met) {
  out_ += ",\"results\":[";
  for (std::size_t i = 0; i < met.size(); ++i) {
    if (i != 0) out_ += ',';
    out_ += "{\"type\":\"text\",\"name\":\"";
    out_ += criteria_names[i];
    out_ += "\",\"success\":";
    append_bool(out_, met[i]);
    if (!met[i] || random_.chance(300)) {
      out_ += ",\"reason\":";
      append_json_string(out_, met[i] ? "Met." : random_.pick(failure_reasons), how_);
    }
    out_ += '}';
  }
  out_ += ']';
}

SIMRUNS_INLINE void metrics_writer::summary(bool success) {
  out_ += ",\"summary\":";
  append_json_string(out_,
                     success ? "The customer's request was met – politely & without detours."
                             : "The conversation ended without the result that was asked for.",
                     how_);
}

SIMRUNS_INLINE void metrics_writer::breakdown_of(stored_run& run,
                                                 std::span<breakdown const> kinds) {
  auto const& what = random_.pick(kinds);
  run.status = "ERROR";
  comma();
  if (random_.chance(500)) {
    run.success = false;
    out_ += "\"success\":false,";
  }
  out_ += "\"status\":\"ERROR\",\"errorInfo\":{\"category\":\"";
  out_ += what.category;
  out_ += "\",\"message\":";
  append_json_string(out_, what.message, how_);
  out_ += ",\"technicalDetails\":";
  append_json_string(out_, what.details, how_);
  out_ += '}';
}

}  // namespace simruns::simulator::detail
