#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/json/scanner.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/page/run.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/detail/replace_file.hpp"
#include "simruns/simulator/data/detail/told_line.hpp"
#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/data/recording.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/text/line_file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace simruns::simulator {

namespace detail {

/// Whether a line is the beginning of an object, as a write that was cut short leaves it.
inline bool is_torn(std::string_view line) {
  std::string const text{line};  // a NUL has to stand behind what is scanned
  simruns::detail::json_scanner in{text};
  std::string_view ignored;
  return text.starts_with('{') && !in.value(ignored, simruns::detail::most_json_depth);
}

/// Whether a text is one JSON object.
inline bool is_object(std::string const& text) {
  simruns::detail::json_scanner in{text};
  std::string_view whole;
  if (!in.value(whole, simruns::detail::most_json_depth) || !whole.starts_with('{')) return false;
  in.peek();
  return in.at_end();
}

/// The elements of the `data` of a page. Of two such members the last one counts.
inline std::vector<std::string_view> items_of(std::string_view page) {
  std::vector<std::string_view> items;
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{page}; m.next();) {
    if (texts.read(m.key()) != "data") continue;
    items.clear();
    simruns::detail::json_scanner in{m.value()};
    std::string_view item;
    if (!in.take_if('[') || in.peek() == ']') continue;
    do {
      in.peek();
      if (in.value(item, simruns::detail::most_json_depth)) items.push_back(item);
    } while (in.take_if(','));
  }
  return items;
}

/// The same JSON without line breaks, which can only stand between two tokens.
inline std::string in_one_line(std::string_view json) {
  std::string line{json};
  std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

}  // namespace detail

/// The file of a recording, and every line that it has or is to have.
class recording::file {
 public:
  explicit file(std::string path);

  void add(std::string body, endpoint what, batch_key const& asked);
  void close();

  std::size_t size() const {
    std::scoped_lock const lock{mutex_};
    return lines_.size() - told_;
  }

  std::size_t left_out() const {
    std::scoped_lock const lock{mutex_};
    return unreadable_;
  }

 private:
  /// Which run, scenario or batch a line is of. Of a run: its batch and its id. Where it has no id,
  /// its text, and how many of that text stand before it on its page.
  using identity = std::tuple<endpoint, batch_key, std::string, std::string, std::size_t>;
  using counts = std::map<std::string, std::size_t>;

  static identity identity_of(stored_run const& run, counts& nameless) {
    if (!run.id.empty()) return {endpoint::run, run.key, run.id, {}, 0};
    return {endpoint::run, run.key, {}, run.json, nameless[run.json]++};
  }

  static identity identity_of(detail::told_item const& told) {
    if (auto const* batch = std::get_if<stored_batch>(&told)) {
      return {endpoint::batch, batch->key, {}, {}, 0};
    }
    auto const& scenario = std::get<stored_scenario>(told);
    return {endpoint::scenarios, {scenario.project, scenario.reference, {}}, {}, {}, 0};
  }

  void take_existing();
  void take_told(detail::told_item const& told);
  /// These keep what a body holds. False: a part of it is new, and could not be written.
  bool keep_runs(std::string body);
  bool keep_told(std::string const& body, endpoint what, batch_key const& asked);
  bool keep_told(std::string_view json, bool of_scenario, batch_key const& asked);
  bool keep(run const& found, counts& nameless);
  bool keep(identity which, std::string line);
  void rewrite();

  [[noreturn]] void fail(std::string const& what, int error) const {
    throw dataset_error{out_.path(), 0,
                        what + " (" + std::strerror(error) +
                            "): check the folder, your right to write there, and the disk's room"};
  }

  mutable std::mutex mutex_;
  simruns::detail::line_file out_;
  std::vector<std::string> lines_;
  std::map<identity, std::size_t> index_;
  std::set<identity> missing_;  ///< The runs that could not be written, and did not come again.
  std::size_t told_ = 0;        ///< The lines that are of no run.
  std::size_t unreadable_ = 0;
  bool replaced_ = false;
  bool closed_ = false;
};

/// Refuses what is there and no file, before it is opened: a pipe would wait for its reader.
SIMRUNS_INLINE std::string of_a_file(std::string path) {
  std::error_code unknown;
  auto const found = std::filesystem::status(path, unknown);
  if (!exists(found) || is_regular_file(found)) return path;
  throw dataset_error{path, 0, "cannot be written: it is no regular file; give another name"};
}

SIMRUNS_INLINE recording::file::file(std::string path) : out_{of_a_file(std::move(path))} {
  if (!out_.is_open()) fail("cannot be written", out_.error());
  take_existing();
}

SIMRUNS_INLINE void recording::file::add(std::string body, endpoint what, batch_key const& asked) {
  std::scoped_lock const lock{mutex_};
  if (closed_) throw dataset_error{out_.path(), 0, "cannot be written: the recording is closed"};
  bool all = true;
  if (what == endpoint::runs) {
    all = keep_runs(std::move(body));
  } else if (what == endpoint::run) {
    all = keep_runs("{\"data\":[" + body + "]}");
  } else {
    all = keep_told(body, what, asked);
  }
  if (!all) fail("cannot be written", out_.error());
}

