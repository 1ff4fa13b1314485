#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/detail/hash_text.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/faults/detail/script_reader.hpp"
#include "simruns/simulator/live/schedule.hpp"
#include "simruns/text/date_time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator {

namespace detail {

/// Of what a file may say, as much as can be added up: 30,000 years.
inline std::int64_t bounded(std::int64_t count) {
  static constexpr std::int64_t most = 1'000'000'000'000'000;
  return std::clamp(count, -most, most);
}

inline run_life read_life(script_value const& from) {
  script_object members{from};
  run_life life;
  if (auto const at = members.take("appears")) life.appears = at->whole_milliseconds();
  life.settles = life.appears;
  if (auto const at = members.take("settles")) life.settles = at->whole_milliseconds();
  if (auto const at = members.take("expires")) life.expires = at->whole_milliseconds();
  members.finish();
  if (life.settles < life.appears) from.fail("settles before it appears");
  if (life.expires < life.appears) from.fail("expires before it appears");
  return life;
}

}  // namespace detail

SIMRUNS_INLINE std::int64_t schedule::created_at(stored_run const& run) {
  auto const sent = *run.created_at;
  return sent > -100'000'000'000 && sent < 100'000'000'000 ? sent * 1000 : detail::bounded(sent);
}

SIMRUNS_INLINE run_life schedule::life_of(stored_run const& run, std::size_t index,
                                          std::optional<std::int64_t> first) const {
  auto const told = runs.find(run.id);
  if (told != runs.end()) return told->second;
  run_life life;
  if (appear_every) {
    life.appears = *appear_every * static_cast<milliseconds::rep>(index);
  } else if (run.created_at && first) {
    life.appears = milliseconds{std::max<std::int64_t>(created_at(run) - *first, 0)};
  }
  life.settles = life.appears + settling_time(run);
  if (expire_after) {
    life.expires = life.appears + *expire_after;
  } else if (auto const moment = simruns::detail::parse_date_time(run.expires_at);
             moment && first) {
    auto const sent = moment->time_since_epoch().count();
    life.expires = milliseconds{std::max<std::int64_t>(sent - *first, 0)};
  }
  return life;
}

SIMRUNS_INLINE schedule::milliseconds schedule::settling_time(stored_run const& run) const {
  if (!settle_after) {
    return milliseconds{std::max<std::int64_t>(detail::bounded(run.duration.value_or(0)), 0)};
  }
  // By its id: the same draw for a run, whoever is first.
  detail::random_source random{detail::random_source::combine(seed, detail::hash_text(run.id))};
  auto const [least, most] = *settle_after;
  auto const extra = static_cast<double>((most - least).count() + 1) * random.fraction();
  return least + milliseconds{static_cast<milliseconds::rep>(extra)};
}

SIMRUNS_INLINE schedule read_schedule(std::string_view json) {
  auto const parsed = detail::parse_script(json);
  detail::script_value const whole{parsed, "schedule"};
  detail::script_object members{whole};
  schedule made;
  if (auto const step = members.take("appear_every")) {
    made.appear_every = step->whole_milliseconds();
  }
  if (auto const after = members.take("settle_after")) {
    if (after->json().is_array()) {
      auto const ends = after->list();
      if (ends.size() != 2) after->fail("must be seconds, or the least and the most of them");
      made.settle_after.emplace(ends[0].whole_milliseconds(), ends[1].whole_milliseconds());
    } else {
      made.settle_after.emplace(after->whole_milliseconds(), after->whole_milliseconds());
    }
    if (made.settle_after->second < made.settle_after->first) {
      after->fail("must name the least first");
    }
  }
  if (auto const after = members.take("expire_after")) {
    made.expire_after = after->whole_milliseconds();
  }
  if (auto const seed = members.take("seed")) {
    made.seed = static_cast<std::uint64_t>(seed->integer(0));
  }
  if (auto const runs = members.take("runs")) {
    if (!runs->json().is_object()) runs->fail("must be an object of ids and lives");
    for (auto const& run : runs->json().get_object()) {
      std::string const id{run.key().data(), run.key().size()};
      made.runs.emplace(
          id, detail::read_life(detail::script_value{run.value(), runs->path() + "." + id}));
    }
  }
  members.finish();
  return made;
}

}  // namespace simruns::simulator
