#pragma once

#include "simruns/json/exact_integer.hpp"
#include "simruns/page/detail/frames.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/detail/values.hpp"
#include "simruns/text/date_time.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

/// Puts one scalar into the field of its member, or reports why it does not fit.
namespace simruns::detail {

template <class T>
T& field_of(page_frame& frame, member const& m) noexcept {
  return *reinterpret_cast<T*>(static_cast<char*>(frame.target) + m.offset);
}

template <class Enum, std::size_t Size>
void set_enum(page_frames& frames, std::array<std::pair<std::string_view, Enum>, Size> const& known,
              std::string_view text) {
  open_enum<Enum> out;
  out.text = text;
  for (auto const& [word, value] : known) {
    if (word == text) out.value = value;
  }
  if (out.value == Enum::unknown) {
    frames.report("unknown value '" + frames.shown(text) + "', kept as text");
  }
  field_of<maybe<open_enum<Enum>>>(frames.top(), *frames.top().current) = out;
}

inline constexpr std::array<std::pair<std::string_view, sentiment>, 3> sentiment_words{{
    {"positive", sentiment::positive},
    {"negative", sentiment::negative},
    {"neutral", sentiment::neutral},
}};
inline constexpr std::array<std::pair<std::string_view, run_status>, 3> status_words{{
    {"SUCCESS", run_status::success},
    {"FAILED", run_status::failed},
    {"ERROR", run_status::error},
}};
inline constexpr std::array<std::pair<std::string_view, error_origin>, 5> category_words{{
    {"NONE", error_origin::none},
    {"LLM_PROVIDER_ERROR", error_origin::llm_provider},
    {"AI_AGENT_TIMEOUT", error_origin::agent_timeout},
    {"AI_AGENT_ERROR", error_origin::agent_error},
    {"UNKNOWN", error_origin::unknown_error},
}};

/// Where `id` goes, or another id, which is kept apart so that their order does not matter.
inline std::string_view& id_field(page_frame& frame, member const& m) noexcept {
  bool const own = &m == &frame.members[id_index];
  return own ? field_of<std::string_view>(frame, m) : frame.other_id;
}

/// Empties the field of the current member; `by_null` makes it null instead of absent.
inline void clear_field(page_frames& frames, bool by_null) {
  auto& frame = frames.top();
  member const& m = *frame.current;
  auto const clear = [&]<class T>(T& field) { field = by_null ? T::null() : T{}; };
  switch (m.kind) {
    case member_kind::text:
    case member_kind::json:
      clear(field_of<maybe<std::string_view>>(frame, m));
      break;
    case member_kind::integer:
      clear(field_of<maybe<std::int64_t>>(frame, m));
      break;
    case member_kind::boolean:
      clear(field_of<maybe<bool>>(frame, m));
      break;
    case member_kind::real:
      clear(field_of<maybe<double>>(frame, m));
      break;
    case member_kind::time:
      clear(field_of<maybe<time_point>>(frame, m));
      break;
    case member_kind::expiry:
      clear(field_of<maybe<time_point>>(frame, m));
      clear(static_cast<run*>(frame.target)->expires_at_text);
      break;
    case member_kind::sentiment:
      clear(field_of<maybe<open_enum<sentiment>>>(frame, m));
      break;
    case member_kind::status:
      clear(field_of<maybe<open_enum<run_status>>>(frame, m));
      break;
    case member_kind::category:
      clear(field_of<maybe<open_enum<error_origin>>>(frame, m));
      break;
    case member_kind::id:
      id_field(frame, m) = {};
      break;
    case member_kind::object:
    case member_kind::array: {
      if (m.inner == shape::runs) frames.data_seen = false;
      if (m.inner == shape::pagination) static_cast<page_data*>(frame.target)->paging = {};
      if (m.inner == shape::turns) static_cast<run*>(frame.target)->turns = {};
      if (m.inner == shape::criteria) static_cast<run*>(frame.target)->criteria = {};
      if (m.inner == shape::metrics) static_cast<run*>(frame.target)->metrics = metrics{};
      if (m.inner == shape::results) clear(static_cast<metrics*>(frame.target)->results);
      if (m.inner == shape::success_rate) clear(static_cast<metrics*>(frame.target)->success_rate);
      if (m.inner == shape::error_info) clear(static_cast<metrics*>(frame.target)->error_info);
      break;
    }
  }
}

inline void set_null(page_frames& frames) {
  clear_field(frames, true);
  auto& frame = frames.top();
  if (frame.current->required) frames.report_mismatch(expected_type(frame.current->kind), "null");
}

inline void set_mismatch(page_frames& frames, std::string_view found) {
  clear_field(frames, false);
  frames.report_mismatch(expected_type(frames.top().current->kind), found);
}

inline void set_text(page_frames& frames, std::string_view text) {
  auto& frame = frames.top();
  member const& m = *frame.current;
  switch (m.kind) {
    case member_kind::text:
      field_of<maybe<std::string_view>>(frame, m) = text;
      break;
    case member_kind::id:
      id_field(frame, m) = text;
      break;
    case member_kind::sentiment:
      set_enum(frames, sentiment_words, text);
      break;
    case member_kind::status:
      set_enum(frames, status_words, text);
      break;
    case member_kind::category:
      set_enum(frames, category_words, text);
      break;
    case member_kind::expiry: {
      auto& when = field_of<maybe<time_point>>(frame, m);
      when = {};
      static_cast<run*>(frame.target)->expires_at_text = text;
      auto const parsed = parse_date_time(text);
      if (parsed && is_of_the_calendar(parsed->time_since_epoch().count())) {
        when = *parsed;
      } else {
        frames.report("expected date-time, got '" + frames.shown(text) + "'");
      }
      break;
    }
    default:
      set_mismatch(frames, "string");
  }
}

inline void set_boolean(page_frames& frames, bool value) {
  auto& frame = frames.top();
  if (frame.current->kind != member_kind::boolean) return set_mismatch(frames, "bool");
  field_of<maybe<bool>>(frame, *frame.current) = value;
}

inline void set_real(page_frames& frames, std::string_view literal) {
  double value = 0;
  auto const [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  auto& field = field_of<maybe<double>>(frames.top(), *frames.top().current);
  if (error == std::errc{}) {
    field = value;
    return;
  }
  field = {};
  frames.report("number out of range: " + std::string(literal.substr(0, 40)));
}

inline void set_time(page_frames& frames, std::int64_t value, std::string_view literal) {
  auto const moment = time_of(value);
  field_of<maybe<time_point>>(frames.top(), *frames.top().current) = moment;
  if (!moment) frames.report("time out of range: " + std::string(literal.substr(0, 40)));
}

inline void set_number(page_frames& frames, exact_integer number, std::string_view literal) {
  auto& frame = frames.top();
  member const& m = *frame.current;
  if (m.kind == member_kind::real) return set_real(frames, literal);
  bool const takes = m.kind == member_kind::integer || m.kind == member_kind::time ||
                     m.kind == member_kind::expiry;
  if (!takes) return set_mismatch(frames, "number");
  if (m.kind == member_kind::expiry) static_cast<run*>(frame.target)->expires_at_text = literal;
  if (number.fault != integer_fault::none) {
    auto const fault = number.fault == integer_fault::fractional ? "fractional" : "out of range";
    if (m.kind == member_kind::integer) {
      field_of<maybe<std::int64_t>>(frame, m) = {};
    } else {
      field_of<maybe<time_point>>(frame, m) = {};
    }
    frames.report("expected integer, got " + std::string(literal.substr(0, 40)) + " (" + fault +
                  ")");
    return;
  }
  if (m.kind != member_kind::integer) return set_time(frames, number.value, literal);
  field_of<maybe<std::int64_t>>(frame, m) = number.value;
}

}  // namespace simruns::detail
