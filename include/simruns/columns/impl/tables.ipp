#pragma once

#include "simruns/columns/detail/criteria_table.hpp"
#include "simruns/columns/detail/issues_table.hpp"
#include "simruns/columns/detail/runs_table.hpp"
#include "simruns/columns/detail/table_words.hpp"
#include "simruns/columns/detail/turns_table.hpp"
#include "simruns/columns/detail/word_columns.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/config.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace simruns {

SIMRUNS_INLINE std::vector<column_header> columns_of(table which) {
  switch (which) {
    case table::turns:
      return detail::headers_of<detail::turn_row>();
    case table::criteria:
      return detail::headers_of<detail::criterion_row>();
    case table::issues:
      return detail::headers_of<detail::issue_row>();
    default:
      return detail::headers_of<detail::run_row>();
  }
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

SIMRUNS_INLINE std::vector<column_dictionary> dictionaries_of(table which) {
  switch (which) {
    case table::turns:
      return dictionaries_of<turn_row>();
    case table::criteria:
      return dictionaries_of<criterion_row>();
    case table::issues:
      return dictionaries_of<issue_row>();
    default:
      return dictionaries_of<run_row>();
  }
}

SIMRUNS_INLINE table_words::table_words(table which)
    : which_(which), dictionaries_(dictionaries_of(which)) {}

SIMRUNS_INLINE void table_words::add(page const& source) {
  auto const number = [&](std::size_t rows, auto const& each_row) {
    pages_.push_back(index_words(rows, each_row, dictionaries_));
  };
  auto const number_all = [&](auto const& rows) {
    number(rows.size(), [&](auto const& take) {
      for (auto const& row : rows) take(row);
    });
  };
  switch (which_) {
    case table::turns:
      return number(count_turns(source), [&](auto const& take) { each_turn(source, take); });
    case table::criteria:
      return number(count_criteria(source),
                    [&](auto const& take) { each_criterion(source, take); });
    case table::issues:
      return number_all(issue_rows(source, 0));
    default:
      return number_all(run_word_rows(source));
  }
}

SIMRUNS_INLINE std::vector<shared_columns> table_words::finish() {
  shared_columns dictionaries;
  for (auto const& header : columns_of(which_)) {
    if (header.type != column_type::dictionary) continue;
    auto const& words = dictionaries_[dictionaries.size()];
    dictionaries.push_back(std::make_shared<column_data>(copied(words, header.name)));
  }
  std::vector<shared_columns> out(pages_.size());
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    for (auto& column : pages_[i]) {
      column.dictionary = dictionaries[out[i].size()];
      out[i].push_back(std::make_shared<column_data>(std::move(column)));
    }
  }
  return out;
}

SIMRUNS_INLINE column_batch build_with(shared_columns const& words, table which, page const& source,
                                       std::int64_t first_run) {
  switch (which) {
    case table::turns:
      return build_columns(turn_rows(source), words);
    case table::criteria:
      return build_columns(criterion_rows(source).all(), words);
    case table::issues:
      return build_columns(issue_rows(source, first_run), words);
    default:
      return build_columns(run_rows(source), words);
  }
}

}  // namespace detail

SIMRUNS_INLINE column_batch build(table which, page const& source, std::int64_t first_run) {
  detail::table_words words(which);
  words.add(source);
  return detail::build_with(words.finish().front(), which, source, first_run);
}

}  // namespace simruns
