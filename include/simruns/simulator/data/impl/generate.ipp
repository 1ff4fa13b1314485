#pragma once

#include "simruns/config.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/detail/append_member.hpp"
#include "simruns/simulator/data/detail/derived_id.hpp"
#include "simruns/simulator/data/detail/describe_scenario.hpp"
#include "simruns/simulator/data/detail/generate_conversation.hpp"
#include "simruns/simulator/data/detail/generate_metrics.hpp"
#include "simruns/simulator/data/detail/generator_texts.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/data/generate.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/text/date_time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator {

namespace detail {

/// One batch, before its runs.
struct batch_plan {
  batch_truth truth;
  topic const* about;
  phrases const* language;
  std::uint64_t seed;
  std::string organisation;
  std::string model;
  std::size_t weakness;       ///< The place in `criteria_names` of the criterion of the truth.
  bool has_outage;            ///< Whether an outage ends some of its runs.
  std::uint32_t outage_from;  ///< Of each 20 runs, those before the first one that it ends.
  std::uint32_t wrongly_passed_permille;  ///< The chance of a run that failed.
};

/// Of each 20 runs an outage ends 8, one after the other.
inline constexpr std::uint32_t outage_period = 20;
inline constexpr std::uint32_t outage_length = 8;

/// Whether an outage ends the run that has `before` others before it in its batch.
inline bool in_outage(batch_plan const& plan, std::size_t before) {
  auto const at = before % outage_period;
  return plan.has_outage && at >= plan.outage_from && at < plan.outage_from + outage_length;
}

/// How many of the first `runs` of the batch an outage ends.
inline std::size_t count_outage(batch_plan const& plan, std::size_t runs) {
  if (!plan.has_outage) return 0;
  auto const rest = runs % outage_period;
  auto const of_rest = rest < plan.outage_from ? 0 : rest - plan.outage_from;
  return runs / outage_period * outage_length + std::min<std::size_t>(of_rest, outage_length);
}

inline batch_plan plan_batch(generator_options const& options, std::size_t scenario,
                             std::size_t batch) {
  random_source random{random_source::combine(options.seed, scenario)};
  auto const round = scenario / topics.size();
  batch_plan plan{};
  plan.about = &topics[scenario % topics.size()];
  plan.language = languages[(options.seed + scenario) % languages.size()];
  plan.truth.success_permille =
      std::min(plan.about->success_permille + random.below(41), 990u) - 20;
  plan.truth.regressed = scenario % 3 == 1 && batch != 0;
  if (plan.truth.regressed) plan.truth.success_permille -= 180;
  plan.truth.flaky = plan.truth.success_permille >= 350 && plan.truth.success_permille <= 650;
  plan.truth.key.project = options.project;
  plan.truth.key.scenario = plan.about->slug;
  if (round != 0) plan.truth.key.scenario += "-" + std::to_string(round + 1);
  plan.truth.key.batch = plan.truth.key.scenario + "-batch-" + std::to_string(batch + 1);
  plan.seed = random_source::combine(random.next(), batch);
  random_source shared{random_source::combine(options.seed, 0x6f7267)};
  plan.organisation = shared.hex(24);
  plan.model = shared.hex(24);
  plan.has_outage = batch == 2;
  plan.outage_from = shared.below(outage_period - outage_length + 1);
  plan.truth.outage = count_outage(plan, options.runs);
  plan.weakness = scenario % criteria_names.size();
  plan.truth.weakness = criteria_names[plan.weakness];
  plan.truth.stuck_permille = scenario % 4 == 1 ? 200 : 0;
  plan.wrongly_passed_permille = options.wrongly_passed_permille;
  return plan;
}

inline outcome draw_outcome(random_source& random, batch_truth const& truth) {
  if (random.chance(5)) return outcome::stopped;
  if (random.chance(25)) return outcome::other_error;
  if (random.chance(truth.success_permille)) return outcome::success;
  if (random.chance(120)) return outcome::agent_error;
  return random.chance(truth.stuck_permille) ? outcome::stuck : outcome::failure;
}

/// What is drawn of a run before anything else.
struct run_draw {
  escaping how;
  outcome end;
  std::string id;
  bool wrongly_passed;
};

inline run_draw draw_run(random_source& random, batch_plan const& plan, std::int64_t sequence) {
  run_draw drawn{};
  drawn.how = random.chance(60) ? escaping::ascii : escaping::minimal;
  drawn.end = in_outage(plan, static_cast<std::size_t>(sequence - 1))
                  ? outcome::outage
                  : draw_outcome(random, plan.truth);
  drawn.id = random.hex(24);
  bool const failed = drawn.end == outcome::failure || drawn.end == outcome::stuck;
  // Of a source of its own: another judge leaves everything else as it is.
  random_source judge{
      random_source::combine(plan.seed ^ 0x6a75646765, static_cast<std::uint64_t>(sequence))};
  drawn.wrongly_passed = failed && judge.chance(plan.wrongly_passed_permille);
  return drawn;
}

inline random_source source_of_run(batch_plan const& plan, std::int64_t sequence) {
  return random_source{random_source::combine(plan.seed, static_cast<std::uint64_t>(sequence))};
}

inline std::vector<std::string> find_wrongly_passed(batch_plan const& plan, std::size_t runs) {
  std::vector<std::string> ids;
  if (plan.wrongly_passed_permille == 0) return ids;
  for (std::int64_t sequence = 1; sequence <= static_cast<std::int64_t>(runs); ++sequence) {
    auto random = source_of_run(plan, sequence);
    auto drawn = draw_run(random, plan, sequence);
    if (drawn.wrongly_passed) ids.push_back(std::move(drawn.id));
  }
  return ids;
}

inline void append_head(std::string& out, stored_run const& run, batch_plan const& plan) {
  out += "{\"id\":\"" + run.id + "\"";
  append_member(out, "organisationReference", plan.organisation);
  append_member(out, "projectReference", run.key.project);
  append_member(out, "simulationReference", run.key.scenario);
  append_member(out, "simulationRunBatchReference", run.key.batch);
  append_member(out, "sequence", *run.sequence);
  append_member(out, "largeLanguageModelReferenceId", run.model);
  if (!run.end_point_type.empty()) append_member(out, "endPointType", run.end_point_type);
}

inline void append_tail(std::string& out, stored_run const& run) {
  append_member(out, "createdAt", *run.created_at);
  append_member(out, "createdBy", run.created_by);
  if (run.duration) append_member(out, "duration", *run.duration);
  if (!run.expires_at.empty()) append_member(out, "expiresAt", run.expires_at);
  out += '}';
}

inline void draw_fields(stored_run& run, random_source& random, batch_plan const& plan) {
  static constexpr std::array<std::string_view, 3> endpoints{"rest", "webchat3", "voiceGateway2"};
  static constexpr std::int64_t thirty_days = 30LL * 86'400'000;
  run.key = plan.truth.key;
  run.model = plan.model;
  run.created_by = random.chance(800) ? "scheduler" : "user-" + std::to_string(random.below(9));
  if (!random.chance(50)) run.end_point_type = random.pick(endpoints);
  if (!random.chance(200))
    run.expires_at = simruns::detail::iso_time(*run.created_at + thirty_days);
  if (!random.chance(100)) run.max_turns = 30;
}

inline stored_run generate_run(batch_plan const& plan, std::int64_t sequence,
                               std::int64_t created_at) {
  auto random = source_of_run(plan, sequence);
  auto const [how, end, id, wrongly_passed] = draw_run(random, plan, sequence);
  stored_run run;
  run.id = id;
  run.sequence = sequence;
  run.created_at = created_at;
  draw_fields(run, random, plan);
  if (end == outcome::stuck) run.max_turns = 30;  // the number of its turns, as it has used them up
  run.json.reserve(6000);
  append_head(run.json, run, plan);
  run.json += ",\"turns\":";
  conversation_writer conversation{run.json, random, *plan.language, *plan.about, how, created_at};
  if (end == outcome::stuck) {
    conversation.write_stuck(*run.max_turns);
  } else {
    conversation.write(end != outcome::success && end != outcome::failure);
  }
  run.total_turns = conversation.turns();
  append_member(run.json, "totalTurns", conversation.turns());
  if (run.max_turns) append_member(run.json, "maxTurns", *run.max_turns);
  run.json += ",\"successCriteria\":";
  append_criteria(run.json, *plan.about, random.pick(personas), how);
  run.json += ",\"metrics\":";
  metrics_writer{run.json, random, how, plan.weakness}.write(run, end, wrongly_passed);
  if (!random.chance(30)) run.duration = conversation.now() - created_at;
  append_tail(run.json, run);
  return run;
}

inline void generate_batch(dataset& runs, batch_plan const& plan, std::size_t count,
                           std::int64_t created_at) {
  random_source clock{random_source::combine(plan.seed, 0)};
  for (std::size_t i = 1; i <= count; ++i) {
    if (!clock.chance(125)) created_at += clock.between(200, 20'000);  // else a tie
    runs.add(generate_run(plan, static_cast<std::int64_t>(i), created_at));
  }
}

/// What the batch at this index is called: by its day.
inline stored_batch generate_batch_name(batch_plan const& plan, std::int64_t created_at) {
  stored_batch made;
  made.key = plan.truth.key;
  made.id = derived_id(made.key);
  made.name = "Nightly " + simruns::detail::iso_time(created_at).substr(0, 10);
  return made;
}

/// Describes a scenario whose runs are there already.
inline stored_scenario generate_scenario(stored_run const& first, std::uint64_t seed,
                                         std::size_t scenario, std::int64_t next_run) {
  static constexpr std::int64_t first_made = 1'746'439'200'000;  // 2025-05-05T10:00:00Z
  static constexpr std::int64_t day = 86'400'000;
  random_source random{random_source::combine(seed, 0x6e616d65 + scenario)};
  auto const& about = topics[scenario % topics.size()];
  auto const& persona = random.pick(personas);
  scenario_texts texts;
  texts.name = about.name;
  if (scenario >= topics.size()) {
    texts.name += " " + std::to_string(scenario / topics.size() + 1);
  }
  texts.persona = persona;
  texts.persona_name = persona.substr(0, persona.find(','));
  texts.mission = about.mission;
  texts.created_at = first_made + static_cast<std::int64_t>(scenario % 20) * day;
  if (random.chance(700)) texts.next_run = simruns::detail::iso_time(next_run);
  return describe_scenario(first, texts);
}

inline void check(generator_options const& options) {
  auto const in_range = [](std::size_t count) { return count >= 1 && count <= 10'000; };
  if (!in_range(options.scenarios) || !in_range(options.batches)) {
    throw std::invalid_argument("scenarios and batches must each be from 1 to 10,000");
  }
  if (options.wrongly_passed_permille > 1000) {
    throw std::invalid_argument("wrongly_passed_permille must be from 0 to 1,000");
  }
  if (options.project.empty()) throw std::invalid_argument("the project must not be empty");
}

}  // namespace detail

SIMRUNS_INLINE std::vector<batch_truth> true_success_rates(generator_options const& options) {
  detail::check(options);
  std::vector<batch_truth> truths;
  for (std::size_t scenario = 0; scenario < options.scenarios; ++scenario) {
    for (std::size_t batch = 0; batch < options.batches; ++batch) {
      auto plan = detail::plan_batch(options, scenario, batch);
      plan.truth.wrongly_passed = detail::find_wrongly_passed(plan, options.runs);
      truths.push_back(std::move(plan.truth));
    }
  }
  return truths;
}

SIMRUNS_INLINE dataset generate(generator_options const& options) {
  detail::check(options);
  static constexpr std::int64_t first_day = 1'748'854'800'000;  // 2025-06-02T09:00:00Z
  static constexpr std::int64_t day = 86'400'000;
  dataset runs;
  for (std::size_t scenario = 0; scenario < options.scenarios; ++scenario) {
    auto created_at = first_day;
    for (std::size_t batch = 0; batch < options.batches; ++batch, created_at += day) {
      auto const plan = detail::plan_batch(options, scenario, batch);
      detail::generate_batch(runs, plan, options.runs, created_at);
      runs.add(detail::generate_batch_name(plan, created_at));
    }
    auto const& first = runs.runs_of(detail::plan_batch(options, scenario, 0).truth.key);
    if (first.empty()) continue;
    runs.add(detail::generate_scenario(*first.front(), options.seed, scenario, created_at));
  }
  return runs;
}

}  // namespace simruns::simulator
