#pragma once

#include "simruns/columns/detail/column_choice.hpp"
#include "simruns/columns/detail/criteria_table.hpp"
#include "simruns/columns/detail/issues_table.hpp"
#include "simruns/columns/detail/runs_table.hpp"
#include "simruns/columns/detail/table_words.hpp"
#include "simruns/columns/detail/turns_table.hpp"
#include "simruns/columns/detail/word_columns.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace simruns {

namespace detail {

SIMRUNS_INLINE std::vector<column_header> headers_of(table which, bool const* wanted) {
  switch (which) {
    case table::turns:
      return headers_of<turn_row>(wanted);
    case table::criteria:
      return headers_of<criterion_row>(wanted);
    case table::issues:
      return headers_of<issue_row>(wanted);
    default:
      return headers_of<run_row>(wanted);
  }
}

[[noreturn]] SIMRUNS_INLINE void refuse_column(table which, std::string const& name,
                                               std::vector<column_header> const& all) {
  std::string there;
  for (auto const& header : all) {
    if (header.name == name) {
      throw request_error(errc::invalid_argument, "column '" + name + "' is named twice");
    }
    there += (there.empty() ? "" : ", ") + std::string(header.name);
  }
  throw request_error(errc::invalid_argument, "the table of " + std::string(to_string(which)) +
                                                  " has no column '" + name + "'; there are " +
                                                  there);
}

SIMRUNS_INLINE column_choice::column_choice(table which, column_names const& only) : names_(only) {
  if (only.empty()) return;
  auto const all = headers_of(which, nullptr);
  wanted_ = std::make_unique<bool[]>(all.size());
  for (auto const& name : only) {
    auto const found = std::ranges::find(all, name, &column_header::name);
    auto const at = static_cast<std::size_t>(found - all.begin());
    if (found == all.end() || wanted_[at]) refuse_column(which, name, all);
    wanted_[at] = true;
    order_.push_back(at);
  }
  for (auto& at : order_) {
    at = static_cast<std::size_t>(std::count(wanted_.get(), wanted_.get() + at, true));
  }
}

SIMRUNS_INLINE bool column_choice::wants(std::string_view name) const noexcept {
  return names_.empty() || std::ranges::find(names_, name) != names_.end();
}

}  // namespace detail

SIMRUNS_INLINE std::vector<column_header> columns_of(table which, column_names const& only) {
  detail::column_choice const choice(which, only);
  return choice.in_order(detail::headers_of(which, choice.wanted()));
}

SIMRUNS_INLINE std::size_t row_count(table which, page const& source) {
  switch (which) {
    case table::turns:
      return detail::count_turns(source);
    case table::criteria:
      return detail::count_criteria(source);
    case table::issues:
      return detail::issue_rows(source, 0).size();
    default:
      return source.size();
  }
}

namespace detail {

SIMRUNS_INLINE std::vector<column_dictionary> dictionaries_of(table which, bool const* wanted) {
  switch (which) {
    case table::turns:
      return dictionaries_of<turn_row>(wanted);
    case table::criteria:
      return dictionaries_of<criterion_row>(wanted);
    case table::issues:
      return dictionaries_of<issue_row>(wanted);
    default:
      return dictionaries_of<run_row>(wanted);
  }
}

SIMRUNS_INLINE table_words::table_words(table which, column_choice const& choice,
                                        scenario_names const& names)
    : which_(which),
      choice_(choice),
      names_(names),
      dictionaries_(dictionaries_of(which, choice.wanted())) {}

SIMRUNS_INLINE void table_words::add(page const& source) {
  auto const number = [&](std::size_t rows, auto const& each_row) {
    pages_.push_back(index_words(rows, each_row, choice_.wanted(), dictionaries_));
  };
  auto const number_all = [&](auto const& rows) {
    number(rows.size(), [&](auto const& take) {
      for (auto const& row : rows) take(row);
    });
  };
  bool const tells_roles = choice_.wants("role") || choice_.wants("role_is_inferred");
  switch (which_) {
    case table::turns:
      roles_.push_back(tells_roles ? roles_of_turns(source) : std::vector<turn_role>());
      return number(count_turns(source),
                    [&](auto const& take) { each_turn(source, roles_.back(), take); });
    case table::criteria:
      return number(count_criteria(source),
                    [&](auto const& take) { each_criterion(source, take); });
    case table::issues:
      return number_all(issue_rows(source, 0));
    default:
      return number_all(run_word_rows(source, names_));
  }
}

SIMRUNS_INLINE std::vector<page_words> table_words::finish() {
  std::vector<std::shared_ptr<column_data const>> dictionaries;
  for (auto const& header : headers_of(which_, choice_.wanted())) {
    if (header.type != column_type::dictionary) continue;
    auto const& words = dictionaries_[dictionaries.size()];
    dictionaries.push_back(std::make_shared<column_data>(copied(words, header.name)));
  }
  std::vector<page_words> out(pages_.size());
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    for (auto& column : pages_[i]) {
      column.dictionary = dictionaries[out[i].columns.size()];
      out[i].columns.push_back(std::make_shared<column_data>(std::move(column)));
    }
    if (which_ == table::turns) out[i].roles = std::move(roles_[i]);
  }
  return out;
}

SIMRUNS_INLINE column_batch build_with(page_words const& words, table which,
                                       column_choice const& choice, page const& source,
                                       std::int64_t first_run) {
  auto const with = [&](auto const& rows) {
    auto out = build_columns(rows, choice.wanted(), words.columns);
    out.columns = choice.in_order(std::move(out.columns));
    return out;
  };
  switch (which) {
    case table::turns:
      return with(turn_rows(source, words.roles));
    case table::criteria:
      return with(criterion_rows(source).all());
    case table::issues:
      return with(issue_rows(source, first_run));
    default:
      return with(run_rows(source));
  }
}

}  // namespace detail

SIMRUNS_INLINE column_batch build(table which, page const& source, std::int64_t first_run,
                                  column_names const& only, scenario_names const& names) {
  detail::column_choice const choice(which, only);
  detail::table_words words(which, choice, names);
  words.add(source);
  return detail::build_with(words.finish().front(), which, choice, source, first_run);
}

}  // namespace simruns
