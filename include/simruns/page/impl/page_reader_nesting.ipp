#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_reader.hpp"

#include <bit>

namespace simruns::detail {

/// Objects and arrays: entering and leaving them, and where their contents go.

SIMRUNS_INLINE bool page_reader::object(shape kind, void* target) {
  if (depth_left() == 0) return in_.fail(json_fault::too_deep);
  auto& frame = frames_.push(kind, target);
  frame.start = in_.at();
  frame.extras_begin = extras_.size();
  in_.take();
  if (in_.peek() != '}') {
    do {
      if (!next_member(frame)) return false;
    } while (in_.take_if(','));
  }
  if (!in_.take('}')) return false;
  leave_object();
  return done();
}

SIMRUNS_INLINE bool page_reader::array(shape kind) {
  if (depth_left() == 0) return in_.fail(json_fault::too_deep);
  auto& frame = frames_.push(kind, nullptr);
  if (kind == shape::turns) frame.scratch_begin = turns_.size();
  if (kind == shape::criteria) frame.scratch_begin = criteria_.size();
  if (kind == shape::results) frame.scratch_begin = results_.size();
  in_.take();
  if (in_.peek() != ']') {
    do {
      if (!element(frame)) return false;
      ++frame.index;
    } while (in_.take_if(','));
  }
  if (!in_.take(']')) return false;
  leave_array();
  return done();
}

SIMRUNS_INLINE bool page_reader::element(page_frame& frame) {
  run_issues noted;
  noted.begin = data_.issues.size();
  noted.dropped_begin = data_.issues_dropped;
  char const first = in_.peek();
  bool const is_object = first == '{';
  if (!is_object) frames_.report_mismatch("object", type_of_value(first));
  shape inner{};
  void* const target = enter_element(frame, inner);
  bool const is_run = inner == shape::run;
  if (is_run) run_issues_.push_back(noted);
  bool const to_check = is_run || frame.index % 256 == 255;  // 256 turns are some 30 KB
  if (to_check && !within_limits()) return false;
  bool const well = is_object && target != nullptr ? object(inner, target) : plain_element(frame);
  if (is_run) end_run();
  return well;
}

/// An element of no shape of its own, or one of the wrong type: kept as it is.
SIMRUNS_INLINE bool page_reader::plain_element(page_frame const& frame) {
  std::string_view json;
  if (!in_.value(json, depth_left())) return false;
  if (frame.kind == shape::runs) data_.runs.back().json_text = json;
  if (frame.kind == shape::results) results_.push_back(json);
  return done();
}

/// Makes room for one more element of `array`; null where its elements are free JSON.
SIMRUNS_INLINE void* page_reader::enter_element(page_frame const& array, shape& inner) {
  switch (array.kind) {
    case shape::runs:
      inner = shape::run;
      return &data_.runs.emplace_back();
    case shape::turns:
      inner = shape::turn;
      return &turns_.emplace_back();
    case shape::criteria:
      inner = shape::criterion;
      return &criteria_.emplace_back();
    default:
      inner = shape::results;
      return nullptr;
  }
}

SIMRUNS_INLINE bool page_reader::nested_value(page_frame& frame, bool is_object) {
  member const& m = *frame.current;
  if (m.kind == (is_object ? member_kind::object : member_kind::array)) {
    clear_field(frames_, false);
    auto* const target = inner_target(m.inner);
    return is_object ? object(m.inner, target) : array(m.inner);
  }
  bool const wanted = is_object && m.kind == member_kind::json;
  if (!wanted) set_mismatch(frames_, is_object ? "object" : "array");
  std::string_view json;
  if (!in_.value(json, depth_left())) return false;
  if (wanted) field_of<maybe<std::string_view>>(frame, m) = json;
  return true;
}

/// The struct that an object of this shape fills; null for an array.
SIMRUNS_INLINE void* page_reader::inner_target(shape inner) {
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

SIMRUNS_INLINE void page_reader::leave_object() {
  auto& frame = frames_.top();
  if (frame.kind == shape::run) {
    auto& id = static_cast<run*>(frame.target)->id;
    if (id.data() == nullptr) id = frame.other_id;
    if (id.data() != nullptr) frame.seen |= 1u << run_id_index;  // `_id` will do
  }
  for (auto missing = required_of(frame.kind) & ~frame.seen; missing != 0; missing &= missing - 1) {
    frames_.report_missing(frame.members[static_cast<std::size_t>(std::countr_zero(missing))]);
  }
  auto const extra = take_extras(frame);
  frames_.pop();
  store_object(frame, extra);  // there until the next is pushed
}

SIMRUNS_INLINE void page_reader::store_object(page_frame const& closed,
                                              std::span<extra_member const> extra) {
  switch (closed.kind) {
    case shape::root:
      data_.extra = extra;
      break;
    case shape::run: {
      auto& r = *static_cast<run*>(closed.target);
      r.extra = extra;
      r.json_text = slice_from(closed.start);
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

SIMRUNS_INLINE void page_reader::leave_array() {
  auto const& closed = frames_.top();
  frames_.pop();  // there until the next is pushed
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

SIMRUNS_INLINE void page_reader::end_run() {
  auto& noted = run_issues_.back();
  noted.end = data_.issues.size();
  noted.dropped_end = data_.issues_dropped;
}

/// Gives each run its part of the page's issues, which no longer move.
SIMRUNS_INLINE void page_reader::share_issues() {
  std::span<issue const> const all = data_.issues;
  for (std::size_t i = 0; i < run_issues_.size(); ++i) {
    auto const& noted = run_issues_[i];
    data_.runs[i].issues = all.subspan(noted.begin, noted.end - noted.begin);
    data_.runs[i].issues_dropped = noted.dropped_end - noted.dropped_begin;
  }
}

}  // namespace simruns::detail
