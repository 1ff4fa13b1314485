#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// A header of an answer: its name and its value.
using header_field = std::pair<std::string, std::string>;

/// One member of the runs of a page, made odd.
struct mutation {
  enum class kind {
    null,      ///< The value is `null`.
    absent,    ///< The member is not there.
    as_float,  ///< A whole number is written with a fraction of nothing, as in `7.0`.
    unknown,   ///< A text becomes one that no enumeration knows.
    value,     ///< The value is `json`.
  };

  std::string member;  ///< Below the run, parts joined by `/`: `metrics/success`, `turns/0/text`.
  kind what = kind::null;
  std::string json;               ///< Of `value`.
  std::vector<std::size_t> runs;  ///< Which runs of the page, from 0. Empty: all.
};

/// What is wrong with a page that is otherwise answered as it should be.
struct page_edit {
  std::optional<std::int64_t> total;  ///< Instead of the right one; may be negative.
  std::int64_t total_add = 0;         ///< Added to the right one.
  std::optional<bool> has_next;       ///< Instead of the right one.
  bool repeat_cursor = false;         ///< The cursor that was sent is given again.
  bool drop_cursor = false;           ///< No cursor, though `hasNext` or `hasPrevious` says so.
  std::vector<mutation> mutations;
};

/// What goes wrong with one answer. Made by one of the functions; `after` adds a delay to any.
struct fault {
  enum class kind {
    none,      ///< The right answer (late, odd or slow, if the members below say so).
    answer,    ///< This status, body and these headers instead of the right answer.
    reset,     ///< The connection is reset, and nothing is answered.
    truncate,  ///< The answer, but the connection ends inside its body.
  };

  kind what = kind::none;
  unsigned status = 500;              ///< 200 to 599, of `answer`.
  std::optional<std::string> body;    ///< Of `answer`. None: an error body as in the contract.
  std::vector<header_field> headers;  ///< Of `answer`.
  std::optional<std::chrono::seconds> retry_after;  ///< Of `answer`.
  bool retry_after_is_date = false;                 ///< Sent as a date instead of a number.
  std::size_t body_bytes = 0;                       ///< Bytes of the body that `truncate` sends.
  std::chrono::milliseconds delay{0};               ///< On top of the latency of the server.
  std::size_t drip_bytes = 0;  ///< The body comes in pieces of so many bytes; 0: at once.
  std::chrono::milliseconds drip_every{0};     ///< Pause between two pieces.
  std::optional<std::int64_t> content_length;  ///< Sent instead of the right one.
  std::int64_t content_length_add = 0;         ///< Added to the right one.
  page_edit edit;                              ///< Of an answer that is a page.

  static fault answer(unsigned status, std::optional<std::string> body = {},
                      std::vector<header_field> headers = {}) {
    fault made;
    made.what = kind::answer;
    made.status = status;
    made.body = std::move(body);
    made.headers = std::move(headers);
    return made;
  }

  static fault reset() {
    fault made;
    made.what = kind::reset;
    return made;
  }

  static fault truncate(std::size_t body_bytes) {
    fault made;
    made.what = kind::truncate;
    made.body_bytes = body_bytes;
    return made;
  }

  static fault late(std::chrono::milliseconds delay) { return fault{}.after(delay); }

  fault after(std::chrono::milliseconds wait) const {
    fault made = *this;
    made.delay = wait;
    return made;
  }
};

/// What is known of a request when its answer is decided.
struct request_facts {
  std::uint64_t number = 0;   ///< From 1, in the order of arrival at the server.
  std::string_view target;    ///< Path and query, as sent.
  std::string_view scenario;  ///< Empty, as is `batch`, if the right answer is no page.
  std::string_view batch;
  std::uint64_t page = 0;  ///< From 1: where the page lies in its batch; 0 if it is no page.
};

/// Decides for each request whether something goes wrong with its answer. Called from every thread
/// that runs the server's executor; an exception from it becomes a 500.
using fault_hook = std::function<std::optional<fault>(request_facts const&)>;

}  // namespace simruns::simulator
