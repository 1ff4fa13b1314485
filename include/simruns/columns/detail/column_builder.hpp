#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/text.hpp"
#include "simruns/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::detail {

/// Makes one column of any type but `dictionary`. It takes a value for each row, in their order, by
/// the function that belongs to the type in its header.
class column_builder {
 public:
  /// `text_bytes`: what the texts of a column of type `text` take in all.
  column_builder(column_header const& header, std::size_t rows, std::size_t text_bytes)
      : rows_(rows), validity_(rows) {
    switch (header.type) {
      case column_type::text:
        prepare_texts(header.name, text_bytes);
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

  /// `write(sink)` writes a text in pieces, and says whether there is one.
  void put_composed(std::size_t row, auto const& write) {
    if (!write(writer_)) validity_.clear(row);
    end_text(row);
  }

  column_data finish() {
    return {
        rows_,  validity_.null_count(), validity_.finish(), std::move(values_), std::move(bytes_),
        nullptr};
  }

 private:
  void prepare_texts(std::string_view name, std::size_t bytes) {
    if (bytes > std::numeric_limits<std::int32_t>::max()) {
      throw request_error(errc::too_large, "the texts of column '" + std::string(name) + "' take " +
                                               std::to_string(bytes) +
                                               " bytes; an Arrow array holds 2147483647 at most");
    }
    values_ = column_buffer((rows_ + 1) * sizeof(std::int32_t));
    *values_.as<std::int32_t>() = 0;
    bytes_ = column_buffer(bytes);
    writer_.at = bytes_.as<char>();
  }

  void end_text(std::size_t row) {
    values_.as<std::int32_t>()[row + 1] = static_cast<std::int32_t>(writer_.at - bytes_.as<char>());
  }

  std::size_t rows_;
  validity_bits validity_;
  column_buffer values_;
  column_buffer bytes_;          // Only of texts.
  text_writer writer_{nullptr};  // Only of texts.
};

}  // namespace simruns::detail
