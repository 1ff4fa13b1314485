#pragma once

#include "simruns/json/blocks.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/page/run.hpp"
#include "simruns/page/turn_role.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::detail {

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

inline std::optional<role> role_of_word(std::string_view text) noexcept {
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
    if (!t.data) return {};
    auto const data = *t.data;
    for (auto const& one : known_) {
      if (one.is_start ? starts(data, one.text) : same_text(data, one.text)) return one.told;
    }
    auto const told = read(data);
    auto const text = data.substr(0, start_ != 0 ? start_ : data.size());
    if (known_.size() < most_known && text.size() <= longest_known) {
      known_.push_back({std::string(text), start_ != 0, told});
    }
    return told;
  }

 private:
  /// A text that told a role: a whole one, or the start of one that decides.
  struct known_text {
    std::string text;
    bool is_start;
    told_role told;
  };

  // Most turns say the same few words, and are not read again.
  static constexpr std::size_t most_known = 8;
  static constexpr std::size_t longest_known = 32;

  /// Whether `data` has this start, and nothing behind it counts.
  static bool starts(std::string_view data, std::string_view start) noexcept {
    return data.size() > start.size() && same_text(data.substr(0, start.size()), start) &&
           tells_no_role(data.substr(start.size()));
  }

  /// Whether no key in the rest of an object may be `role`, escaped or not.
  static bool tells_no_role(std::string_view rest) noexcept {
    return rest.find(role_keys[role_key]) == rest.npos && rest.find("\\u") == rest.npos;
  }

  told_role read(std::string_view data) {
    if (!find_members(data)) return {};
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

  /// Finds the values of the members that count. False: there are none.
  bool find_members(std::string_view data) {
    values_.fill({});
    start_ = 0;
    bool found = false;
    for (object_members m(data); m.next();) {
      auto const key = texts_.read(m.key());
      for (std::size_t i = 0; i < role_keys.size(); ++i) {
        if (!same_text(key, role_keys[i])) continue;
        values_[i] = m.value();
        found = true;
        if (i == role_key && decides(m.value(), data)) return true;
      }
    }
    return found;
  }

  /// Whether a `role` of `data` is a text, and no other one follows it: then no other member
  /// counts, and the rest, which may be long, is not read.
  bool decides(std::string_view role, std::string_view data) noexcept {
    auto const end = static_cast<std::size_t>(role.data() - data.data()) + role.size();
    if (!role.starts_with('"') || role.size() <= 2 || !tells_no_role(data.substr(end)))
      return false;
    start_ = end;
    return true;
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

  std::vector<known_text> known_;
  std::size_t start_ = 0;  ///< Bytes of the latest `data` that decided; 0 if it was read whole.
  text_reader texts_;
  std::array<std::string_view, role_keys.size()> values_;
};

}  // namespace simruns::detail
