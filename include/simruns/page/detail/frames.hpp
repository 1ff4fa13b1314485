#pragma once

#include "simruns/page/detail/contract.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/detail/values.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/query/resource.hpp"
#include "simruns/text/redactor.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::detail {

/// One open object or array of a shape that we know.
struct page_frame {
  shape kind = shape::root;
  void* target = nullptr;           ///< The struct that an object fills; null for an array.
  std::span<member const> members;  ///< What an object of this shape may have.
  std::uint32_t required = 0;       ///< A bit for each member that it must have.
  std::uint32_t seen = 0;           ///< A bit for each member that came.
  std::uint32_t next_guess = 0;     ///< The member that is due if the server keeps to its order.
  member const* current = nullptr;  ///< The member whose value is read; null if it is unknown.
  std::string_view unknown_key;     ///< The key of an unknown member whose value is read.
  std::string_view other_id;        ///< What an item is known by where no `id` came.
  std::size_t index = 0;            ///< How many elements of an array came so far.
  std::size_t scratch_begin = 0;    ///< Where the elements of an array begin in the scratch.
  std::size_t extras_begin = 0;     ///< Where the extras of an object begin in the scratch.
  char const* start = nullptr;      ///< The opening bracket of an object.
};

/// The open frames, the path to them, and the issues that were found on the way.
class page_frames {
 public:
  page_frames(page_data& data, parse_limits const& limits, resource what)
      : data_(data), limits_(limits), has_runs_(what == resource::runs || what == resource::run) {}

  page_frame& top() noexcept { return frames_[depth_ - 1]; }
  std::size_t depth() const noexcept { return depth_; }

  page_frame& push(shape kind, void* target) {
    auto& frame = frames_[depth_++];
    frame = page_frame{};
    frame.kind = kind;
    frame.target = target;
    frame.members = members_of(kind);
    frame.required = required_of(kind);
    if (kind == shape::run && !has_runs_) {
      frame.members = entry_members;
      frame.required = 1u << id_index;
    }
    return frame;
  }
  void pop() noexcept { --depth_; }

  /// Closes the frames beyond the first `depth`.
  void cut(std::size_t depth) noexcept { depth_ = depth; }

  /// Makes the member that `key` names the current one. Reports a member that came before.
  void select(std::string_view key, std::string_view stable_key) {
    auto& frame = top();
    auto const count = frame.members.size();
    frame.current = nullptr;
    frame.unknown_key = stable_key;
    for (std::size_t tried = 0, i = frame.next_guess; tried < count; ++tried, ++i) {
      if (i >= count) i -= count;
      if (frame.members[i].name != key) continue;
      frame.current = &frame.members[i];
      frame.next_guess = static_cast<std::uint32_t>(i + 1);
      auto const bit = std::uint32_t{1} << i;
      if ((frame.seen & bit) != 0) report("duplicate member; the last wins");
      frame.seen |= bit;
      return;
    }
  }

  /// A text of the body, fit for a message.
  std::string shown(std::string_view text) const {
    return excerpt(text, most_shown_bytes, data_.strike.get());
  }

  /// Adds an issue at the current path.
  void report(std::string_view message) {
    if (keeps_issue()) keep(path(), message);
  }

  void report_mismatch(std::string_view expected, std::string_view found) {
    if (keeps_issue())
      keep(path(), "expected " + std::string(expected) + ", got " + std::string(found));
  }

  void report_missing(member const& m) {
    if (keeps_issue()) keep(parent_path() + "/" + std::string(m.name), "required, but missing");
  }

  /// Whether a `data` array came, and no other `data` after it.
  bool data_seen = false;

  std::size_t issues_seen() const noexcept { return data_.issues.size() + data_.issues_dropped; }

  /// A JSON pointer (RFC 6901) to the value that is read.
  std::string path() {
    std::string out = parent_path();
    auto const& frame = top();
    if (frame.target == nullptr) return out + "/" + std::to_string(frame.index);
    auto const key = frame.current != nullptr ? frame.current->name : frame.unknown_key;
    return out + "/" + std::string(key);
  }

  /// Whether an issue ends the decoding, as it does where that is strict.
  bool refused() const noexcept { return limits_.strict && issues_seen() != 0; }

 private:
  std::string parent_path() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < depth_; ++i) {
      auto const& frame = frames_[i];
      out += '/';
      if (frame.target == nullptr) {
        out += std::to_string(frame.index);
      } else {
        out += frame.current->name;
      }
    }
    return out;
  }

  /// Whether there is room for one more issue. If not, counts it, which is all that it costs.
  bool keeps_issue() noexcept {
    bool const first_of_strict = limits_.strict && data_.issues.empty();
    if (data_.issues.size() < limits_.max_issues || first_of_strict) return true;
    ++data_.issues_dropped;
    return false;
  }

  void keep(std::string const& where, std::string_view message) {
    issue noted;
    noted.path = data_.memory.copy(std::string_view(where));
    noted.message = data_.memory.copy(message);
    data_.issues.push_back(noted);
  }

  // root > runs > run > metrics > results is the deepest; errorInfo and a turn are as deep.
  static constexpr std::size_t max_known_depth = 6;

  page_data& data_;
  parse_limits const& limits_;
  bool has_runs_;  ///< Whether the items of the page are runs.
  std::array<page_frame, max_known_depth> frames_;
  std::size_t depth_ = 0;
};

}  // namespace simruns::detail
