#pragma once

#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/faults/detail/script_reader.hpp"
#include "simruns/text/date_time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

/// When a run is there, in the time of a virtual clock: from `appears` on, pending until `settles`,
/// gone from `expires` on.
struct run_life {
  static constexpr std::chrono::milliseconds never = std::chrono::milliseconds::max();

  std::chrono::milliseconds appears{0};
  std::chrono::milliseconds settles{0};
  std::chrono::milliseconds expires = never;
};

/// Tells the life of each run. What is not set comes from the run's own times: the first run of a
/// batch appears at zero and the others by their `createdAt`, each settles after its `duration` and
/// expires at its `expiresAt`.
class schedule {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// The next run of a batch, in the order of the data, appears so much later.
  std::optional<milliseconds> appear_every;
  /// Time from appearing to settling, drawn from this range by a seed.
  std::optional<std::pair<milliseconds, milliseconds>> settle_after;
  /// Time from appearing to expiring.
  std::optional<milliseconds> expire_after;
  /// Runs, by their ids, whose lives are told one by one.
  std::map<std::string, run_life, std::less<>> runs;
  std::uint64_t seed = 0;

  /// Milliseconds since 1970; below 10^11 a `createdAt` is in seconds. For runs that have one.
  static std::int64_t created_at(stored_run const& run) {
    auto const sent = *run.created_at;
    return sent > -100'000'000'000 && sent < 100'000'000'000 ? sent * 1000 : bounded(sent);
  }

  /// `index`: of the run in its batch, whose first `created_at` is `first`.
  run_life life_of(stored_run const& run, std::size_t index,
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

 private:
  /// Of what a file may say, as much as can be added up: 30,000 years.
  static std::int64_t bounded(std::int64_t count) {
    static constexpr std::int64_t most = 1'000'000'000'000'000;
    return std::clamp(count, -most, most);
  }

  milliseconds settling_time(stored_run const& run) const {
    if (!settle_after) {
      return milliseconds{std::max<std::int64_t>(bounded(run.duration.value_or(0)), 0)};
    }
    std::uint64_t hash =
        0xcbf29ce484222325ULL;  // FNV-1a: the same draw for a run, whoever is first
    for (char const c : run.id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    random_source random{random_source::combine(seed, hash)};
    auto const [least, most] = *settle_after;
    auto const extra = static_cast<double>((most - least).count() + 1) * random.fraction();
    return least + milliseconds{static_cast<milliseconds::rep>(extra)};
  }
};

namespace detail {

inline run_life read_life(script_value const& from) {
  script_object members{from};
  run_life life;
  if (auto const at = members.take("appears")) life.appears = at->whole_milliseconds();
  life.settles = life.appears;
  if (auto const at = members.take("settles")) life.settles = at->whole_milliseconds();
  if (auto const at = members.take("expires")) life.expires = at->whole_milliseconds();
  members.finish();
  if (life.settles < life.appears) from.refuse("settles before it appears");
  if (life.expires < life.appears) from.refuse("expires before it appears");
  return life;
}

}  // namespace detail

/// Reads `{"appear_every": 2, "settle_after": [5, 60], "expire_after": 3600, "seed": 7, "runs":
/// {"<id>": {"appears": 0, "settles": 10, "expires": 20}}}`, all of it optional, times in seconds.
/// Throws: script_error.
inline schedule read_schedule(std::string_view json) {
  auto const parsed = parse_script(json);
  script_value const whole{parsed, "schedule"};
  script_object members{whole};
  schedule made;
  if (auto const step = members.take("appear_every")) {
    made.appear_every = step->whole_milliseconds();
  }
  if (auto const after = members.take("settle_after")) {
    if (after->json().is_array()) {
      auto const ends = after->list();
      if (ends.size() != 2) after->refuse("must be seconds, or the least and the most of them");
      made.settle_after.emplace(ends[0].whole_milliseconds(), ends[1].whole_milliseconds());
    } else {
      made.settle_after.emplace(after->whole_milliseconds(), after->whole_milliseconds());
    }
    if (made.settle_after->second < made.settle_after->first) {
      after->refuse("must name the least first");
    }
  }
  if (auto const after = members.take("expire_after")) {
    made.expire_after = after->whole_milliseconds();
  }
  if (auto const seed = members.take("seed")) {
    made.seed = static_cast<std::uint64_t>(seed->integer(0));
  }
  if (auto const runs = members.take("runs")) {
    if (!runs->json().is_object()) runs->refuse("must be an object of ids and lives");
    for (auto const& run : runs->json().get_object()) {
      std::string const id{run.key().data(), run.key().size()};
      made.runs.emplace(id, detail::read_life(script_value{run.value(), runs->place() + "." + id}));
    }
  }
  members.finish();
  return made;
}

}  // namespace simruns::simulator
