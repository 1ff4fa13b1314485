#pragma once

#include "simruns/page/maybe.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace simruns {

/// A moment in UTC, to the millisecond.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// An enumeration that the server may widen: a value that we do not know is `unknown`, and keeps
/// its text.
template <class Enum>
struct open_enum {
  Enum value = Enum::unknown;
  std::string_view text;

  friend bool operator==(open_enum const& a, open_enum const& b) { return a.text == b.text; }
};

enum class sentiment { unknown, positive, negative, neutral };
enum class run_status { unknown, success, failed, error };
enum class error_category {
  unknown,        ///< A word that is not in the contract.
  none,           ///< NONE
  llm_provider,   ///< LLM_PROVIDER_ERROR
  agent_timeout,  ///< AI_AGENT_TIMEOUT
  agent_error,    ///< AI_AGENT_ERROR
  unknown_error,  ///< UNKNOWN, the contract's own word
};

/// A member that the contract does not name, or a free value: its key and its JSON text.
struct extra_member {
  std::string_view key;
  std::string_view json;
};

/// Something odd about a page, and what was done with it.
struct issue {
  std::string_view path;     ///< JSON pointer into the page: `/data/17/metrics/success`.
  std::string_view message;  ///< `expected bool, got string`.
};

/// One message of a conversation.
struct turn {
  maybe<std::string_view> id;
  maybe<std::int64_t> sequence;
  maybe<std::string_view> text;
  maybe<std::string_view> data;  ///< JSON text of an object, as it came.
  maybe<time_point> created_at;
  std::span<extra_member const> extra;
};

/// What a run is judged by.
struct criterion {
  maybe<std::string_view> type;
  maybe<std::string_view> params;  ///< JSON text of an object, as it came.
  std::span<extra_member const> extra;
};

struct success_rate {
  maybe<double> percentage;  ///< As sent; compute from numerator and denominator instead.
  maybe<std::int64_t> numerator;
  maybe<std::int64_t> denominator;
  std::span<extra_member const> extra;
};

struct error_info {
  maybe<open_enum<error_category>> category;
  maybe<std::string_view> message;
  maybe<std::string_view> technical_details;
  std::span<extra_member const> extra;
};

/// The outcome of a run. Empty (no member at all) while the run is pending.
struct metrics {
  maybe<open_enum<simruns::sentiment>> sentiment;
  maybe<bool> success;
  maybe<std::span<std::string_view const>> results;  ///< JSON text of each result, as it came.
  maybe<simruns::success_rate> success_rate;
  maybe<std::string_view> summary;
  maybe<bool> is_batch_stopped;
  maybe<bool> is_conversation_ended;
  maybe<simruns::error_info> error_info;
  maybe<open_enum<run_status>> status;
  std::span<extra_member const> extra;
  bool empty = true;  ///< No member came, known or unknown.
};

/// One simulated conversation. Texts and spans point into the run's page: keep a `run_ptr`, or the
/// page, or a copy made by `detach`.
struct run {
  std::string_view id;  ///< `id`, or `_id`; empty if neither came (then an issue says so).
  maybe<std::string_view> organisation;
  maybe<std::string_view> project;
  maybe<std::string_view> scenario;
  maybe<std::string_view> batch;
  maybe<std::int64_t> sequence;  ///< From 1, in the order of the batch.
  maybe<std::string_view> large_language_model;
  maybe<std::string_view> endpoint_type;
  std::span<turn const> turns;
  maybe<std::int64_t> total_turns;
  maybe<std::int64_t> max_turns;
  std::span<criterion const> criteria;
  simruns::metrics metrics;
  maybe<time_point> created_at;
  maybe<std::string_view> created_by;
  maybe<std::int64_t> duration_ms;  ///< Milliseconds.
  maybe<time_point> expires_at;
  maybe<std::string_view> expires_at_text;  ///< As sent: a text, or a number's literal.
  std::span<extra_member const> extra;
  std::span<issue const> issues;   ///< The issues of this run among those of its page.
  std::size_t issues_dropped = 0;  ///< Further ones, beyond what the page keeps.

  /// The run's own JSON text, byte for byte as it came.
  std::string_view json() const noexcept { return json_text; }
  std::string_view json_text;
};

}  // namespace simruns
