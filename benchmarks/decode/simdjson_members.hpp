#pragma once

#include "ordered_members.hpp"

#include <simdjson.h>

#include <string_view>

namespace bench {

namespace ondemand = simdjson::ondemand;

/// Calls `use(index, value)` for each member that is in `names`; others are skipped.
template <std::size_t Size>
void for_each_member(ondemand::object object, member_names<Size> const& names, auto const& use) {
  std::size_t guess = 0;
  for (auto field : object) {
    auto const key = field.key().value();
    auto const is = [&](std::string_view name) { return key.unsafe_is_equal(name); };
    auto const index = find_member(names, guess, is);
    if (index != Size) use(index, field.value().value());
  }
}

}  // namespace bench
