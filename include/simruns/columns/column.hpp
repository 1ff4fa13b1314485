#pragma once

#include "simruns/columns/detail/buffer.hpp"
#include "simruns/error.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace simruns {

/// What a column holds, and what it is in Arrow.
enum class column_type {
  text,        ///< utf8: int32 offsets, bytes.
  dictionary,  ///< Texts that repeat: int32 indices into a dictionary of utf8.
  integer,     ///< int64.
  real,        ///< double.
  boolean,     ///< bool: a bit a value.
  time,        ///< timestamp[ms, UTC].
};

/// What is known of a column before there is a row.
struct column_header {
  std::string_view name;  ///< Ends in a NUL that is not counted, and lives for ever.
  column_type type = column_type::text;
  bool nullable = true;  ///< False: every row has a value.
};

class column;

namespace detail {

/// The buffers of a column, laid out as Arrow wants them.
struct column_data {
  column_header header;
  std::size_t size = 0;
  std::size_t null_count = 0;
  column_buffer validity;  ///< None where every row has a value.
  column_buffer values;    ///< int64, double, bits, offsets (one more than rows), or indices.
  column_buffer bytes;     ///< Of texts.
  std::unique_ptr<column_data> dictionary;
};

}  // namespace detail

/// One column of a batch: owns its memory, shares nothing with the page. Immutable: any thread may
/// read. Absent and null are both "no value".
class column {
 public:
  explicit column(detail::column_data data) noexcept : data_(std::move(data)) {}

  std::string_view name() const noexcept { return data_.header.name; }
  column_type type() const noexcept { return data_.header.type; }
  bool nullable() const noexcept { return data_.header.nullable; }
  std::size_t size() const noexcept { return data_.size; }
  std::size_t null_count() const noexcept { return data_.null_count; }

  /// Requires, here and below: `row < size()`.
  bool has_value(std::size_t row) const noexcept {
    assert(row < size());
    return !data_.validity || detail::bit_at(data_.validity, row);
  }

  /// Requires: `type()` is `text` or `dictionary`. The text lives as long as the column.
  maybe<std::string_view> text(std::size_t row) const noexcept {
    assert(type() == column_type::text || type() == column_type::dictionary);
    if (!has_value(row)) return {};
    if (!data_.dictionary) return text_at(data_, row);
    return text_at(*data_.dictionary, static_cast<std::size_t>(indices()[row]));
  }

  /// Requires: `type()` is `integer`.
  maybe<std::int64_t> integer(std::size_t row) const noexcept {
    assert(type() == column_type::integer);
    if (!has_value(row)) return {};
    return integers()[row];
  }

  /// Requires: `type()` is `real`.
  maybe<double> real(std::size_t row) const noexcept {
    assert(type() == column_type::real);
    if (!has_value(row)) return {};
    return data_.values.as<double>()[row];
  }

  /// Requires: `type()` is `boolean`.
  maybe<bool> boolean(std::size_t row) const noexcept {
    assert(type() == column_type::boolean);
    if (!has_value(row)) return {};
    return detail::bit_at(data_.values, row);
  }

  /// Requires: `type()` is `time`.
  maybe<time_point> time(std::size_t row) const noexcept {
    assert(type() == column_type::time);
    if (!has_value(row)) return {};
    return time_point{std::chrono::milliseconds{integers()[row]}};
  }

  /// Of `integer`, or of `time` in milliseconds since 1970; 0 where there is no value.
  std::span<std::int64_t const> integers() const noexcept {
    assert(type() == column_type::integer || type() == column_type::time);
    return {data_.values.as<std::int64_t>(), size()};
  }

  /// Of `dictionary`: each row's place among `words()`; 0 where there is no value.
  std::span<std::int32_t const> indices() const noexcept {
    assert(type() == column_type::dictionary);
    return {data_.values.as<std::int32_t>(), size()};
  }

  /// Of `dictionary`: its texts, each once, in the order of their first row.
  std::vector<std::string_view> words() const {
    assert(type() == column_type::dictionary);
    std::vector<std::string_view> out;
    out.reserve(data_.dictionary->size);
    for (std::size_t i = 0; i < data_.dictionary->size; ++i) {
      out.push_back(text_at(*data_.dictionary, i));
    }
    return out;
  }

  /// The buffers, given away: what an export to Arrow does.
  detail::column_data take() && noexcept { return std::move(data_); }

 private:
  static std::string_view text_at(detail::column_data const& texts, std::size_t row) noexcept {
    auto const* const offsets = texts.values.as<std::int32_t>();
    auto const begin = static_cast<std::size_t>(offsets[row]);
    return {texts.bytes.as<char>() + begin, static_cast<std::size_t>(offsets[row + 1]) - begin};
  }

  detail::column_data data_;
};

/// Rows as columns: a record batch, for readers of C++.
struct column_batch {
  std::size_t rows = 0;
  std::vector<column> columns;

  /// Null where there is no such column.
  column const* find(std::string_view name) const noexcept {
    for (auto const& c : columns) {
      if (c.name() == name) return &c;
    }
    return nullptr;
  }

  /// Throws: `request_error` of `errc::invalid_argument` where there is no such column.
  column const& operator[](std::string_view name) const {
    if (auto const* found = find(name)) return *found;
    throw request_error(errc::invalid_argument, "no column '" + std::string(name) + "'");
  }
};

}  // namespace simruns
