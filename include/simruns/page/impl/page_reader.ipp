#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/detail/page_reader.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/utf8.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

namespace detail {

// These functions are called from here alone, and `inline` lets the compiler join them also where
// the library is compiled once: that decodes a page in 2 % fewer instructions.

// The body as a whole.

inline bool page_reader::read() {
  in_.pass_byte_order_mark();
  char const first = in_.peek();
  if (first != '{') return refuse_other_body(first);
  if (is_single(what_) ? !read_single() : !object(shape::root, &data_)) return false;
  in_.peek();
  if (!in_.at_end()) return in_.fail();
  if (is_single(what_) && data_.runs.front().id.empty()) {
    refusal_.path = "/id";
    return refuse(errc::decode, "no `id` in the body; is the base URL right?");
  }
  if (!frames_.data_seen) {
    refusal_.path = "/data";
    return refuse(errc::decode, "no `data` array in the body; is the base URL right?");
  }
  share_issues();
  return true;
}

inline bool page_reader::refuse_other_body(char first) {
  std::string_view whole;
  if (first != '[' && !in_.value(whole, 0)) return false;
  auto const found = first == '[' ? "an array" : "a " + std::string(type_of_value(first));
  return refuse(errc::decode, "the body is " + found + ", not an object");
}

/// Reads one item as if it stood in a page, so that issues have the paths that they have there.
inline bool page_reader::read_single() {
  auto& root = frames_.push(shape::root, &data_);
  root.current = root.members.data();
  auto& items = frames_.push(shape::runs, nullptr);
  frames_.data_seen = true;
  bool const well = element(items);
  frames_.cut(0);
  return well;
}

inline parse_error page_reader::failure() const {
  parse_error out = refusal_;
  auto const mark = data_.body.size() - without_byte_order_mark(data_.body).size();
  broken_json scan(data_.body, mark);
  out.whole_json = out.code == errc::decode && is_whole_json(scan);
  if (refused_) return out;
  if (in_.fault() == json_fault::too_deep) out.code = errc::too_large;
  out.whole_json = out.whole_json && out.code == errc::decode;
  out.offset = fault_offset(scan);
  out.message = describe_fault(scan);
  return out;
}

/// Whether a body that is no page is yet something whole. A word that is none may have been cut,
/// and only a bracket behind it says that it was not.
inline bool page_reader::is_whole_json(broken_json& scan) const {
  if (!scan.pass()) return false;
  char const last = scan.at()[-1];
  if (last != '}' && last != ']' && !scan.wrong().empty()) return false;
  json_scanner behind({scan.at(), data_.body.size() - offset_of(scan.at())});
  behind.peek();
  return behind.at_end();
}

/// What `scan` found to be wrong where the fault is; empty if that is another place.
inline std::string_view page_reader::wrong_there(broken_json const& scan) const {
  auto const wrong = scan.wrong();
  bool const is_there = wrong.data() <= in_.at() && in_.at() <= wrong.data() + wrong.size();
  return is_there ? wrong : std::string_view();
}

inline std::size_t page_reader::fault_offset(broken_json const& scan) const {
  auto const wrong = wrong_there(scan);
  return wrong.empty() ? in_.offset() : offset_of(wrong.data());
}

/// What is wrong, and at which byte.
inline std::string page_reader::describe_fault(broken_json const& scan) const {
  std::string out = "not JSON";
  if (in_.fault() == json_fault::not_utf8) out = "not UTF-8";
  if (in_.fault() == json_fault::too_deep) {
    out = "nested deeper than " + std::to_string(limits_.max_depth) + " levels";
  }
  out +=
      " at byte " + std::to_string(fault_offset(scan)) + " of " + std::to_string(data_.body.size());
  if (in_.at_end()) return out + ": it ends too early";
  auto const wrong = wrong_there(scan);
  if (wrong.empty()) return out;
  auto const byte = static_cast<unsigned char>(wrong[0]);
  if (byte >= 0x20 && byte < 0x80) return out + ": " + frames_.shown(wrong);
  return out + ": the byte 0x" + hex_digits[byte >> 4] + hex_digits[byte & 15];
}

inline bool page_reader::refuse(errc code, std::string message) {
  refused_ = true;
  refusal_.code = code;
  refusal_.message = std::move(message);
  refusal_.offset = in_.offset();
  return false;
}

[[gnu::noinline]] inline bool page_reader::refuse_first_issue() {
  auto const& first = data_.issues.front();
  refusal_.path = first.path;
  return refuse(errc::decode, excerpt(first.path, most_path_bytes, data_.strike.get()) + ": " +
                                  std::string(first.message));
}

inline bool page_reader::within_limits() {
  if (data_.runs.size() + data_.bad_runs.size() > limits_.max_runs) {
    return refuse(errc::too_large, "more than " + std::to_string(limits_.max_runs) + " " +
                                       std::string(plural_of(what_)) + " in one page");
  }
  auto const bytes = data_.memory.capacity() + data_.runs.capacity() * sizeof(run) +
                     turns_.capacity() * sizeof(turn) + criteria_.capacity() * sizeof(criterion) +
                     results_.capacity() * sizeof(std::string_view) +
                     extras_.capacity() * sizeof(extra_member) + bad_bytes_;
  if (bytes <= limits_.max_arena_bytes) return true;
  return refuse(errc::too_large, "the page needs more than " +
                                     std::to_string(limits_.max_arena_bytes) +
                                     " bytes beside its body");
}

// Keys, and values that hold no others.

inline bool page_reader::next_member(page_frame& frame) {
  if (in_.peek() != '"') return in_.fail();
  return key(frame) && value(frame) && done();
}

/// Servers write members in one order, so the one that is due is looked for first.
inline bool page_reader::key(page_frame& frame) {
  auto const due = frame.next_guess;
  if (due < frame.members.size() && (frame.seen & (1u << due)) == 0 &&
      in_.take_key(frame.members[due].name)) {
    frame.current = &frame.members[due];
    frame.seen |= 1u << due;
    ++frame.next_guess;
    return true;
  }
  return other_key();
}

[[gnu::noinline]] inline bool page_reader::other_key() {
  json_string found;
  if (!in_.string(found)) return false;
  bool whole = true;
  auto const text = found.escaped ? unescape(found.inner, data_.memory, whole) : found.inner;
  frames_.select(text, text);
  return in_.take(':');
}

inline bool page_reader::value(page_frame& frame) {
  char const first = in_.peek();
  if (frame.current == nullptr) return unknown_value(frame);
  switch (first) {
    case '{':
      return nested_value(frame, true);
    case '[':
      return nested_value(frame, false);
    case '"':
      return text_value();
    case 't':
      return word_value("true");
    case 'f':
      return word_value("false");
    case 'n':
      return word_value("null");
    default:
      return number_value();
  }
}

inline bool page_reader::unknown_value(page_frame const& frame) {
  std::string_view json;
  if (!in_.value(json, depth_left())) return false;
  extras_.push_back({frame.unknown_key, json});
  return within_limits();
}

inline bool page_reader::text_value() {
  json_string found;
  if (!in_.string(found)) return false;
  if (!found.escaped) {
    set_text(frames_, found.inner);
    return true;
  }
  bool whole = true;
  auto const text = unescape(found.inner, data_.memory, whole);
  set_text(frames_, text);
  if (!whole) frames_.report("half of a surrogate pair, read as U+FFFD");
  return true;
}

inline bool page_reader::number_value() {
  json_number found;
  if (!in_.number(found)) return false;
  exact_integer whole{found.value, integer_fault::none};
  if (!found.plain) whole = integer_of(found.literal);
  set_number(frames_, whole, found.literal);
  return true;
}

inline bool page_reader::word_value(std::string_view word) {
  if (!in_.word(word)) return false;
  if (word.front() == 'n') {
    set_null(frames_);
  } else {
    set_boolean(frames_, word.front() == 't');
  }
  return true;
}

// Objects and arrays.

inline bool page_reader::object(shape kind, void* target) {
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

inline bool page_reader::array(shape kind) {
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

inline bool page_reader::element(page_frame& frame) {
  run_issues noted;
  noted.begin = data_.issues.size();
  noted.dropped_begin = data_.issues_dropped;
  char const first = in_.peek();
  bool const is_object = first == '{';
  if (!is_object) frames_.report_mismatch("object", type_of_value(first));
  shape inner{};
  void* const target = enter_element(frame, inner);
  bool const is_run = inner == shape::run;
  if (is_run) {
    noted.start = in_.at();
    noted.extras_begin = extras_.size();
    run_issues_.push_back(noted);
  }
  bool const to_check = is_run || frame.index % 256 == 255;  // 256 turns are some 30 KB
  if (to_check && !within_limits()) return false;
  bool const well = is_object && target != nullptr ? object(inner, target) : plain_element(frame);
  return is_run ? end_run(well) : well;
}

/// An element of no shape of its own, or one of the wrong type: kept as it is.
inline bool page_reader::plain_element(page_frame const& frame) {
  std::string_view json;
  if (!in_.value(json, depth_left())) return false;
  if (frame.kind == shape::runs) data_.runs.back().json_text = json;
  if (frame.kind == shape::results) results_.push_back(json);
  return done();
}

/// Makes room for one more element of `array`; null where its elements are free JSON.
inline void* page_reader::enter_element(page_frame const& array, shape& inner) {
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

inline bool page_reader::nested_value(page_frame& frame, bool is_object) {
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
inline void* page_reader::inner_target(shape inner) {
  switch (inner) {
    case shape::runs:
      frames_.data_seen = true;
      data_.runs.clear();
      bad_runs_begin_ = std::ssize(data_.bad_runs);
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

inline void page_reader::leave_object() {
  auto& frame = frames_.top();
  if (frame.kind == shape::run) {
    auto& id = static_cast<run*>(frame.target)->id;
    if (id.data() == nullptr) id = frame.other_id;
    if (id.data() != nullptr) frame.seen |= 1u << id_index;  // another id will do
  }
  for (auto missing = frame.required & ~frame.seen; missing != 0; missing &= missing - 1) {
    frames_.report_missing(frame.members[static_cast<std::size_t>(std::countr_zero(missing))]);
  }
  auto const extra = take_extras(frame);
  frames_.pop();
  store_object(frame, extra);  // there until the next is pushed
}

inline void page_reader::store_object(page_frame const& closed,
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

inline void page_reader::leave_array() {
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

inline bool page_reader::end_run(bool well) {
  if (!well) return leave_out();
  auto& noted = run_issues_.back();
  noted.end = data_.issues.size();
  noted.dropped_end = data_.issues_dropped;
  return true;
}

/// Passes a run in which a fault was met, if that is allowed and its end is certain. Else the page
/// is an error that names the run. It is kept out of the functions that read a sound page.
[[gnu::noinline]] inline bool page_reader::leave_out() {
  static constexpr std::size_t depth_of_runs = 2;
  if (refused_) return false;
  frames_.cut(depth_of_runs);
  broken_json scan(data_.body, offset_of(run_issues_.back().start));
  bool const too_deep = in_.fault() == json_fault::too_deep;
  bool certain = scan.pass() && (too_deep || !scan.wrong().empty());
  bad_run bad;
  bad.path = frames_.path();
  auto const noun = std::string(noun_of(what_));
  bad.message = describe_fault(scan) + ", in the " + noun + " at " + bad.path;
  if (!scan.id().empty()) bad.message += ", id " + frames_.shown(scan.id());
  auto const offset = fault_offset(scan);
  if (certain) {
    in_.resume(scan.at());
    char const next = in_.peek();
    certain = next == ',' || next == ']';
  }
  if (!certain || !limits_.skip_bad_runs || limits_.strict) {
    auto const advice = certain ? "; bad runs can be left out" : "; where that ends is not certain";
    bool const of_runs = what_ == resource::runs;
    refuse(too_deep ? errc::too_large : errc::decode, bad.message + (of_runs ? advice : ""));
    refusal_.path = bad.path;
    refusal_.offset = offset;
    return false;
  }
  auto const& start = run_issues_.back().start;
  bad.text.assign(start, static_cast<std::size_t>(scan.at() - start));
  if (data_.strike) bad.text = (*data_.strike)(bad.text);
  drop_run();
  frames_.report(issue_message(bad));
  bad_bytes_ += bad.message.size() + bad.text.size() + sizeof bad;
  data_.bad_runs.push_back(std::move(bad));
  return within_limits();
}

/// Forgets what was read of the latest run.
inline void page_reader::drop_run() {
  auto const& noted = run_issues_.back();
  data_.issues.resize(noted.begin);
  data_.issues_dropped = noted.dropped_begin;
  extras_.resize(noted.extras_begin);
  turns_.clear();
  criteria_.clear();
  results_.clear();
  data_.runs.pop_back();
  run_issues_.pop_back();
}

/// Gives each run its part of the page's issues, which no longer move.
inline void page_reader::share_issues() {
  auto& bad = data_.bad_runs;
  if (bad_runs_begin_ != 0) bad.erase(bad.begin(), bad.begin() + bad_runs_begin_);
  std::span<issue const> const all = data_.issues;
  for (std::size_t i = 0; i < run_issues_.size(); ++i) {
    auto const& noted = run_issues_[i];
    data_.runs[i].issues = all.subspan(noted.begin, noted.end - noted.begin);
    data_.runs[i].issues_dropped = noted.dropped_end - noted.dropped_begin;
  }
}

// The members that the contract does not name.

/// The unknown members of an object, each key once.
inline std::span<extra_member const> page_reader::take_extras(page_frame const& closed) {
  auto const from = closed.extras_begin;
  if (extras_.size() == from) return {};
  if (extras_.size() - from > 1) drop_duplicates(from);
  auto const extra = data_.memory.copy(extras_.data() + from, extras_.size() - from);
  extras_.resize(from);
  return extra;
}

/// Of the unknown members from `from` on that share a key, keeps the last, and reports the others.
inline void page_reader::drop_duplicates(std::size_t from) {
  std::vector<std::pair<std::string_view, std::size_t>> places;
  places.reserve(extras_.size() - from);
  for (auto i = from; i < extras_.size(); ++i) places.emplace_back(extras_[i].key, i);
  std::sort(places.begin(), places.end());
  std::vector<std::size_t> repeated;
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    if (places[i].first == places[i + 1].first) repeated.push_back(places[i].second);
  }
  if (repeated.empty()) return;
  auto& frame = frames_.top();
  frame.current = nullptr;
  std::sort(repeated.begin(), repeated.end());
  for (auto const at : repeated) {
    frame.unknown_key = extras_[at].key;
    frames_.report("duplicate member; the last wins");
  }
  auto gone = repeated.begin();
  auto out = from;
  for (auto i = from; i < extras_.size(); ++i) {
    if (gone != repeated.end() && *gone == i) {
      ++gone;
    } else {
      extras_[out++] = extras_[i];
    }
  }
  extras_.resize(out);
}

}  // namespace detail

SIMRUNS_INLINE boost::system::result<page, parse_error> parse_page(std::string body,
                                                                   parse_limits limits) {
  return parse_response(resource::runs, std::move(body), limits);
}

SIMRUNS_INLINE boost::system::result<page, parse_error> parse_response(
    resource what, std::string body, parse_limits limits, detail::shared_redactor strike) {
  auto data = std::make_shared<detail::page_data>();
  data->body = std::move(body);
  data->strike = std::move(strike);
  limits.max_depth = std::min(limits.max_depth, parse_limits{}.max_depth);
  // A page has rarely more runs than may be asked for, nor runs below a kilobyte.
  static constexpr std::size_t most_asked_for = 100;
  data->runs.reserve(std::min(most_asked_for, data->body.size() / 1024 + 1));
  data->memory = detail::arena(data->body.size() / 2 + 1024);
  detail::page_reader reader(*data, limits, what);
  if (!reader.read()) {
    auto failure = reader.failure();
    failure.body = std::move(data->body);
    return failure;
  }
  return page(std::shared_ptr<detail::page_data const>(std::move(data)));
}

SIMRUNS_INLINE std::string issue_message(bad_run const& bad) {
  return bad.message + "; left out, its text: " + detail::valid_utf8(bad.text);
}

namespace detail {

/// The bytes of texts of a run that do not stand in its own text as they are, since they had
/// escapes.
SIMRUNS_INLINE std::size_t unescaped_bytes(run const& one) {
  auto const own = one.json();
  auto const outside = [&](maybe<std::string_view> const& text) -> std::size_t {
    if (!text) return 0;
    bool const within = std::less_equal<>{}(own.data(), text->data()) &&
                        std::less<>{}(text->data(), own.data() + own.size());
    return within ? 0 : text->size();
  };
  auto out = outside(one.metrics.summary);
  if (one.metrics.error_info) {
    out += outside(one.metrics.error_info->message);
    out += outside(one.metrics.error_info->technical_details);
  }
  for (auto const& each : one.turns) out += outside(each.text) + outside(each.id);
  return out;
}

/// About the memory that decoding takes for a run, beside its text: enough for nearly all.
SIMRUNS_INLINE std::size_t decoded_bytes(run const& one) {
  static constexpr std::size_t spare = 256;
  std::size_t out = spare + unescaped_bytes(one);
  out += one.turns.size_bytes() + one.criteria.size_bytes() + one.extra.size_bytes();
  if (one.metrics.results) out += one.metrics.results->size_bytes();
  for (auto const& noted : one.issues) out += noted.path.size() + noted.message.size();
  return out;
}

}  // namespace detail

SIMRUNS_INLINE run_ptr detach(run const& original) {
  static constexpr std::string_view before = "{\"data\":[";
  static constexpr std::string_view after = "]}";
  auto data = std::make_shared<detail::page_data>();
  data->body.reserve(before.size() + original.json().size() + after.size());
  data->body.append(before).append(original.json()).append(after);
  data->runs.reserve(1);
  data->memory = detail::arena(detail::decoded_bytes(original));
  parse_limits limits;
  limits.max_arena_bytes = std::numeric_limits<std::size_t>::max();
  detail::page_reader reader(*data, limits);
  if (!reader.read()) throw_exception_from_error(reader.failure(), BOOST_CURRENT_LOCATION);
  auto& one = data->runs.front();
  data->issues.assign(original.issues.begin(), original.issues.end());
  for (auto& noted : data->issues) {
    noted.path = data->memory.copy(noted.path);
    noted.message = data->memory.copy(noted.message);
  }
  one.issues = data->issues;
  one.issues_dropped = original.issues_dropped;
  return page(std::move(data)).share(0);
}

[[noreturn]] SIMRUNS_INLINE void throw_exception_from_error(parse_error const& error,
                                                            boost::source_location const&) {
  throw request_error(error.code, error.message);
}

}  // namespace simruns
