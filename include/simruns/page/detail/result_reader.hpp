#pragma once

#include "simruns/json/object_members.hpp"
#include "simruns/page/criterion_result.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/verdict.hpp"

#include <string_view>

namespace simruns::detail {

/// Reads what we know of results and of params. The texts live as long as the reader.
class result_reader {
 public:
  criterion_result result(std::string_view json) {
    criterion_result out;
    out.json = json;
    maybe<std::string_view> explanation;
    said_success said;
    for (object_members m(json); m.next();) {
      auto const key = key_of(m);
      if (same_text(key, "name")) out.name = text_of(m);
      if (same_text(key, "reason")) out.reason = text_of(m);
      if (same_text(key, "explanation")) explanation = text_of(m);
      said.see(key, m.value());
    }
    out.success = said.value();
    if (!out.reason) out.reason = explanation;
    return out;
  }

  /// The member `name` of a criterion's params.
  maybe<std::string_view> name(std::string_view params) {
    maybe<std::string_view> out;
    for (object_members m(params); m.next();) {
      if (same_text(key_of(m), "name")) out = text_of(m);
    }
    return out;
  }

 private:
  std::string_view key_of(object_members const& m) { return texts_.read(m.key()); }

  /// The text that a member has as its value; absent where that is no string.
  maybe<std::string_view> text_of(object_members const& m) {
    auto const text = texts_.read(m.value());
    return text ? maybe<std::string_view>(*text) : maybe<std::string_view>();
  }

  text_reader texts_;
};

}  // namespace simruns::detail
