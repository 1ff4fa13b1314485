#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/page/role.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace simruns {

namespace detail {

struct role_word {
  std::string_view word;
  simruns::role role;
};

inline constexpr std::array role_words{
    role_word{"user", role::user},     role_word{"assistant", role::agent},
    role_word{"tool", role::tool},     role_word{"agent", role::agent},
    role_word{"system", role::system}, role_word{"bot", role::agent},
    role_word{"human", role::user},    role_word{"customer", role::user},
    role_word{"caller", role::user},   role_word{"simulated_user", role::user},
    role_word{"chatbot", role::agent}, role_word{"ai", role::agent},
    role_word{"gpt", role::agent},     role_word{"model", role::agent},
    role_word{"function", role::tool}, role_word{"developer", role::system},
};

/// The members of `data` that may tell a role, the strongest first.
inline constexpr std::array<std::string_view, 7> role_keys{"role", "speaker", "sender", "author",
                                                           "from", "source",  "type"};
inline constexpr std::size_t role_key = 0;
inline constexpr std::size_t type_key = role_keys.size() - 1;

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether `text` is `word` in any case. Requires: `word` is in lower case.
constexpr bool is_word(std::string_view text, std::string_view word) noexcept {
  return std::ranges::equal(text, word, {}, to_lower);
}

SIMRUNS_INLINE std::optional<role> role_of_word(std::string_view text) noexcept {
  for (auto const& known : role_words) {
    if (is_word(text, known.word)) return known.role;
  }
  return std::nullopt;
}

/// What a turn tells of its role.
struct told_role {
  std::optional<simruns::role> role;
  bool is_other = false;  ///< Whether its role is a word that is none of ours.
};

/// Reads what turns tell of their roles.
class role_reader {
 public:
  told_role told_by(turn const& t) {
    if (!t.data || !find_members(*t.data)) return {};
    for (std::size_t key = 0; key < role_keys.size(); ++key) {
      auto const value = values_[key];
      if (value.empty()) continue;
      auto const told = key == role_key   ? told_by_role(value)
                        : key == type_key ? told_by_type(value)
                                          : told_by_party(value);
      if (told.role || told.is_other) return told;
    }
    return {};
  }

 private:
  /// Finds the values of the members that count. False: there are none.
  bool find_members(std::string_view data) {
    values_.fill({});
    bool found = false;
    for (object_members m(data); m.next();) {
      auto const key = texts_.read(m.key());
      for (std::size_t i = 0; i < role_keys.size(); ++i) {
        if (!same_text(key, role_keys[i])) continue;
        values_[i] = m.value();
        found = true;
      }
    }
    return found;
  }

  told_role told_by_role(std::string_view value) {
    auto const text = texts_.read(value).value_or(std::string_view());
    auto const found = role_of_word(text);
    return {found, !found && !text.empty()};
  }

  told_role told_by_type(std::string_view value) {
    auto const text = texts_.read(value).value_or(std::string_view());
    if (is_word(text, "function")) return {};
    return {role_of_word(text), false};
  }

  /// A text names who spoke, and may be anything; an object has a `role`.
  told_role told_by_party(std::string_view value) {
    if (auto const text = texts_.read(value)) return {role_of_word(*text), false};
    told_role out;
    for (object_members m(value); m.next();) {
      if (same_text(texts_.read(m.key()), role_keys[role_key])) out = told_by_role(m.value());
    }
    return out;
  }

  text_reader texts_;
  std::array<std::string_view, role_keys.size()> values_;
};

/// Infers who spoke from who spoke before. It passes the turns of a run in either direction.
class alternation {
 public:
  /// Passes a turn. Returns the role that the turns before it give it, if any.
  std::optional<role> pass(told_role const& told) noexcept {
    bool const speaks = told.role == role::user || told.role == role::agent;
    if (told.is_other || (told.role && !speaks)) {
      latest_.reset();
      return std::nullopt;
    }
    if (latest_) latest_ = *latest_ == role::user ? role::agent : role::user;
    auto const expected = latest_;
    if (speaks) latest_ = told.role;
    return expected;
  }

 private:
  std::optional<role> latest_;  ///< Of the turn that was passed last.
};

/// Whether user and agent take turns, as far as the turns tell.
SIMRUNS_INLINE bool take_turns(std::span<told_role const> told) noexcept {
  alternation forward;
  for (auto const& one : told) {
    auto const expected = forward.pass(one);
    if (expected && one.role && expected != one.role) return false;
  }
  return true;
}

}  // namespace detail

SIMRUNS_INLINE void roles_of(run const& run, std::vector<turn_role>& out) {
  auto const count = run.turns.size();
  detail::role_reader reader;
  std::vector<detail::told_role> told(count);
  out.assign(count, {});
  bool all_told = true;
  for (std::size_t i = 0; i < count; ++i) {
    told[i] = reader.told_by(run.turns[i]);
    out[i].role = told[i].role;
    all_told = all_told && told[i].role;
  }
  if (all_told || !detail::take_turns(told)) return;
  auto const infer = [&out](std::size_t i, std::optional<role> expected) {
    if (!out[i].role && expected) out[i] = {expected, true};
  };
  detail::alternation forward;
  for (std::size_t i = 0; i < count; ++i) infer(i, forward.pass(told[i]));
  detail::alternation backward;
  for (std::size_t i = count; i-- > 0;) infer(i, backward.pass(told[i]));
}

SIMRUNS_INLINE std::vector<turn_role> roles_of(run const& run) {
  std::vector<turn_role> out;
  roles_of(run, out);
  return out;
}

}  // namespace simruns
