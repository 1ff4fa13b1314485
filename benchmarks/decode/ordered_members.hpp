#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace bench {

/// The members of an object of the contract, in the order in which the server writes them.
template <std::size_t Size>
using member_names = std::array<std::string_view, Size>;

inline constexpr member_names<17> run_members{"id",
                                              "organisationReference",
                                              "projectReference",
                                              "simulationReference",
                                              "simulationRunBatchReference",
                                              "sequence",
                                              "largeLanguageModelReferenceId",
                                              "endPointType",
                                              "turns",
                                              "totalTurns",
                                              "maxTurns",
                                              "successCriteria",
                                              "metrics",
                                              "createdAt",
                                              "createdBy",
                                              "duration",
                                              "expiresAt"};
inline constexpr member_names<5> turn_members{"id", "sequence", "text", "data", "createdAt"};
inline constexpr member_names<2> criterion_members{"type", "params"};
inline constexpr member_names<9> metrics_members{
    "sentiment", "success",   "results",        "successRate",        "summary",
    "status",    "errorInfo", "isBatchStopped", "isConversationEnded"};
inline constexpr member_names<3> rate_members{"percentage", "numerator", "denominator"};
inline constexpr member_names<3> error_members{"category", "message", "technicalDetails"};
inline constexpr member_names<7> pagination_members{"limit",       "skip", "total",   "hasNext",
                                                    "hasPrevious", "next", "previous"};

/// The index of the member for which `is(name)`, looked for from `guess` on, as members mostly come
/// in one order; `Size` if there is none. Moves the guess behind what it found.
template <std::size_t Size>
std::size_t find_member(member_names<Size> const& names, std::size_t& guess, auto const& is) {
  for (std::size_t tried = 0; tried < Size; ++tried) {
    std::size_t const i = guess + tried < Size ? guess + tried : guess + tried - Size;
    if (!is(names[i])) continue;
    guess = i + 1 < Size ? i + 1 : 0;
    return i;
  }
  return Size;
}

}  // namespace bench
