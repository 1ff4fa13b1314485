#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/detail/column_dictionary.hpp"
#include "simruns/detail/column_text.hpp"

#include <concepts>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

/// From rows to columns. The type that an accessor returns decides the type of its column, so that
/// a schema and its arrays cannot disagree.
namespace simruns::detail {

/// A column of a table of `Row`s: what it is, and how it is filled.
template <class Row>
struct column_spec {
  column_header header;
  column_data (*fill)(column_header const&, std::span<Row const>);
};

template <class T>
inline constexpr bool is_maybe = false;
template <class T>
inline constexpr bool is_maybe<maybe<T>> = true;

template <class T>
maybe<T> as_maybe(T value) {
  return value;
}
template <class T>
maybe<T> as_maybe(maybe<T> value) {
  return value;
}

template <class T>
constexpr column_type type_of(std::type_identity<maybe<T>>) {
  if (std::is_same_v<T, bool>) return column_type::boolean;
  if (std::is_same_v<T, std::int64_t>) return column_type::integer;
  if (std::is_same_v<T, time_point>) return column_type::time;
  return column_type::text;
}
template <class T>
constexpr column_type type_of(std::type_identity<T>) {
  return type_of(std::type_identity<maybe<T>>{});
}

inline void check_size(column_header const& header, std::size_t bytes) {
  if (bytes <= std::numeric_limits<std::int32_t>::max()) return;
  throw request_error(errc::too_large, "the texts of column '" + std::string(header.name) +
                                           "' take " + std::to_string(bytes) +
                                           " bytes on one page; 2147483647 is the most");
}

inline void set_validity(column_data& out, bit_writer& present) {
  out.null_count = out.size - present.ones();
  if (out.null_count != 0) out.validity = present.finish();
}

/// Fills int64, time and bool: all that has a fixed width.
template <class Row, class Get>
column_data fill_fixed(column_header const& header, std::span<Row const> rows) {
  column_data out{header, rows.size(), 0, {}, column_buffer(rows.size() * 8), {}, nullptr};
  bit_writer present(rows.size());
  auto* value = out.values.as<std::int64_t>();
  for (auto const& row : rows) {
    auto const got = as_maybe(Get{}(row));
    present.put(got.has_value());
    if constexpr (std::same_as<decltype(got), maybe<time_point> const>) {
      *value++ = got ? got->time_since_epoch().count() : 0;
    } else {
      *value++ = got ? *got : 0;
    }
  }
  set_validity(out, present);
  return out;
}

template <class Row, class Get>
column_data fill_bits(column_header const& header, std::span<Row const> rows) {
  column_data out{header, rows.size(), 0, {}, {}, {}, nullptr};
  bit_writer present(rows.size());
  bit_writer values(rows.size());
  for (auto const& row : rows) {
    auto const got = as_maybe(Get{}(row));
    present.put(got.has_value());
    values.put(got.value_or(false));
  }
  out.values = values.finish();
  set_validity(out, present);
  return out;
}

/// Fills utf8 from what `put(row, sink)` writes: once to count, once to copy.
template <class Row, class Put>
column_data fill_text(column_header const& header, std::span<Row const> rows, Put put) {
  text_counter counted;
  for (auto const& row : rows) put(row, counted);
  check_size(header, counted.bytes);

  auto const offsets_bytes = (rows.size() + 1) * sizeof(std::int32_t);
  column_data out{
      header, rows.size(), 0, {}, column_buffer(offsets_bytes), column_buffer(counted.bytes),
      nullptr};
  bit_writer present(rows.size());
  auto* const begin = out.bytes.as<char>();
  auto* offset = out.values.as<std::int32_t>();
  text_writer writer{begin};
  *offset++ = 0;
  for (auto const& row : rows) {
    present.put(put(row, writer));
    *offset++ = static_cast<std::int32_t>(writer.at - begin);
  }
  set_validity(out, present);
  return out;
}

inline column_data fill_words(std::vector<std::string_view> const& words) {
  column_header header;
  header.nullable = false;
  return fill_text<std::string_view>(header, words, [](std::string_view word, auto& sink) {
    sink.put(word);
    return true;
  });
}

template <class Row, class Get>
column_data fill_dictionary(column_header const& header, std::span<Row const> rows) {
  auto const bytes = rows.size() * sizeof(std::int32_t);
  column_data out{header, rows.size(), 0, {}, column_buffer(bytes), {}, nullptr};
  bit_writer present(rows.size());
  column_dictionary words;
  auto* index = out.values.as<std::int32_t>();
  for (auto const& row : rows) {
    auto const got = as_maybe(Get{}(row));
    present.put(got.has_value());
    *index++ = got ? words.index_of(*got) : 0;
  }
  set_validity(out, present);
  out.dictionary = std::make_unique<column_data>(fill_words(words.words()));
  return out;
}

template <class Row, class Get>
column_data fill_values(column_header const& header, std::span<Row const> rows) {
  using value = std::invoke_result_t<Get, Row const&>;
  constexpr auto type = type_of(std::type_identity<value>{});
  if constexpr (type == column_type::boolean) {
    return fill_bits<Row, Get>(header, rows);
  } else if constexpr (type == column_type::text) {
    return fill_text(header, rows, [](Row const& row, auto& sink) {
      auto const got = as_maybe(Get{}(row));
      if (got) sink.put(*got);
      return got.has_value();
    });
  } else {
    return fill_fixed<Row, Get>(header, rows);
  }
}

/// A column of what `Get{}(row)` returns: a text, an int64, a bool, a time, or a `maybe` of these.
template <class Row, class Get>
constexpr column_spec<Row> value_column(std::string_view name, Get) {
  using value = std::invoke_result_t<Get, Row const&>;
  return {{name, type_of(std::type_identity<value>{}), is_maybe<value>}, fill_values<Row, Get>};
}

/// A column of texts that repeat.
template <class Row, class Get>
constexpr column_spec<Row> word_column(std::string_view name, Get) {
  using value = std::invoke_result_t<Get, Row const&>;
  return {{name, column_type::dictionary, is_maybe<value>}, fill_dictionary<Row, Get>};
}

/// A column of texts put together: `Put{}(row, sink)` writes one and says whether there is one.
template <class Row, class Put>
constexpr column_spec<Row> composed_column(std::string_view name, Put) {
  return {{name, column_type::text, true},
          [](column_header const& header, std::span<Row const> rows) {
            return fill_text(header, rows, Put{});
          }};
}

}  // namespace simruns::detail
