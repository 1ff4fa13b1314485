#pragma once

#include "simruns/page/maybe.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace simruns {

/// A moment in UTC, to the millisecond.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// A word of an enumeration that the server may widen. A word that is not in the contract has the
/// value `unknown`; `text` is the word in any case.
template <class Enum>
struct open_enum {
  Enum value = Enum::unknown;
  std::string_view text;

  friend bool operator==(open_enum const& a, open_enum const& b) { return a.text == b.text; }
};

/// What the server's sentiment analysis came to.
enum class sentiment { unknown, positive, negative, neutral };
/// How a run ended, in the words of the contract.
enum class run_status { unknown, success, failed, error };
/// Where the error of a run came from: the contract's `errorInfo.category`.
enum class error_origin {
  unknown,        ///< The word is not in the contract.
  none,           ///< The contract's NONE.
  llm_provider,   ///< The contract's LLM_PROVIDER_ERROR.
  agent_timeout,  ///< The contract's AI_AGENT_TIMEOUT.
  agent_error,    ///< The contract's AI_AGENT_ERROR.
  unknown_error,  ///< The contract's own UNKNOWN.
};

/// A member that the contract does not name: its key, and its value as JSON text.
struct extra_member {
  std::string_view key;
  std::string_view json;
};

/// Something that decoding found to be odd, and why. What is odd is kept as far as it fits.
struct issue {
  std::string_view path;     ///< A JSON pointer into the page: `/data/17/metrics/success`.
  std::string_view message;  ///< For people: `expected bool, got string`.
};

/// A run that was left out of its page, as its text is no JSON: see `run_query::skip_bad_runs`.
struct bad_run {
  std::string path;     ///< A JSON pointer into the page: `/data/17`.
  std::string message;  ///< For people: what is wrong, at which byte of the body, and the run's id.
  std::string text;     ///< The run's own text as it came, but without secrets of the client.

  friend bool operator==(bad_run const&, bad_run const&) = default;
};

/// The message of the issue that a bad run is: why it was left out, and its text, in which U+FFFD
/// stands for bytes that are not UTF-8.
std::string issue_message(bad_run const& bad);

/// One message of a conversation.
struct turn {
  maybe<std::string_view> id;
  maybe<std::int64_t> sequence;
  maybe<std::string_view> text;
  maybe<std::string_view> data;  ///< An object as its JSON text, as it came.
  maybe<time_point> created_at;
  std::span<extra_member const> extra;
};

/// What a run is judged by.
struct criterion {
  maybe<std::string_view> type;
  maybe<std::string_view> params;  ///< An object as its JSON text, as it came.
  std::span<extra_member const> extra;
};

/// How many of a run's criteria were met.
struct success_rate {
  maybe<double> percentage;  ///< The server's own figure; numerator / denominator is exact.
  maybe<std::int64_t> numerator;
  maybe<std::int64_t> denominator;
  std::span<extra_member const> extra;
};

/// What the server says of the error of a run.
struct error_info {
  maybe<open_enum<error_origin>> category;
  maybe<std::string_view> message;
  maybe<std::string_view> technical_details;
  std::span<extra_member const> extra;
};

/// The outcome of a run, without any member while the run is pending.
struct metrics {
  maybe<open_enum<simruns::sentiment>> sentiment;
  maybe<bool> success;
  maybe<std::span<std::string_view const>> results;  ///< Each result as its JSON text.
  maybe<simruns::success_rate> success_rate;
  maybe<std::string_view> summary;
  maybe<bool> is_batch_stopped;
  maybe<bool> is_conversation_ended;
  maybe<simruns::error_info> error_info;
  maybe<open_enum<run_status>> status;
  std::span<extra_member const> extra;
  bool empty = true;  ///< Whether no member came, known or unknown.
};

/// One simulated conversation. Its texts and spans point into its page, so keep a `run_ptr`, the
/// page, or a copy that `detach` made.
struct run {
  std::string_view id;  ///< The member `id`, or `_id`; empty if neither came, which is an issue.
  maybe<std::string_view> organisation;
  maybe<std::string_view> project;
  maybe<std::string_view> scenario;
  maybe<std::string_view> batch;
  maybe<std::int64_t> sequence;  ///< The run's number in its batch, from 1.
  maybe<std::string_view> large_language_model;
  maybe<std::string_view> endpoint_type;
  std::span<turn const> turns;
  maybe<std::int64_t> total_turns;
  maybe<std::int64_t> max_turns;
  std::span<criterion const> criteria;
  simruns::metrics metrics;
  maybe<time_point> created_at;
  maybe<std::string_view> created_by;
  maybe<std::int64_t> duration_ms;  ///< How long the run took, in milliseconds.
  maybe<time_point> expires_at;
  maybe<std::string_view> expires_at_text;  ///< The time as it came: a text, or a number's literal.
  std::span<extra_member const> extra;
  std::span<issue const> issues;   ///< The issues of the page that are about this run.
  std::size_t issues_dropped = 0;  ///< How many issues of this run the page did not keep.

  /// The run's own JSON text, byte for byte as it came.
  std::string_view json() const noexcept { return json_text; }
  std::string_view json_text;  ///< What `json()` returns.
};

}  // namespace simruns
