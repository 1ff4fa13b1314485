#pragma once

#include "simruns/json/object_members.hpp"
#include "simruns/page/run.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

/// Which result belongs to which criterion.
namespace simruns::detail {

/// Names with the position of each; finds those that are there exactly once.
class unique_names {
 public:
  void clear() noexcept { names_.clear(); }
  void add(std::string_view name, std::size_t position) { names_.emplace_back(name, position); }
  /// After the last `add`, before the first `find`.
  void sort() {
    if (names_.size() > few) std::ranges::sort(names_);
  }

  std::optional<std::size_t> find(std::string_view name) const {
    if (names_.size() <= few) return find_among_few(name);
    auto const found = std::ranges::equal_range(names_, name, {}, &entry::first);
    if (found.size() != 1) return std::nullopt;
    return found.begin()->second;
  }

 private:
  using entry = std::pair<std::string_view, std::size_t>;
  static constexpr std::size_t few = 8;

  std::optional<std::size_t> find_among_few(std::string_view name) const {
    std::optional<std::size_t> out;
    for (auto const& [known, position] : names_) {
      if (!same_text(known, name)) continue;
      if (out) return std::nullopt;
      out = position;
    }
    return out;
  }

  std::vector<entry> names_;
};

/// The result of a criterion, as far as it says something.
struct judged_result {
  std::optional<std::string_view> json;
  std::optional<std::string_view> name;
  std::optional<bool> success;
  std::optional<std::string_view> reason;
};

/// Reads what the table shows of results and of params. Its texts live as long as the reader.
class result_reader {
 public:
  judged_result result(std::string_view json) {
    judged_result out;
    out.json = json;
    std::optional<std::string_view> explanation;
    said_success said;
    for (object_members m(json); m.next();) {
      auto const key = key_of(m);
      if (same_text(key, "name")) out.name = texts_.read(m.value());
      if (same_text(key, "reason")) out.reason = texts_.read(m.value());
      if (same_text(key, "explanation")) explanation = texts_.read(m.value());
      said.see(key, m.value());
    }
    out.success = said.value();
    if (!out.reason) out.reason = explanation;
    return out;
  }

  /// `name` of a criterion's params.
  std::optional<std::string_view> name(std::string_view params) {
    std::optional<std::string_view> out;
    for (object_members m(params); m.next();) {
      if (same_text(key_of(m), "name")) out = texts_.read(m.value());
    }
    return out;
  }

 private:
  std::string_view key_of(object_members const& m) { return texts_.read(m.key()); }

  text_reader texts_;
};

}  // namespace simruns::detail
