#pragma once

#include "simruns/columns/detail/row_visitors.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/role.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// The columns of the table `turns`.
namespace simruns::detail {

inline constexpr turn blank_turn{};
inline constexpr std::array first_roles{
    to_string(role::user),
    to_string(role::agent),
    to_string(role::tool),
    to_string(role::system),
};

inline maybe<std::string_view> text_of(std::optional<role> const& spoken_by) {
  if (!spoken_by) return {};
  return to_string(*spoken_by);
}

struct turn_row {
  run const* of = &blank_run;
  turn const* said = &blank_turn;
  std::int64_t position = 0;
  turn_role who;

  void visit(auto out) const {
    visit_keys(*of, out);
    out.value("turn", position);
    out.value("turn_id", said->id);
    out.value("turn_sequence", said->sequence);
    out.word("role", text_of(who.role), first_roles);
    out.value("role_is_inferred", who.is_inferred);
    out.value("text", said->text);
    out.value("data", said->data);
    out.value("turn_created_at", said->created_at);
    out.composed("turn_extra", [&](auto& sink) { return put_object(said->extra, sink); });
  }
};

inline std::size_t count_turns(page const& source) {
  std::size_t out = 0;
  for (auto const& r : source) out += r.turns.size();
  return out;
}

/// Who spoke each turn of a page.
inline std::vector<turn_role> roles_of_turns(page const& source) {
  std::vector<turn_role> out;
  out.reserve(count_turns(source));
  role_finder finder;
  for (auto const& r : source) {
    auto const found = finder.of(r);
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

/// Takes each row. `roles` says who spoke each turn, or is empty where that is not asked for.
inline void each_turn(page const& source, std::span<turn_role const> roles, auto const& take) {
  std::size_t number = 0;
  for (auto const& r : source) {
    std::int64_t position = 0;
    for (auto const& t : r.turns) {
      take(turn_row{&r, &t, position++, roles.empty() ? turn_role{} : roles[number++]});
    }
  }
}

inline std::vector<turn_row> turn_rows(page const& source, std::span<turn_role const> roles) {
  std::vector<turn_row> out;
  out.reserve(count_turns(source));
  each_turn(source, roles, [&](turn_row const& row) { out.push_back(row); });
  return out;
}

}  // namespace simruns::detail