SIMRUNS_INLINE bool recording::file::keep_runs(std::string body) {
  auto const parsed = parse_page(std::move(body));
  if (!parsed) {
    ++unreadable_;
    return true;
  }
  bool all = true;
  counts nameless;
  for (auto const& run : *parsed) all = keep(run, nameless) && all;
  return all;
}

SIMRUNS_INLINE bool recording::file::keep_told(std::string const& body, endpoint what,
                                               batch_key const& asked) {
  if (!detail::is_object(body)) {
    ++unreadable_;
    return true;
  }
  if (what == endpoint::batch) return keep_told(body, false, asked);
  bool all = true;
  for (auto const json : detail::items_of(body)) {
    all = keep_told(json, what == endpoint::scenarios, asked) && all;
  }
  return all;
}

SIMRUNS_INLINE bool recording::file::keep_told(std::string_view json, bool of_scenario,
                                               batch_key const& asked) {
  try {
    auto text = detail::in_one_line(json);
    detail::told_item told;
    if (of_scenario) {
      told = parse_scenario(std::move(text), asked.project);
    } else {
      told = parse_batch(std::move(text), asked);
    }
    return keep(identity_of(told), detail::told_line(told));
  } catch (std::exception const&) {  // what names no reference is no scenario and no batch
    return true;
  }
}

SIMRUNS_INLINE void recording::file::close() {
  std::scoped_lock const lock{mutex_};
  if (std::exchange(closed_, true)) return;
  out_.close();
  if (replaced_) rewrite();
  if (missing_.empty()) return;
  fail("holds " + std::to_string(lines_.size() - told_) + " runs, and lacks " +
           std::to_string(missing_.size()) + " that could not be written",
       out_.error());
}

SIMRUNS_INLINE void recording::file::take_existing() {
  auto in = detail::open_runs(out_.path());
  dataset known;
  std::optional<std::uintmax_t> torn_at;
  bool ended = true;
  detail::each_line(in, out_.path(), [&](detail::input_line const& line) {
    ended = line.ended;
    if (!ended && detail::is_torn(line.text)) {
      torn_at = line.begin;
    } else if (auto const told = detail::add_line(known, line, out_.path())) {
      take_told(*told);
    }
  });
  for (auto const& key : known.batches()) {
    counts nameless;
    for (auto const* run : known.runs_of(key)) {
      index_.emplace(identity_of(*run, nameless), lines_.size());
      lines_.push_back(run->json);
    }
  }
  bool const whole = torn_at ? out_.cut(*torn_at) : ended || out_.append("");
  if (!whole) fail("ends within a line, and cannot be mended", out_.error());
}

SIMRUNS_INLINE void recording::file::take_told(detail::told_item const& told) {
  auto const [entry, fresh] = index_.try_emplace(identity_of(told), lines_.size());
  if (fresh) {
    ++told_;
    lines_.push_back(detail::told_line(told));
  } else {
    lines_[entry->second] = detail::told_line(told);
    replaced_ = true;
  }
}

SIMRUNS_INLINE bool recording::file::keep(run const& found, counts& nameless) {
  stored_run kept;
  try {
    kept = parse_run(detail::in_one_line(found.json()));
  } catch (std::exception const&) {  // what cannot be served is not kept
    ++unreadable_;
    return true;
  }
  auto which = identity_of(kept, nameless);
  return keep(std::move(which), std::move(kept.json));
}

SIMRUNS_INLINE bool recording::file::keep(identity which, std::string line) {
  auto const known = index_.find(which);
  if (known != index_.end()) {
    auto& before = lines_[known->second];
    replaced_ = replaced_ || before != line;
    before = std::move(line);
    return true;
  }
  if (!out_.append(line)) {
    missing_.insert(std::move(which));
    return false;
  }
  missing_.erase(which);
  if (std::get<endpoint>(which) != endpoint::run) ++told_;
  index_.emplace(std::move(which), lines_.size());
  lines_.push_back(std::move(line));
  return true;
}

/// Replaces the file by one with the latest text of each run.
SIMRUNS_INLINE void recording::file::rewrite() {
  auto const done = detail::replace_file(out_.path(), lines_);
  if (done.error == 0) return;
  if (!done.kept.empty()) {
    fail("cannot be replaced by " + done.kept + ", which holds all runs", done.error);
  }
  fail("lacks the latest texts of runs that came again, and cannot be replaced", done.error);
}

SIMRUNS_INLINE recording::recording(std::string path)
    : file_{std::make_unique<file>(std::move(path))} {}

SIMRUNS_INLINE recording::~recording() {
  try {
    close();
  } catch (std::exception const&) {  // whoever wants to know calls `close`
  }
}

SIMRUNS_INLINE void recording::add(std::string body, endpoint what, batch_key const& asked) {
  file_->add(std::move(body), what, asked);
}

SIMRUNS_INLINE std::size_t recording::size() const { return file_->size(); }

SIMRUNS_INLINE std::size_t recording::left_out() const { return file_->left_out(); }

SIMRUNS_INLINE void recording::close() { file_->close(); }

}  // namespace simruns::simulator
