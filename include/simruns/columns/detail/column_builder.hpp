#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/dictionary.hpp"
#include "simruns/columns/detail/text.hpp"
#include "simruns/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

/// Makes one column of any type. It takes a value for each row, in their order, by the function
/// that belongs to the type in its header.
class column_builder {
 public:
  /// `text_bytes`: what the texts of a column of type `text` take in all.
  column_builder(column_header const& header, std::size_t rows, std::size_t text_bytes)
      : header_(header), rows_(rows), validity_(rows) {
    switch (header.type) {
      case column_type::text:
        prepare_texts(text_bytes);
        break;
      case column_type::dictionary:
        values_ = column_buffer(rows * sizeof(std::int32_t));
        words_ = std::make_unique<column_dictionary>();
        break;
      case column_type::boolean:
        values_ = column_buffer((rows + 7) / 8);
        std::memset(values_.as<char>(), 0, (rows + 7) / 8);
        break;
      default:
        values_ = column_buffer(rows * sizeof(std::int64_t));
    }
  }

  void put(std::size_t row, std::int64_t value) { values_.as<std::int64_t>()[row] = value; }
  void put(std::size_t row, double value) { values_.as<double>()[row] = value; }
  void put(std::size_t row, time_point value) { put(row, value.time_since_epoch().count()); }
  void put(std::size_t row, bool value) {
    auto const bit = static_cast<unsigned>(value) << (row % 8);
    values_.as<unsigned char>()[row / 8] |= static_cast<unsigned char>(bit);
  }
  void put(std::size_t row, std::string_view text) {
    writer_.put(text);
    end_text(row);
  }
  template <class T>
  void put(std::size_t row, maybe<T> const& value) {
    put(row, value.value_or(T{}));
    if (!value) validity_.clear(row);
  }

  void put_word(std::size_t row, std::string_view word) {
    values_.as<std::int32_t>()[row] = words_->index_of(word);
  }
  void put_word(std::size_t row, maybe<std::string_view> const& word) {
    if (word) return put_word(row, *word);
    values_.as<std::int32_t>()[row] = 0;
    validity_.clear(row);
  }

  /// `write(sink)` writes a text in pieces, and says whether there is one.
  void put_composed(std::size_t row, auto const& write) {
    if (!write(writer_)) validity_.clear(row);
    end_text(row);
  }

  column finish() {
    auto words = words_ ? std::make_unique<column_data>(all_words()) : nullptr;
    return {header_, finish_data(std::move(words))};
  }

 private:
  void prepare_texts(std::size_t bytes) {
    if (bytes > std::numeric_limits<std::int32_t>::max()) {
      throw request_error(errc::too_large, "the texts of column '" + std::string(header_.name) +
                                               "' take " + std::to_string(bytes) +
                                               " bytes on one page; 2147483647 is the most");
    }
    values_ = column_buffer((rows_ + 1) * sizeof(std::int32_t));
    *values_.as<std::int32_t>() = 0;
    bytes_ = column_buffer(bytes);
    writer_.at = bytes_.as<char>();
  }

  void end_text(std::size_t row) {
    values_.as<std::int32_t>()[row + 1] = static_cast<std::int32_t>(writer_.at - bytes_.as<char>());
  }

  column_data all_words() const {
    auto const& words = words_->words();
    text_counter counted;
    for (auto const word : words) counted.put(word);
    column_builder out({"", column_type::text, false}, words.size(), counted.bytes);
    for (std::size_t i = 0; i < words.size(); ++i) out.put(i, words[i]);
    return out.finish_data(nullptr);
  }

  column_data finish_data(std::unique_ptr<column_data> dictionary) {
    return {rows_,
            validity_.null_count(),
            validity_.finish(),
            std::move(values_),
            std::move(bytes_),
            std::move(dictionary)};
  }

  column_header header_;
  std::size_t rows_;
  validity_bits validity_;
  column_buffer values_;
  column_buffer bytes_;                       // Only of texts.
  text_writer writer_{nullptr};               // Only of texts.
  std::unique_ptr<column_dictionary> words_;  // Only of words.
};

}  // namespace simruns::detail
