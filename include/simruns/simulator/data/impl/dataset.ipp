#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/detail/told_line.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/text/byte_order_mark.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <fstream>
#include <ios>
#include <istream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace simruns::simulator {

namespace detail {

inline std::string describe_error(std::string const& source, std::size_t line,
                                  std::string const& message) {
  std::string text = source;
  if (line != 0) text += ":" + std::to_string(line);
  if (!text.empty()) text += ": ";
  return text + message;
}

}  // namespace detail

SIMRUNS_INLINE dataset_error::dataset_error(std::string source, std::size_t line,
                                            std::string const& message)
    : std::runtime_error(detail::describe_error(source, line, message)),
      source_{std::move(source)},
      line_{line} {}

SIMRUNS_INLINE void dataset::add(stored_run run) {
  auto const [entry, fresh] = by_batch_.try_emplace(run.key);
  auto& [runs, ids] = entry->second;
  if (ids.contains(run.id)) {
    throw dataset_error{"", 0,
                        "a second run with the id \"" + run.id +
                            "\": ids must be unique within a batch; remove one of the two"};
  }
  run.number = runs_.size();
  runs_.push_back(std::move(run));
  stored_run const& added = runs_.back();
  if (fresh) {
    batches_.push_back(added.key);
    name_batch(added.key);
  }
  runs.push_back(&added);
  if (!added.id.empty()) ids.insert(added.id);
}

SIMRUNS_INLINE std::vector<stored_run const*> const& dataset::runs_of(batch_key const& key) const {
  static std::vector<stored_run const*> const none;
  auto const found = by_batch_.find(key);
  if (found == by_batch_.end()) return none;
  return found->second.runs;
}

SIMRUNS_INLINE void dataset::add(stored_scenario told) {
  batch_key const key{told.project, told.reference, {}};
  name_scenario(key);
  scenarios_[key] = std::move(told);
}

SIMRUNS_INLINE void dataset::add(stored_batch told) {
  auto const key = told.key;
  name_batch(key);
  told_batches_[key] = std::move(told);
}

SIMRUNS_INLINE stored_scenario const* dataset::told_scenario(batch_key const& key) const {
  auto const found = scenarios_.find(key);
  if (found == scenarios_.end() || !found->second) return nullptr;
  return &*found->second;
}

SIMRUNS_INLINE stored_batch const* dataset::told_batch(batch_key const& key) const {
  auto const found = told_batches_.find(key);
  if (found == told_batches_.end() || !found->second) return nullptr;
  return &*found->second;
}

SIMRUNS_INLINE void dataset::name_scenario(batch_key const& key) {
  if (scenarios_.try_emplace(key).second) known_scenarios_.push_back(key);
}

SIMRUNS_INLINE void dataset::name_batch(batch_key const& key) {
  name_scenario({key.project, key.scenario, {}});
  if (told_batches_.try_emplace(key).second) known_batches_.push_back(key);
}

SIMRUNS_INLINE bool dataset::has_project(std::string_view project) const {
  return std::any_of(known_scenarios_.begin(), known_scenarios_.end(),
                     [project](batch_key const& key) { return key.project == project; });
}

namespace detail {

/// What stands between the white space around it.
inline std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// A line of an input.
struct input_line {
  std::string_view text;  ///< Without the white space around it.
  std::size_t number;     ///< Counted from 1.
  std::uintmax_t begin;   ///< The bytes before it.
  bool ended;             ///< Whether a line break stands behind it.
};

/// Calls `take` with each line. A byte order mark before the first is passed over.
template <class Take>
void each_line(std::istream& input, std::string const& source, Take take) {
  std::string line;
  std::uintmax_t begin = 0;
  for (std::size_t number = 1; std::getline(input, line); ++number) {
    std::string_view text = line;
    if (number == 1) text = simruns::detail::without_byte_order_mark(text);
    take(input_line{trimmed(text), number, begin, !input.eof()});
    begin += line.size() + 1;
  }
  if (input.bad()) throw dataset_error{source, 0, "reading failed part-way; try it again"};
}

/// Adds the run of a line; an empty line has none. Gives what a line says that is of no run.
inline std::optional<told_item> add_line(dataset& runs, input_line const& line,
                                         std::string const& source) {
  if (line.text.empty()) return std::nullopt;
  try {
    std::string text{line.text};
    auto told = read_told_line(text);
    if (!told) runs.add(parse_run(std::move(text)));
    return told;
  } catch (std::exception const& error) {
    throw dataset_error{source, line.number, error.what()};
  }
}

/// The project of the only scenario of this reference; empty if there is none, or several.
inline std::string project_of(dataset const& runs, std::string_view scenario) {
  std::string project;
  for (auto const& key : runs.known_scenarios()) {
    if (key.scenario != scenario) continue;
    if (!project.empty()) return {};
    project = key.project;
  }
  return project;
}

inline std::ifstream open_runs(std::string const& path) {
  std::ifstream file{path, std::ios::binary};
  if (file) return file;
  throw dataset_error{path, 0,
                      std::string{"cannot be opened ("} + std::strerror(errno) +
                          "): check the path and your right to read it"};
}

}  // namespace detail

SIMRUNS_INLINE dataset read_jsonl(std::istream& input, std::string const& source) {
  dataset runs;
  std::vector<std::pair<stored_batch, std::size_t>> homeless;
  detail::each_line(input, source, [&](detail::input_line const& line) {
    auto told = detail::add_line(runs, line, source);
    if (!told) return;
    if (auto* scenario = std::get_if<stored_scenario>(&*told))
      return runs.add(std::move(*scenario));
    auto& batch = std::get<stored_batch>(*told);
    if (!batch.key.project.empty()) return runs.add(std::move(batch));
    homeless.emplace_back(std::move(batch), line.number);
  });
  for (auto& [batch, line] : homeless) {
    batch.key.project = detail::project_of(runs, batch.key.scenario);
    if (batch.key.project.empty()) {
      throw dataset_error{source, line,
                          "no one project has the scenario of this batch: name the project, by "
                          "\"of\": {\"projectReference\": ...} behind the batch"};
    }
    runs.add(std::move(batch));
  }
  if (runs.empty()) {
    throw dataset_error{source, 0, "no runs in it: expected one JSON object of a run a line"};
  }
  return runs;
}

SIMRUNS_INLINE dataset load_jsonl(std::string const& path) {
  auto file = detail::open_runs(path);
  return read_jsonl(file, path);
}

}  // namespace simruns::simulator
