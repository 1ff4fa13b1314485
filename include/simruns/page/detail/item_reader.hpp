#pragma once

#include "simruns/json/exact_integer.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/page/detail/values.hpp"
#include "simruns/page/item_notes.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"
#include "simruns/text/date_time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// Reads a scenario or a batch from its own text: what is odd is kept as far as it fits, and noted.
namespace simruns::detail {

enum class item_kind : std::uint8_t { text, array, integer, time, date_time };

constexpr std::string_view name_of(item_kind kind) noexcept {
  switch (kind) {
    case item_kind::text:
      return "string";
    case item_kind::array:
      return "array";
    case item_kind::date_time:
      return "date-time";
    default:
      return "integer";
  }
}

/// A member of a JSON object, and the field of `Item` that it fills.
template <class Item>
struct item_member {
  std::string_view name;
  std::variant<maybe<std::string> Item::*, maybe<std::int64_t> Item::*, maybe<time_point> Item::*>
      field;
  item_kind kind = item_kind::text;
  bool required = false;
};

/// Names the type of a value and does not quote it: it may hold a secret, which is not known here.
inline std::string mismatch(std::string_view expected, std::string_view json) {
  auto const type = json.empty() ? "nothing" : type_of_value(json.front());
  bool const other = expected == "integer" && type == "number";
  return "expected " + std::string(expected) + ", got " + (other ? "another " : "") +
         std::string(type);
}

/// Reads the values of members, and notes those that do not fit.
class item_values {
 public:
  explicit item_values(item_notes& notes) noexcept : notes_(notes) {}

  std::string_view key(json_string const& key) { return texts_.read(key); }

  void note(std::string_view name, std::string message) {
    notes_.issues.push_back({"/" + std::string(name), std::move(message)});
  }

  /// Takes the value of a member, which is empty if it did not come.
  template <class Member, class T>
  void fill(std::string_view json, Member const& member, maybe<T>& out) {
    if (json == "null") out = maybe<T>::null();
    if (!json.empty() && json != "null") return read(json, member.kind, member.name, out);
    if (!member.required) return;
    note(member.name, json.empty() ? "required, but missing" : "required, but null");
  }

 private:
  /// A text, or an array as its JSON text.
  void read(std::string_view json, item_kind kind, std::string_view name, maybe<std::string>& out) {
    if (kind == item_kind::array) {
      if (json.starts_with('[')) out = std::string(json);
    } else if (auto const text = texts_.read(json)) {
      out = std::string(*text);
    }
    if (!out) note_mismatch(name, kind, json);
  }

  void read(std::string_view json, item_kind kind, std::string_view name,
            maybe<std::int64_t>& out) {
    if (auto const number = integer(json)) out = *number;
    if (!out) note_mismatch(name, kind, json);
  }

  /// A count of milliseconds or seconds since 1970, or a text of RFC 3339.
  void read(std::string_view json, item_kind kind, std::string_view name, maybe<time_point>& out) {
    if (auto const text = texts_.read(json)) {
      auto const moment = kind == item_kind::date_time ? parse_date_time(*text) : std::nullopt;
      if (moment && is_of_the_calendar(moment->time_since_epoch().count())) out = *moment;
    } else if (auto const number = integer(json)) {
      out = time_of(*number);
    }
    if (!out) note_mismatch(name, kind, json);
  }

  static std::optional<std::int64_t> integer(std::string_view json) {
    if (type_of_value(json.front()) != "number") return std::nullopt;
    auto const whole = integer_of(json);
    if (whole.fault != integer_fault::none) return std::nullopt;
    return whole.value;
  }

  void note_mismatch(std::string_view name, item_kind kind, std::string_view json) {
    note(name, mismatch(name_of(kind), json));
  }

  item_notes& notes_;
  text_reader texts_;
};

template <class Item, std::size_t Size>
Item read_item(std::string_view json, std::array<item_member<Item>, Size> const& members) {
  Item out;
  out.json = json;
  item_values values(out);
  if (!out.json.starts_with('{')) {
    out.issues.push_back({"", mismatch("object", out.json)});
    return out;
  }
  std::array<std::string_view, Size> came;
  std::array<bool, Size> twice{};
  for (object_members m(out.json); m.next();) {
    auto const key = values.key(m.key());
    auto const found = std::ranges::find(members, key, &item_member<Item>::name);
    if (found == members.end()) {
      out.extra.emplace_back(key, m.value());
      continue;
    }
    auto const index = static_cast<std::size_t>(found - members.begin());
    twice[index] = !came[index].empty();
    came[index] = m.value();
  }
  for (std::size_t i = 0; i < Size; ++i) {
    auto const& member = members[i];
    if (twice[i]) values.note(member.name, "duplicate member; the last wins");
    std::visit([&](auto field) { values.fill(came[i], member, out.*field); }, member.field);
  }
  return out;
}

}  // namespace simruns::detail
