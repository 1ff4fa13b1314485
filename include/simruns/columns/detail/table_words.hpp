#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/dictionary.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/page/page.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace simruns::detail {

/// The columns of a page, or those of them that hold words.
using shared_columns = std::vector<std::shared_ptr<column_data const>>;

/// Numbers the words of a table's pages. Only after the last page are the dictionaries whole, so
/// the columns of words come first, and `build_with` adds the others, page by page.
class table_words {
 public:
  explicit table_words(table which);

  /// Takes the words of the next page, which has to live until `finish`.
  void add(page const& source);

  /// The columns of words of each page, in the order of both.
  std::vector<shared_columns> finish();

 private:
  table which_;
  std::vector<column_dictionary> dictionaries_;
  std::vector<std::vector<column_data>> pages_;
};

/// A page as columns, those of words given.
column_batch build_with(shared_columns const& words, table which, page const& source,
                        std::int64_t first_run);

}  // namespace simruns::detail
