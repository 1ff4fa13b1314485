#pragma once

#include "simruns/simulator/data/stored_run.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <fstream>
#include <istream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// Runs that cannot be served. `what()` names the file, the line, what is wrong and what to do.
class dataset_error : public std::runtime_error {
 public:
  dataset_error(std::string source, std::size_t line, std::string const& problem)
      : std::runtime_error(describe(source, line, problem)),
        source_{std::move(source)},
        line_{line} {}

  std::string const& source() const noexcept { return source_; }
  /// Counted from 1; 0 if the problem is not one line's.
  std::size_t line() const noexcept { return line_; }

 private:
  static std::string describe(std::string const& source, std::size_t line,
                              std::string const& problem) {
    std::string text = source;
    if (line != 0) text += ":" + std::to_string(line);
    if (!text.empty()) text += ": ";
    return text + problem;
  }

  std::string source_;
  std::size_t line_;
};

/// The runs that a Simulator serves, grouped by batch. Ids are unique over all of them. Movable
/// only: pointers into it stay valid while it, or what it was moved to, lives.
class dataset {
 public:
  dataset() = default;
  dataset(dataset&&) = default;
  dataset& operator=(dataset&&) = default;

  /// Adds one run. Throws: dataset_error if a run of the same id is there already.
  void add(stored_run run) {
    if (ids_.contains(run.id)) {
      throw dataset_error{
          "", 0,
          "a second run with the id \"" + run.id + "\": ids must be unique; remove one of the two"};
    }
    runs_.push_back(std::move(run));
    stored_run const& added = runs_.back();
    ids_.insert(added.id);
    auto const [place, fresh] = by_batch_.try_emplace(added.key);
    if (fresh) batches_.push_back(added.key);
    place->second.push_back(&added);
  }

  /// Every batch that has a run, in the order of their first runs.
  std::vector<batch_key> const& batches() const noexcept { return batches_; }

  /// The runs of a batch in the order they were added; empty if there is no such batch.
  std::vector<stored_run const*> const& runs_of(batch_key const& key) const {
    static std::vector<stored_run const*> const none;
    auto const found = by_batch_.find(key);
    if (found == by_batch_.end()) return none;
    return found->second;
  }

  /// Runs of all batches together.
  std::size_t size() const noexcept { return runs_.size(); }
  bool empty() const noexcept { return runs_.empty(); }

  bool has_project(std::string_view project) const {
    for (auto const& key : batches_) {
      if (key.project == project) return true;
    }
    return false;
  }

 private:
  std::deque<stored_run> runs_;
  std::unordered_set<std::string_view> ids_;
  std::map<batch_key, std::vector<stored_run const*>> by_batch_;
  std::vector<batch_key> batches_;
};

namespace detail {

/// What stands between the white space around it.
inline std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

inline void add_line(dataset& runs, std::string_view text, std::string const& source,
                     std::size_t line) {
  try {
    runs.add(parse_run(std::string{text}));
  } catch (std::exception const& problem) {
    throw dataset_error{source, line, problem.what()};
  }
}

}  // namespace detail

/// Reads runs, one JSON object a line; empty lines are skipped. `source` names the input in errors.
/// Throws: dataset_error.
inline dataset read_jsonl(std::istream& input, std::string const& source = "input") {
  dataset runs;
  std::string line;
  for (std::size_t number = 1; std::getline(input, line); ++number) {
    std::string_view text = line;
    if (number == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    text = detail::trimmed(text);
    if (!text.empty()) detail::add_line(runs, text, source, number);
  }
  if (input.bad()) throw dataset_error{source, 0, "reading failed part-way; try it again"};
  if (runs.empty()) {
    throw dataset_error{source, 0, "no runs in it: expected one JSON object of a run a line"};
  }
  return runs;
}

/// Reads a JSONL file of runs, as `read_jsonl` does. Throws: dataset_error.
inline dataset load_jsonl(std::string const& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    throw dataset_error{path, 0,
                        std::string{"cannot be opened ("} + std::strerror(errno) +
                            "): check the path and your right to read it"};
  }
  return read_jsonl(file, path);
}

}  // namespace simruns::simulator
