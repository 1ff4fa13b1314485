#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/column_choice.hpp"
#include "simruns/columns/detail/dictionary.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/turn_role.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace simruns::detail {

/// What is known of a page when the words of all pages are numbered.
struct page_words {
  std::vector<std::shared_ptr<column_data const>> columns;  ///< The columns that hold words.
  std::vector<turn_role> roles;  ///< Who spoke each turn, where the table asks for it.
};

/// Numbers the words of a table's pages. Only after the last page are the dictionaries whole, so
/// the columns of words come first, and `build_with` adds the others, page by page. The choice and
/// the names have to live as long as this.
class table_words {
 public:
  table_words(table which, column_choice const& choice, scenario_names const& names);

  /// Takes the words of the next page, which has to live until `finish`.
  void add(page const& source);

  /// What is known of each page, in their order.
  std::vector<page_words> finish();

 private:
  table which_;
  column_choice const& choice_;
  scenario_names const& names_;
  std::vector<column_dictionary> dictionaries_;
  std::vector<std::vector<column_data>> pages_;
  std::vector<std::vector<turn_role>> roles_;  // Of each page; of none where no one asks for them.
};

/// A page as the chosen columns, those of words given.
column_batch build_with(page_words const& words, table which, column_choice const& choice,
                        page const& source, std::int64_t first_run);

}  // namespace simruns::detail
