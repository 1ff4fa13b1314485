#pragma once

#include "simruns/detail/page_handler.hpp"

namespace simruns::detail {

/// The scalar events.

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
  auto const& first = data_.issues.front();
  refusal_path_ = first.path;
  return refuse(errc::decode, refusal_path_ + ": " + std::string(first.message), ec);
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
    if (over_limits(ec)) return false;
  } else if (frame.current == nullptr) {
    extras_.push_back({frame.unknown_key, json});
    if (over_limits(ec)) return false;
  } else {
    set();
  }
  return done(ec);
}

/// A scalar where an array wants objects: kept as far as it can be, and reported.
inline void page_handler::element_scalar(std::string_view json, std::string_view type) {
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
}

/// Makes room for one more element of `array`; null where its elements are free JSON.
inline void* page_handler::enter_element(page_frame& array, shape& inner) {
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

}  // namespace simruns::detail
