#pragma once

#include "simruns/detail/page_handler.hpp"

namespace simruns {

namespace detail {

inline page_handler::page_handler(page_data& data, parse_limits const& limits)
    : data_(data), limits_(limits), tracker_(data.body), frames_(data, limits) {}

inline bool page_handler::refuse(errc code, std::string message, error_code& ec) {
  refusal_code_ = code;
  refusal_ = std::move(message);
  ec = make_error_code(code);
  return false;
}

/// After each value: whether decoding goes on.
inline bool page_handler::done(error_code& ec) {
  if (!frames_.refused()) return true;
  auto const& first = data_.issues.empty() ? issue{} : data_.issues.front();
  return refuse(errc::decode, std::string(first.path) + ": " + std::string(first.message), ec);
}

inline bool page_handler::gather(std::string_view part) {
  escaped_ = true;
  if (free_depth_ == 0) pieces_ += part;
  return true;
}

/// The whole of a key or string: its text, which lives as long as the page, and its JSON text.
inline std::string_view page_handler::finish_text(std::string_view last, std::string_view& json) {
  if (!escaped_ && tracker_.holds(last)) {
    json = tracker_.plain_string(last);
    return last;
  }
  json = tracker_.escaped_string();
  escaped_ = false;
  if (free_depth_ != 0) return {};
  pieces_ += last;
  auto const text = data_.memory.copy(std::string_view(pieces_));
  pieces_.clear();
  // An unescaped text may be empty without being a slice; it still is a text.
  return text.data() != nullptr ? text : std::string_view{""};
}

inline bool page_handler::on_key(std::string_view last, std::size_t, error_code& ec) {
  std::string_view json;
  auto const key = finish_text(last, json);
  if (free_depth_ == 0) frames_.select(key, key);
  return done(ec);
}

inline bool page_handler::on_string(std::string_view last, std::size_t, error_code& ec) {
  std::string_view json;
  auto const text = finish_text(last, json);
  return scalar(json, "string", ec, [&] { set_text(frames_, text); });
}

inline bool page_handler::number(exact_integer value, std::string_view literal, error_code& ec) {
  auto const json = tracker_.number(literal);
  return scalar(json, "number", ec, [&] { set_number(frames_, value, json); });
}

inline bool page_handler::on_bool(bool value, error_code& ec) {
  auto const json = tracker_.word(value ? 4 : 5);
  return scalar(json, "bool", ec, [&] { set_boolean(frames_, value); });
}

inline bool page_handler::on_null(error_code& ec) {
  auto const json = tracker_.word(4);
  return scalar(json, "null", ec, [&] { set_null(frames_); });
}

inline bool page_handler::scalar(std::string_view json, std::string_view type, error_code& ec,
                                 auto const& set) {
  if (free_depth_ != 0) return true;
  if (frames_.depth() == 0) {
    return refuse(errc::decode, "the body is a " + std::string(type) + ", not an object", ec);
  }
  auto& frame = frames_.top();
  if (frame.target == nullptr) {
    element_scalar(json, type);
  } else if (frame.current == nullptr) {
    extras_.push_back({frame.unknown_key, json});
  } else {
    set();
  }
  return done(ec);
}

/// A scalar where an array wants objects: kept as far as it can be, and reported.
inline bool page_handler::element_scalar(std::string_view json, std::string_view type) {
  auto& array = frames_.top();
  auto const issues_begin = data_.issues.size();
  frames_.report_mismatch("object", type);
  shape inner{};
  enter_element(array, inner);
  if (inner == shape::run) {
    data_.runs.back().json_text = json;
    run_issues_.emplace_back(issues_begin, data_.issues.size());
  }
  if (inner == shape::results) results_.push_back(json);
  ++array.index;
  return true;
}

/// Makes room for one more element of `array`; null where its elements are free JSON.
inline void* page_handler::enter_element(page_frame& array, shape& inner) {
  switch (array.kind) {
    case shape::runs: inner = shape::run; return &data_.runs.emplace_back();
    case shape::turns: inner = shape::turn; return &turns_.emplace_back();
    case shape::criteria: inner = shape::criterion; return &criteria_.emplace_back();
    default: inner = shape::results; return nullptr;
  }
}

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
  if (over_limits(ec)) return false;
  if (frames_.top().target == nullptr) {
    open_element(object, at);
  } else {
    open_member(object, at);
  }
  return done(ec);
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
    clear_field(frame, m, false);
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
      data_seen_ = true;
      data_.runs.clear();
      run_issues_.clear();
      return nullptr;
    case shape::metrics: return &data_.runs.back().metrics;
    case shape::success_rate: rate_ = {}; return &rate_;
    case shape::error_info: error_ = {}; return &error_;
    case shape::pagination: data_.paging = {}; return &data_.paging;
    default: return nullptr;
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
  auto const bytes = data_.memory.capacity() + data_.runs.size() * sizeof(run) +
                     turns_.size() * sizeof(turn) + criteria_.size() * sizeof(criterion) +
                     results_.size() * sizeof(std::string_view) +
                     extras_.size() * sizeof(extra_member);
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
  if (frame.kind == shape::run && static_cast<run*>(frame.target)->id.data() != nullptr) {
    frame.seen |= 1u << run_id_index;  // `_id` will do
  }
  for (std::size_t i = 0; i < frame.members.size(); ++i) {
    if (frame.members[i].required && (frame.seen & (1u << i)) == 0) {
      frames_.report_missing(frame.members[i]);
    }
  }
  auto const extra = data_.memory.copy(extras_.data() + frame.extras_begin,
                                       extras_.size() - frame.extras_begin);
  extras_.resize(frame.extras_begin);
  auto const closed = frame;
  frames_.pop();
  store_object(closed, extra);
}

inline void page_handler::store_object(page_frame const& closed,
                                       std::span<extra_member const> extra) {
  switch (closed.kind) {
    case shape::root: data_.extra = extra; break;
    case shape::run: {
      auto& r = *static_cast<run*>(closed.target);
      r.extra = extra;
      r.json_text = {closed.start, static_cast<std::size_t>(tracker_.last() - closed.start)};
      run_issues_.back().second = data_.issues.size();
      break;
    }
    case shape::turn: static_cast<turn*>(closed.target)->extra = extra; break;
    case shape::criterion: static_cast<criterion*>(closed.target)->extra = extra; break;
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
    case shape::pagination: data_.paging.extra = extra; break;
    default: break;
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

}  // namespace detail

inline boost::system::result<page, parse_error> parse_page(std::string body, parse_limits limits) {
  auto data = std::make_shared<detail::page_data>();
  data->body = std::move(body);
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::basic_parser<detail::page_handler> parser(options, *data, limits);
  auto& handler = parser.handler();
  error_code failed;
  auto const used = parser.write_some(false, data->body.data(), data->body.size(), failed);

  parse_error error;
  error.offset = used;
  if (!handler.refusal().empty()) {
    error.code = handler.refusal_code();
    error.message = handler.refusal();
    return error;
  }
  if (!failed && used < data->body.size()) failed = boost::json::error::extra_data;
  if (failed) {
    error.message = "not JSON at byte " + std::to_string(used) + " of " +
                    std::to_string(data->body.size()) + ": " + failed.message();
    return error;
  }
  if (!handler.data_seen()) {
    error.message = "no `data` array in the body; is the base URL right?";
    error.path = "/data";
    return error;
  }
  handler.finish();
  return page(std::shared_ptr<detail::page_data const>(std::move(data)));
}

}  // namespace simruns
