#pragma once

#include "simruns/page/detail/contract.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/parse_limits.hpp"

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
  std::span<member const> members;  ///< Of an object.
  std::uint32_t seen = 0;           ///< A bit a member that came.
  std::uint32_t next_guess = 0;  ///< Servers write members in one order: the next is likely here.
  member const* current = nullptr;  ///< The member whose value comes; null for one we do not know.
  std::string_view unknown_key;     ///< Its key then.
  std::string_view other_id;        ///< Of a run: `_id`, used where no `id` came.
  std::size_t index = 0;            ///< Of an array: elements so far.
  std::size_t scratch_begin = 0;    ///< Of an array: where its elements begin in the scratch.
  std::size_t extras_begin = 0;     ///< Of an object: where its extras begin in the scratch.
  char const* start = nullptr;      ///< Of an object: its opening bracket.
};

/// The open frames, the path to them, and the issues found on the way.
class page_frames {
 public:
  page_frames(page_data& data, parse_limits const& limits) : data_(data), limits_(limits) {}

  page_frame& top() noexcept { return frames_[depth_ - 1]; }
  std::size_t depth() const noexcept { return depth_; }

  page_frame& push(shape kind, void* target) {
    auto& frame = frames_[depth_++];
    frame = page_frame{};
    frame.kind = kind;
    frame.target = target;
    frame.members = members_of(kind);
    return frame;
  }
  void pop() noexcept { --depth_; }

  /// Finds the member that `key` names in the open object. Reports a member that came before.
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

  /// Notes that the value at the current path is odd.
  void report(std::string_view message) {
    if (keeps_issue()) keep(path(), message);
  }

  void report_mismatch(std::string_view expected, std::string_view got) {
    if (keeps_issue())
      keep(path(), "expected " + std::string(expected) + ", got " + std::string(got));
  }

  void report_missing(member const& m) {
    if (keeps_issue()) keep(parent_path() + "/" + std::string(m.name), "required, but missing");
  }

  /// Whether a `data` array came, and no other `data` after it.
  bool data_seen = false;

  std::size_t issues_seen() const noexcept { return data_.issues.size() + data_.issues_dropped; }

  /// JSON pointer (RFC 6901) to the value that comes.
  std::string path() {
    std::string out = parent_path();
    auto const& frame = top();
    if (frame.target == nullptr) return out + "/" + std::to_string(frame.index);
    auto const key = frame.current != nullptr ? frame.current->name : frame.unknown_key;
    return out + "/" + std::string(key);
  }

  /// The first issue, where the page is decoded strictly.
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

  /// Beyond the limit an issue is counted, and costs no more than that.
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
  std::array<page_frame, max_known_depth> frames_;
  std::size_t depth_ = 0;
};

}  // namespace simruns::detail
