#pragma once

#include "simruns/detail/page_handler.hpp"

namespace simruns::detail {

/// Objects and arrays: entering and leaving them, and where their contents go.

inline bool page_handler::open(bool object, error_code& ec) {
  char const* const at = tracker_.bracket();
  if (free_depth_ != 0) {
    ++free_depth_;
    return true;
  }
  if (frames_.depth() == 0) {
    if (!object) return refuse(errc::decode, "the body is an array, not an object", ec);
    enter(shape::root, &data_, at);
    return true;
  }
  if (frames_.top().target == nullptr) {
    open_element(object, at);
  } else {
    open_member(object, at);
  }
  return !over_limits(ec) && done(ec);
}

inline void page_handler::open_element(bool object, char const* at) {
  auto& array = frames_.top();
  auto const issues_begin = data_.issues.size();
  if (!object) frames_.report_mismatch("object", "array");
  shape inner{};
  void* const target = enter_element(array, inner);
  if (inner == shape::run) run_issues_.emplace_back(issues_begin, data_.issues.size());
  if (object && target != nullptr) {
    enter(inner, target, at);
  } else {
    begin_free(at, true);
  }
}

inline void page_handler::open_member(bool object, char const* at) {
  auto& frame = frames_.top();
  if (frame.current == nullptr) return begin_free(at, true);
  member const& m = *frame.current;
  if (m.kind == (object ? member_kind::object : member_kind::array)) {
    clear_field(frames_, false);
    enter(m.inner, inner_target(m.inner), at);
    return;
  }
  bool const wanted = object && m.kind == member_kind::json;
  if (!wanted) set_mismatch(frames_, object ? "object" : "array");
  begin_free(at, wanted);
}

/// The struct that an object of this shape fills; null for an array.
inline void* page_handler::inner_target(shape inner) {
  switch (inner) {
    case shape::runs:
      frames_.data_seen = true;
      data_.runs.clear();
      run_issues_.clear();
      return nullptr;
    case shape::metrics:
      return &data_.runs.back().metrics;
    case shape::success_rate:
      rate_ = {};
      return &rate_;
    case shape::error_info:
      error_ = {};
      return &error_;
    case shape::pagination:
      return &data_.paging;
    default:
      return nullptr;
  }
}

inline void page_handler::enter(shape inner, void* target, char const* at) {
  auto& frame = frames_.push(inner, target);
  frame.start = at;
  frame.extras_begin = extras_.size();
  if (inner == shape::turns) frame.scratch_begin = turns_.size();
  if (inner == shape::criteria) frame.scratch_begin = criteria_.size();
  if (inner == shape::results) frame.scratch_begin = results_.size();
}

inline bool page_handler::over_limits(error_code& ec) {
  if (data_.runs.size() > limits_.max_runs) {
    return !refuse(errc::too_large,
                   "more than " + std::to_string(limits_.max_runs) + " runs in one page", ec);
  }
  auto const bytes = data_.memory.capacity() + data_.runs.capacity() * sizeof(run) +
                     turns_.capacity() * sizeof(turn) + criteria_.capacity() * sizeof(criterion) +
                     results_.capacity() * sizeof(std::string_view) +
                     extras_.capacity() * sizeof(extra_member);
  if (bytes <= limits_.max_arena_bytes) return false;
  return !refuse(errc::too_large,
                 "the page needs more than " + std::to_string(limits_.max_arena_bytes) +
                     " bytes beside its body",
                 ec);
}

inline bool page_handler::close(error_code& ec) {
  tracker_.bracket();
  if (free_depth_ != 0) {
    if (--free_depth_ == 0) end_free();
    return done(ec);
  }
  if (frames_.top().target != nullptr) {
    leave_object();
  } else {
    leave_array();
  }
  if (frames_.depth() != 0 && frames_.top().target == nullptr) ++frames_.top().index;
  return done(ec);
}

inline void page_handler::begin_free(char const* at, bool keep) {
  free_depth_ = 1;
  free_start_ = at;
  free_kept_ = keep;
}

inline void page_handler::end_free() {
  std::string_view const json{free_start_, static_cast<std::size_t>(tracker_.last() - free_start_)};
  auto& frame = frames_.top();
  if (frame.target == nullptr) {
    if (frame.kind == shape::runs) data_.runs.back().json_text = json;
    if (frame.kind == shape::results) results_.push_back(json);
    ++frame.index;
  } else if (frame.current == nullptr) {
    extras_.push_back({frame.unknown_key, json});
  } else if (free_kept_) {
    field_of<maybe<std::string_view>>(frame, *frame.current) = json;
  }
}

inline void page_handler::leave_object() {
  auto& frame = frames_.top();
  if (frame.kind == shape::run) {
    auto& id = static_cast<run*>(frame.target)->id;
    if (id.data() == nullptr) id = frame.other_id;
    if (id.data() != nullptr) frame.seen |= 1u << run_id_index;  // `_id` will do
  }
  for (std::size_t i = 0; i < frame.members.size(); ++i) {
    if (frame.members[i].required && (frame.seen & (1u << i)) == 0) {
      frames_.report_missing(frame.members[i]);
    }
  }
  auto const extra =
      data_.memory.copy(extras_.data() + frame.extras_begin, extras_.size() - frame.extras_begin);
  extras_.resize(frame.extras_begin);
  auto const closed = frame;
  frames_.pop();
  store_object(closed, extra);
}

inline void page_handler::store_object(page_frame const& closed,
                                       std::span<extra_member const> extra) {
  switch (closed.kind) {
    case shape::root:
      data_.extra = extra;
      break;
    case shape::run: {
      auto& r = *static_cast<run*>(closed.target);
      r.extra = extra;
      r.json_text = {closed.start, static_cast<std::size_t>(tracker_.last() - closed.start)};
      run_issues_.back().second = data_.issues.size();
      break;
    }
    case shape::turn:
      static_cast<turn*>(closed.target)->extra = extra;
      break;
    case shape::criterion:
      static_cast<criterion*>(closed.target)->extra = extra;
      break;
    case shape::metrics: {
      auto& m = *static_cast<metrics*>(closed.target);
      m.extra = extra;
      m.empty = closed.seen == 0 && extra.empty();
      break;
    }
    case shape::success_rate:
      rate_.extra = extra;
      data_.runs.back().metrics.success_rate = rate_;
      break;
    case shape::error_info:
      error_.extra = extra;
      data_.runs.back().metrics.error_info = error_;
      break;
    case shape::pagination:
      data_.paging.extra = extra;
      break;
    default:
      break;
  }
}

inline void page_handler::leave_array() {
  auto const closed = frames_.top();
  frames_.pop();
  auto const take = [&](auto& scratch) {
    auto const items = data_.memory.copy(scratch.data() + closed.scratch_begin,
                                         scratch.size() - closed.scratch_begin);
    scratch.resize(closed.scratch_begin);
    return items;
  };
  if (closed.kind == shape::runs) return;
  auto& r = data_.runs.back();
  if (closed.kind == shape::turns) r.turns = take(turns_);
  if (closed.kind == shape::criteria) r.criteria = take(criteria_);
  if (closed.kind == shape::results) r.metrics.results = take(results_);
}

/// Gives each run its part of the page's issues, which no longer move.
inline void page_handler::finish() {
  std::span<issue const> const all = data_.issues;
  for (std::size_t i = 0; i < run_issues_.size(); ++i) {
    auto const [begin, end] = run_issues_[i];
    data_.runs[i].issues = all.subspan(begin, end - begin);
  }
}

}  // namespace simruns::detail
