#pragma once

#include "simruns/columns/detail/buffer.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

/// What a column holds, and what it is in Arrow.
enum class column_type {
  text,        ///< Texts: Arrow's utf8, which is int32 offsets and bytes.
  dictionary,  ///< Texts that repeat: int32 indices into a dictionary of utf8.
  integer,     ///< Whole numbers: int64.
  real,        ///< Other numbers: double.
  boolean,     ///< True or false: bool, which is a bit for each row.
  time,        ///< Moments: timestamp[ms, UTC].
};

/// What is known of a column before there is a row.
struct column_header {
  std::string_view name;  ///< A literal: it lives for ever, and a NUL stands behind it.
  column_type type = column_type::text;
  bool nullable = true;  ///< Whether a row may lack a value.
  /// Whether a dictionary begins with all words of the contract, in an order of their own.
  bool ordered = false;
};

/// One column of a batch. It shares nothing with the page, and its memory never changes, so any
/// thread may read it, and a copy is cheap. What is absent or null in the page has no value here.
class column {
 public:
  column(column_header header, std::shared_ptr<detail::column_data const> data) noexcept
      : header_(header), data_(std::move(data)) {}

  std::string_view name() const noexcept { return header_.name; }
  column_type type() const noexcept { return header_.type; }
  bool nullable() const noexcept { return header_.nullable; }
  bool ordered() const noexcept { return header_.ordered; }
  std::size_t size() const noexcept { return data_->size; }
  std::size_t null_count() const noexcept { return data_->null_count; }

  /// Whether this row has a value. Requires, as for all that takes a row: `row < size()`.
  bool has_value(std::size_t row) const noexcept {
    assert(row < size());
    return !data_->validity || detail::bit_at(data_->validity, row);
  }

  /// The text of a row, which lives as long as the column. Requires: `type()` is `text` or
  /// `dictionary`.
  maybe<std::string_view> text(std::size_t row) const noexcept {
    assert(type() == column_type::text || type() == column_type::dictionary);
    if (!has_value(row)) return {};
    if (!data_->dictionary) return text_at(*data_, row);
    return text_at(*data_->dictionary, static_cast<std::size_t>(indices()[row]));
  }

  /// The number of a row. Requires: `type()` is `integer`.
  maybe<std::int64_t> integer(std::size_t row) const noexcept {
    assert(type() == column_type::integer);
    if (!has_value(row)) return {};
    return integers()[row];
  }

  /// The number of a row. Requires: `type()` is `real`.
  maybe<double> real(std::size_t row) const noexcept {
    assert(type() == column_type::real);
    if (!has_value(row)) return {};
    return data_->values.as<double>()[row];
  }

  /// The truth of a row. Requires: `type()` is `boolean`.
  maybe<bool> boolean(std::size_t row) const noexcept {
    assert(type() == column_type::boolean);
    if (!has_value(row)) return {};
    return detail::bit_at(data_->values, row);
  }

  /// The moment of a row. Requires: `type()` is `time`.
  maybe<time_point> time(std::size_t row) const noexcept {
    assert(type() == column_type::time);
    if (!has_value(row)) return {};
    return time_point{std::chrono::milliseconds{integers()[row]}};
  }

  /// All rows as numbers, times as milliseconds since 1970; 0 where there is no value. Requires:
  /// `type()` is `integer` or `time`.
  std::span<std::int64_t const> integers() const noexcept {
    assert(type() == column_type::integer || type() == column_type::time);
    return {data_->values.as<std::int64_t>(), size()};
  }

  /// All rows as positions in `words()`; 0 where there is no value. Requires: `type()` is
  /// `dictionary`.
  std::span<std::int32_t const> indices() const noexcept {
    assert(type() == column_type::dictionary);
    return {data_->values.as<std::int32_t>(), size()};
  }

  /// The different texts: those that the column begins with whether a row has them or not, then the
  /// others in the order of their first row. Requires: `type()` is `dictionary`.
  std::vector<std::string_view> words() const;

  /// The buffers, which an export to Arrow shares.
  std::shared_ptr<detail::column_data const> const& data() const noexcept { return data_; }

 private:
  static std::string_view text_at(detail::column_data const& texts, std::size_t row) noexcept {
    auto const* const offsets = texts.values.as<std::int32_t>();
    auto const begin = static_cast<std::size_t>(offsets[row]);
    return {texts.bytes.as<char>() + begin, static_cast<std::size_t>(offsets[row + 1]) - begin};
  }

  column_header header_;
  std::shared_ptr<detail::column_data const> data_;
};

/// Rows as columns of the same size.
struct column_batch {
  std::size_t rows = 0;
  std::vector<column> columns;

  /// The column of that name, or null where there is none.
  column const* find(std::string_view name) const noexcept;

  /// The column of that name.
  /// Throws: `request_error` of `errc::invalid_argument` where there is none.
  column const& operator[](std::string_view name) const;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/columns/impl/column.ipp"
#endif
