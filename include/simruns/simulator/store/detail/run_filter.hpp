#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/run_field.hpp"
#include "simruns/text/parse_integer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace simruns::simulator {

/// Which runs of a batch are meant. The contract gives `filter` no meaning; here it is a list of
/// values that must all be equal: `status:FAILED,endPointType:rest`. A value reaches to the next
/// comma, so one that holds a comma cannot be asked for.
class run_filter {
 public:
  run_filter() = default;

  /// Reads `field:value[,field:value...]`. Throws: refusal with the field `filter`.
  static run_filter parse(std::string_view text) {
    run_filter filter;
    filter.text_ = text;
    for (std::size_t from = 0; from <= text.size();) {
      auto const comma = std::min(text.find(',', from), text.size());
      filter.add(text.substr(from, comma - from));
      from = comma + 1;
    }
    return filter;
  }

  std::string const& text() const noexcept { return text_; }

  bool matches(stored_run const& run) const {
    return std::all_of(terms_.begin(), terms_.end(),
                       [&run](term const& wanted) { return wanted.matches(run); });
  }

 private:
  struct term {
    run_field field;
    std::string text;         // of a field that is no number
    std::int64_t number = 0;  // of one that is

    bool matches(stored_run const& run) const {
      auto const actual = value_of(run, field);
      if (is_number(field)) {
        auto const* found = std::get_if<std::int64_t>(&actual);
        return found != nullptr && *found == number;
      }
      auto const* found = std::get_if<std::string_view>(&actual);
      return found != nullptr && *found == text;
    }
  };

  void add(std::string_view step) {
    auto const colon = step.find(':');
    if (colon == std::string_view::npos || colon + 1 == step.size()) {
      throw refusal{"filter",
                    "filter must be field:value, more of them after commas, not " + shown(step)};
    }
    auto const name = step.substr(0, colon);
    auto const field = find_field(name);
    if (!field || *field == run_field::name) {
      throw refusal{"filter", "filter names an unknown field " + shown(name) +
                                  ": use one such as status, success, endPointType or sequence"};
    }
    add(*field, name, step.substr(colon + 1));
  }

  void add(run_field field, std::string_view name, std::string_view value) {
    if (field == run_field::success && value != "true" && value != "false") {
      throw refusal{"filter", "filter: success must be true or false, not " + shown(value)};
    }
    if (!is_number(field)) return terms_.push_back({field, std::string{value}, 0});
    auto const number = simruns::detail::parse_integer<std::int64_t>(value);
    if (!number) {
      throw refusal{"filter", "filter: " + std::string{name} + " must be a whole number, not " +
                                  shown(value)};
    }
    terms_.push_back({field, {}, *number});
  }

  std::string text_;
  std::vector<term> terms_;
};

}  // namespace simruns::simulator
