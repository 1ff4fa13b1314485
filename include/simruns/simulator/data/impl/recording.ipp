#pragma once

#include "simruns/config.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/page/run.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/recording.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// The file of a recording, and every line that it has or is to have.
class recording::file {
 public:
  explicit file(std::string path);

  void add(std::string body);
  void close();

  std::size_t size() const {
    std::scoped_lock const lock{mutex_};
    return lines_.size();
  }

  std::size_t left_out() const {
    std::scoped_lock const lock{mutex_};
    return unreadable_;
  }

 private:
  void take_existing();
  /// True if the run was not there before.
  bool remember(std::string_view id, std::string line);
  void keep(run const& found);

  [[noreturn]] void fail(std::string const& what) const {
    throw dataset_error{path_, 0,
                        what + " (" + std::strerror(errno) +
                            "): check the folder, your right to write there, and the disk's room"};
  }

  std::string path_;
  mutable std::mutex mutex_;
  std::ofstream out_;
  std::vector<std::string> lines_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::size_t unreadable_ = 0;
  bool replaced_ = false;
  bool cut_ = false;  ///< The file does not end with the end of its last line.
};

SIMRUNS_INLINE recording::file::file(std::string path) : path_{std::move(path)} {
  take_existing();
  out_.open(path_, std::ios::binary | std::ios::app);
  if (!out_) fail("cannot be written");
  if (cut_) out_ << '\n';
}

SIMRUNS_INLINE void recording::file::add(std::string body) {
  auto const parsed = parse_page(std::move(body));
  std::scoped_lock const lock{mutex_};
  if (!parsed) {
    ++unreadable_;
    return;
  }
  for (auto const& run : *parsed) keep(run);
  out_.flush();
  if (!out_) fail("cannot be written");
}

SIMRUNS_INLINE void recording::file::close() {
  std::scoped_lock const lock{mutex_};
  if (!out_.is_open()) return;
  out_.close();
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
  std::error_code error;
  std::filesystem::rename(fresh, path_, error);
  if (error) fail("cannot be replaced");
  replaced_ = false;
}

SIMRUNS_INLINE void recording::file::take_existing() {
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

SIMRUNS_INLINE bool recording::file::remember(std::string_view id, std::string line) {
  auto const [entry, fresh] = index_.try_emplace(std::string{id}, lines_.size());
  if (fresh) {
    lines_.push_back(std::move(line));
    return true;
  }
  auto& before = lines_[entry->second];
  if (before != line) {
    before = std::move(line);
    replaced_ = true;
  }
  return false;
}

SIMRUNS_INLINE void recording::file::keep(run const& found) {
  std::string line{found.json()};
  // Within JSON a line break can only stand between two tokens.
  std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  try {
    parse_run(line);  // what cannot be served is not kept
  } catch (std::exception const&) {
    ++unreadable_;
    return;
  }
  if (remember(found.id, line)) out_ << line << '\n';
}

SIMRUNS_INLINE recording::recording(std::string path)
    : file_{std::make_unique<file>(std::move(path))} {}

SIMRUNS_INLINE recording::~recording() {
  try {
    close();
  } catch (std::exception const&) {  // whoever wants to know calls `close`
  }
}

SIMRUNS_INLINE void recording::add(std::string body) { file_->add(std::move(body)); }

SIMRUNS_INLINE std::size_t recording::size() const { return file_->size(); }

SIMRUNS_INLINE std::size_t recording::left_out() const { return file_->left_out(); }

SIMRUNS_INLINE void recording::close() { file_->close(); }

}  // namespace simruns::simulator
