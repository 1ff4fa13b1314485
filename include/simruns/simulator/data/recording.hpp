#pragma once

#include "simruns/page/parse_page.hpp"
#include "simruns/simulator/data/dataset.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// Keeps every run of the pages that it is given in a JSONL file, one line a run, as `load_jsonl`
/// reads it. A run that comes again replaces the one before: in memory at once, in the file when
/// the recording is closed; a new run is appended at once. Threads: any.
class recording {
 public:
  /// Goes on with the file where there is one. Throws: dataset_error if it cannot be read as runs,
  /// or cannot be written.
  explicit recording(std::string path) : path_{std::move(path)} {
    take_existing();
    file_.open(path_, std::ios::binary | std::ios::app);
    if (!file_) fail("cannot be written");
    if (cut_) file_ << '\n';
  }

  recording(recording const&) = delete;
  recording& operator=(recording const&) = delete;
  ~recording() {
    try {
      close();
    } catch (std::exception const&) {  // whoever wants to know calls `close`
    }
  }

  /// Keeps the runs of a page's body; of a body that is no page, nothing.
  /// Throws: dataset_error if the file cannot be written.
  void add(std::string body) {
    auto const parsed = parse_page(std::move(body));
    std::scoped_lock const lock{mutex_};
    if (!parsed) {
      ++unreadable_;
      return;
    }
    for (auto const& run : *parsed) keep(run);
    file_.flush();
    if (!file_) fail("cannot be written");
  }

  /// Runs that are kept.
  std::size_t size() const {
    std::scoped_lock const lock{mutex_};
    return lines_.size();
  }

  /// What could not be kept: runs without an id or their references, and answers that are no page.
  std::size_t left_out() const {
    std::scoped_lock const lock{mutex_};
    return unreadable_;
  }

  /// Writes what was replaced. A second call does nothing.
  /// Throws: dataset_error if the file cannot be written.
  void close() {
    std::scoped_lock const lock{mutex_};
    if (!file_.is_open()) return;
    file_.close();
    if (!replaced_) return;
    auto const fresh = path_ + ".new";
    {
      std::ofstream out{fresh, std::ios::binary | std::ios::trunc};
      for (auto const& line : lines_) out << line << '\n';
      out.flush();
      std::error_code ignored;
      if (!out) std::filesystem::remove(fresh, ignored);
      if (!out) fail("cannot be written");
    }
    std::error_code problem;
    std::filesystem::rename(fresh, path_, problem);
    if (problem) fail("cannot be replaced");
    replaced_ = false;
  }

 private:
  void take_existing() {
    std::error_code missing;
    if (!std::filesystem::exists(path_, missing) || std::filesystem::file_size(path_) == 0) return;
    auto const known = load_jsonl(path_);
    std::ifstream last{path_, std::ios::binary};
    last.seekg(-1, std::ios::end);
    cut_ = last.get() != '\n';
    for (auto const& key : known.batches()) {
      for (auto const* run : known.runs_of(key)) remember(run->id, run->json);
    }
  }

  /// True if the run was not there before.
  bool remember(std::string_view id, std::string line) {
    auto const [place, fresh] = index_.try_emplace(std::string{id}, lines_.size());
    if (fresh) {
      lines_.push_back(std::move(line));
      return true;
    }
    auto& before = lines_[place->second];
    if (before != line) {
      before = std::move(line);
      replaced_ = true;
    }
    return false;
  }

  void keep(run const& found) {
    std::string line{found.json()};
    // Within JSON a line break can only stand between two tokens.
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    try {
      parse_run(line);  // what cannot be served is not kept
    } catch (std::exception const&) {
      ++unreadable_;
      return;
    }
    if (remember(found.id, line)) file_ << line << '\n';
  }

  [[noreturn]] void fail(std::string const& what) const {
    throw dataset_error{path_, 0,
                        what + " (" + std::strerror(errno) +
                            "): check the folder, your right to write there, and the disk's room"};
  }

  std::string path_;
  mutable std::mutex mutex_;
  std::ofstream file_;
  std::vector<std::string> lines_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::size_t unreadable_ = 0;
  bool replaced_ = false;
  bool cut_ = false;  ///< The file does not end with its last line's end.
};

}  // namespace simruns::simulator
