#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_reader.hpp"

namespace simruns::detail {

/// The body as a whole, keys, and values that hold no others.

SIMRUNS_INLINE bool page_reader::read() {
  std::string_view whole;
  char const first = in_.peek();
  if (first == '{') {
    if (!object(shape::root, &data_)) return false;
  } else if (first == '[') {
    return refuse(errc::decode, "the body is an array, not an object");
  } else {
    if (!in_.value(whole, 0)) return false;
    return refuse(errc::decode,
                  "the body is a " + std::string(type_of_value(first)) + ", not an object");
  }
  in_.peek();
  if (!in_.at_end()) return in_.fail();
  if (!frames_.data_seen) {
    refusal_.path = "/data";
    return refuse(errc::decode, "no `data` array in the body; is the base URL right?");
  }
  share_issues();
  return true;
}

SIMRUNS_INLINE parse_error page_reader::failure() const {
  parse_error out = refusal_;
  if (refused_) {
    out.whole_json = refusal_.code == errc::decode && is_whole_json();
    return out;
  }
  auto const at_byte = [&](std::size_t offset) {
    out.offset = offset;
    return " at byte " + std::to_string(offset);
  };
  if (in_.fault() == json_fault::too_deep) {
    out.code = errc::too_large;
    out.message = "nested deeper than " + std::to_string(limits_.max_depth) + " levels" +
                  at_byte(in_.offset());
    return out;
  }
  bool const utf8 = in_.fault() != json_fault::not_utf8;
  out.message = (utf8 ? "not JSON" : "not UTF-8") + at_byte(in_.offset()) + " of " +
                std::to_string(data_.body.size());
  if (in_.at_end()) out.message += ": it ends too early";
  return out;
}

/// Whether a body that is no page is yet something whole.
SIMRUNS_INLINE bool page_reader::is_whole_json() const {
  json_scanner all(data_.body);
  std::string_view ignored;
  if (!all.value(ignored, parse_limits().max_depth)) return false;
  all.peek();
  return all.at_end();
}

SIMRUNS_INLINE bool page_reader::refuse(errc code, std::string message) {
  refused_ = true;
  refusal_.code = code;
  refusal_.message = std::move(message);
  refusal_.offset = in_.offset();
  return false;
}

/// After each value: whether decoding goes on.
SIMRUNS_INLINE bool page_reader::done() {
  if (!frames_.refused()) return true;
  auto const& first = data_.issues.front();
  refusal_.path = first.path;
  return refuse(errc::decode, refusal_.path + ": " + std::string(first.message));
}

SIMRUNS_INLINE bool page_reader::within_limits() {
  if (data_.runs.size() > limits_.max_runs) {
    return refuse(errc::too_large,
                  "more than " + std::to_string(limits_.max_runs) + " runs in one page");
  }
  auto const bytes = data_.memory.capacity() + data_.runs.capacity() * sizeof(run) +
                     turns_.capacity() * sizeof(turn) + criteria_.capacity() * sizeof(criterion) +
                     results_.capacity() * sizeof(std::string_view) +
                     extras_.capacity() * sizeof(extra_member);
  if (bytes <= limits_.max_arena_bytes) return true;
  return refuse(errc::too_large, "the page needs more than " +
                                     std::to_string(limits_.max_arena_bytes) +
                                     " bytes beside its body");
}

SIMRUNS_INLINE bool page_reader::next_member(page_frame& frame) {
  if (in_.peek() != '"') return in_.fail();
  return key(frame) && value(frame) && done();
}

/// Servers write members in one order, so the one that is due is looked for first.
SIMRUNS_INLINE bool page_reader::key(page_frame& frame) {
  auto const due = frame.next_guess;
  if (due < frame.members.size() && (frame.seen & (1u << due)) == 0 &&
      in_.take_key(frame.members[due].name)) {
    frame.current = &frame.members[due];
    frame.seen |= 1u << due;
    ++frame.next_guess;
    return true;
  }
  json_string found;
  if (!in_.string(found)) return false;
  bool whole = true;
  auto const text = found.escaped ? unescape(found.inner, data_.memory, whole) : found.inner;
  frames_.select(text, text);
  return in_.take(':');
}

SIMRUNS_INLINE bool page_reader::value(page_frame& frame) {
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

SIMRUNS_INLINE bool page_reader::unknown_value(page_frame const& frame) {
  std::string_view json;
  if (!in_.value(json, depth_left())) return false;
  extras_.push_back({frame.unknown_key, json});
  return within_limits();
}

SIMRUNS_INLINE bool page_reader::text_value() {
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

SIMRUNS_INLINE bool page_reader::number_value() {
  json_number found;
  if (!in_.number(found)) return false;
  exact_integer whole{found.value, integer_fault::none};
  if (!found.plain) whole = integer_of(found.literal);
  set_number(frames_, whole, found.literal);
  return true;
}

SIMRUNS_INLINE bool page_reader::word_value(std::string_view word) {
  if (!in_.word(word)) return false;
  if (word == "null") {
    set_null(frames_);
  } else {
    set_boolean(frames_, word == "true");
  }
  return true;
}

}  // namespace simruns::detail
