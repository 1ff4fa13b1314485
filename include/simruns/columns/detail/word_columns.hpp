#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/column_builder.hpp"
#include "simruns/columns/detail/dictionary.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

/// The columns of a table whose texts repeat. All pages of the table share one dictionary a column,
/// so that an index means the same text in each of its batches: not every reader of Arrow looks at
/// the dictionary of a batch, and some take that of the first for all.
namespace simruns::detail {

/// For one page: which word of a dictionary each row has.
class index_builder {
 public:
  index_builder(column_dictionary& words, std::size_t rows)
      : words_(&words), rows_(rows), values_(rows * sizeof(std::int32_t)), validity_(rows) {}

  void put(std::size_t row, std::string_view word) {
    values_.as<std::int32_t>()[row] = words_->index_of(word);
  }
  void put(std::size_t row, maybe<std::string_view> const& word) {
    if (word) return put(row, *word);
    values_.as<std::int32_t>()[row] = 0;
    validity_.clear(row);
  }

  /// The column, but for its dictionary, which is not whole yet.
  column_data finish() {
    return {rows_, validity_.null_count(), validity_.finish(), std::move(values_), {}, nullptr};
  }

 private:
  column_dictionary* words_;
  std::size_t rows_;
  column_buffer values_;
  validity_bits validity_;
};

/// Makes the dictionary of each column of words, with the words that it begins with.
class dictionary_visitor {
 public:
  explicit dictionary_visitor(std::vector<column_dictionary>& out) : out_(out) {}

  void value(std::string_view, auto const&) {}
  void word(std::string_view, auto const&, std::span<std::string_view const> first = {}) {
    out_.emplace_back(first);
  }
  void composed(std::string_view, auto const&) {}

 private:
  std::vector<column_dictionary>& out_;
};

/// Gives the words of a row to the builder of each column of words.
class index_visitor {
 public:
  index_visitor(index_builder* first, std::size_t row) : next_(first), row_(row) {}

  void value(std::string_view, auto const&) {}
  void word(std::string_view, auto const& value, std::span<std::string_view const> = {}) {
    (next_++)->put(row_, value);
  }
  void composed(std::string_view, auto const&) {}

 private:
  index_builder* next_;
  std::size_t row_;
};

template <class Row>
std::vector<column_dictionary> dictionaries_of(bool const* wanted) {
  std::vector<column_dictionary> out;
  show(Row{}, wanted, dictionary_visitor(out));
  return out;
}

/// Everything is inlined, as for `put_rows`: of a row that is made on the way only its words
/// remain.
[[gnu::flatten]] void put_words(auto const& each_row, bool const* wanted, index_builder* builders) {
  std::size_t row = 0;
  each_row([&](auto const& one) { show(one, wanted, index_visitor(builders, row++)); });
}

/// Numbers the words of so many rows, adding those that are new to `words`, in the order of the
/// wanted columns. `each_row(take)` calls `take` with one row after the other.
std::vector<column_data> index_words(std::size_t rows, auto const& each_row, bool const* wanted,
                                     std::vector<column_dictionary>& words) {
  std::vector<index_builder> builders;
  builders.reserve(words.size());
  for (auto& column : words) builders.emplace_back(column, rows);
  put_words(each_row, wanted, builders.data());
  std::vector<column_data> out;
  out.reserve(builders.size());
  for (auto& builder : builders) out.push_back(builder.finish());
  return out;
}

/// The words of a column as Arrow has them, copied, so that the pages may go.
inline column_data copied(column_dictionary const& dictionary, std::string_view column_name) {
  auto const& words = dictionary.words();
  text_counter counted;
  for (auto const word : words) counted.put(word);
  column_builder out({column_name, column_type::text, false}, words.size(), counted.bytes);
  for (std::size_t i = 0; i < words.size(); ++i) out.put(i, words[i]);
  return out.finish();
}

}  // namespace simruns::detail
