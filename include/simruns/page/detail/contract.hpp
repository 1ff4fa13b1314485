#pragma once

#include "simruns/page/page.hpp"
#include "simruns/page/run.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The contract as tables: which objects it names, and of each the members, their types, and the
/// fields that they fill.
namespace simruns::detail {

enum class shape : std::uint8_t {
  root,
  runs,
  run,
  turns,
  turn,
  criteria,
  criterion,
  metrics,
  results,
  success_rate,
  error_info,
  pagination,
};

enum class member_kind : std::uint8_t {
  // Scalars:
  text,
  integer,
  boolean,
  real,
  time,
  expiry,
  // Texts of an open enumeration:
  sentiment,
  status,
  category,
  id,    ///< A text that fills a plain `string_view`.
  json,  ///< An object that is kept as its text.
  // Of a shape of its own:
  object,
  array,
};

struct member {
  std::string_view name;
  member_kind kind;
  bool required = false;
  std::size_t offset = 0;     ///< The field's place in its struct; unused for `object` and `array`.
  shape inner = shape::root;  ///< The shape of an `object` or `array`.
};

// The structs hold only members of one access, so that `offsetof` is theirs by the standard, or,
// where a member has private state of its own, by what every supported compiler does.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

inline constexpr std::array root_members{
    member{"data", member_kind::array, true, 0, shape::runs},
    member{"pagination", member_kind::object, true, 0, shape::pagination},
};

inline constexpr std::array run_members{
    member{"id", member_kind::id, true, offsetof(run, id)},
    member{"organisationReference", member_kind::text, true, offsetof(run, organisation)},
    member{"projectReference", member_kind::text, true, offsetof(run, project)},
    member{"simulationReference", member_kind::text, true, offsetof(run, scenario)},
    member{"simulationRunBatchReference", member_kind::text, true, offsetof(run, batch)},
    member{"sequence", member_kind::integer, true, offsetof(run, sequence)},
    member{"largeLanguageModelReferenceId", member_kind::text, true,
           offsetof(run, large_language_model)},
    member{"endPointType", member_kind::text, false, offsetof(run, endpoint_type)},
    member{"turns", member_kind::array, true, 0, shape::turns},
    member{"totalTurns", member_kind::integer, true, offsetof(run, total_turns)},
    member{"maxTurns", member_kind::integer, false, offsetof(run, max_turns)},
    member{"successCriteria", member_kind::array, true, 0, shape::criteria},
    member{"metrics", member_kind::object, true, 0, shape::metrics},
    member{"createdAt", member_kind::time, true, offsetof(run, created_at)},
    member{"createdBy", member_kind::text, true, offsetof(run, created_by)},
    member{"duration", member_kind::integer, false, offsetof(run, duration_ms)},
    member{"expiresAt", member_kind::expiry, false, offsetof(run, expires_at)},
    member{"_id", member_kind::id, false, offsetof(run, id)},
};

/// The members that are read of a scenario or a batch on a page: those by which a walk knows it
/// again. The others are read from its own text.
inline constexpr std::array entry_members{
    member{"id", member_kind::id, true, offsetof(run, id)},
    member{"_id", member_kind::id, false, offsetof(run, id)},
    member{"referenceId", member_kind::id, false, offsetof(run, id)},
};
inline constexpr std::size_t id_index = 0;  ///< Of both; the other ids count where none came.

inline constexpr std::array turn_members{
    member{"id", member_kind::text, false, offsetof(turn, id)},
    member{"sequence", member_kind::integer, false, offsetof(turn, sequence)},
    member{"text", member_kind::text, false, offsetof(turn, text)},
    member{"data", member_kind::json, false, offsetof(turn, data)},
    member{"createdAt", member_kind::time, false, offsetof(turn, created_at)},
};

inline constexpr std::array criterion_members{
    member{"type", member_kind::text, true, offsetof(criterion, type)},
    member{"params", member_kind::json, true, offsetof(criterion, params)},
};

inline constexpr std::array metrics_members{
    member{"sentiment", member_kind::sentiment, false, offsetof(metrics, sentiment)},
    member{"success", member_kind::boolean, false, offsetof(metrics, success)},
    member{"results", member_kind::array, false, offsetof(metrics, results), shape::results},
    member{"successRate", member_kind::object, false, offsetof(metrics, success_rate),
           shape::success_rate},
    member{"summary", member_kind::text, false, offsetof(metrics, summary)},
    member{"isBatchStopped", member_kind::boolean, false, offsetof(metrics, is_batch_stopped)},
    member{"isConversationEnded", member_kind::boolean, false,
           offsetof(metrics, is_conversation_ended)},
    member{"errorInfo", member_kind::object, false, offsetof(metrics, error_info),
           shape::error_info},
    member{"status", member_kind::status, false, offsetof(metrics, status)},
};

inline constexpr std::array success_rate_members{
    member{"percentage", member_kind::real, false, offsetof(success_rate, percentage)},
    member{"numerator", member_kind::integer, false, offsetof(success_rate, numerator)},
    member{"denominator", member_kind::integer, false, offsetof(success_rate, denominator)},
};

inline constexpr std::array error_info_members{
    member{"category", member_kind::category, false, offsetof(error_info, category)},
    member{"message", member_kind::text, false, offsetof(error_info, message)},
    member{"technicalDetails", member_kind::text, false, offsetof(error_info, technical_details)},
};

inline constexpr std::array pagination_members{
    member{"limit", member_kind::integer, true, offsetof(pagination, limit)},
    member{"skip", member_kind::integer, true, offsetof(pagination, skip)},
    member{"total", member_kind::integer, true, offsetof(pagination, total)},
    member{"hasNext", member_kind::boolean, true, offsetof(pagination, has_next)},
    member{"hasPrevious", member_kind::boolean, true, offsetof(pagination, has_previous)},
    member{"next", member_kind::text, false, offsetof(pagination, next)},
    member{"previous", member_kind::text, false, offsetof(pagination, previous)},
};

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/// The members that an object of this shape may have; none for an array.
constexpr std::span<member const> members_of(shape s) noexcept {
  switch (s) {
    case shape::root:
      return root_members;
    case shape::run:
      return run_members;
    case shape::turn:
      return turn_members;
    case shape::criterion:
      return criterion_members;
    case shape::metrics:
      return metrics_members;
    case shape::success_rate:
      return success_rate_members;
    case shape::error_info:
      return error_info_members;
    case shape::pagination:
      return pagination_members;
    default:
      return {};
  }
}

inline constexpr auto required_members = [] {
  std::array<std::uint32_t, static_cast<std::size_t>(shape::pagination) + 1> out{};
  for (std::size_t kind = 0; kind < out.size(); ++kind) {
    auto const members = members_of(static_cast<shape>(kind));
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].required) out[kind] |= std::uint32_t{1} << i;
    }
  }
  return out;
}();

/// A bit for each member that an object of this shape must have.
constexpr std::uint32_t required_of(shape s) noexcept {
  return required_members[static_cast<std::size_t>(s)];
}

constexpr std::string_view expected_type(member_kind kind) noexcept {
  switch (kind) {
    case member_kind::integer:
    case member_kind::time:
      return "integer";
    case member_kind::boolean:
      return "bool";
    case member_kind::real:
      return "number";
    case member_kind::expiry:
      return "date-time";
    case member_kind::json:
    case member_kind::object:
      return "object";
    case member_kind::array:
      return "array";
    default:
      return "string";
  }
}

}  // namespace simruns::detail
