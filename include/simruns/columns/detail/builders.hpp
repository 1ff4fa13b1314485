#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/dictionary.hpp"
#include "simruns/columns/detail/text.hpp"

#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

/// One column in the making. A builder sees every row twice, in their order: `count`, then, behind
/// `start`, `add`; `finish` gives the column.
namespace simruns::detail {

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
maybe<T> as_maybe(std::optional<T> value) {
  return value ? maybe<T>(*value) : maybe<T>();
}

/// What an accessor of a row says, whether it may lack a value or not.
template <class Row, class Get>
using column_value = decltype(as_maybe(std::declval<Get>()(std::declval<Row const&>())));

/// Of int64, double and time: all that has a fixed width of 8 bytes.
template <class Row, class Get>
class fixed_builder {
 public:
  fixed_builder(column_header const& header, std::size_t rows)
      : header_(header), rows_(rows), validity_(rows), values_(rows * sizeof(number)) {}

  void count(Row const&) noexcept {}
  void start() noexcept {}

  void add(Row const& row, std::size_t at) {
    auto const got = as_maybe(Get{}(row));
    if (!got) validity_.clear(at);
    values_.as<number>()[at] = got ? number_of(*got) : number{};
  }

  column_data finish() {
    return {header_, rows_, validity_.null_count(), validity_.finish(), std::move(values_), {}, {}};
  }

 private:
  static std::int64_t number_of(std::int64_t value) noexcept { return value; }
  static double number_of(double value) noexcept { return value; }
  static std::int64_t number_of(time_point value) noexcept {
    return value.time_since_epoch().count();
  }
  using number = decltype(number_of(*std::declval<column_value<Row, Get>>()));

  column_header header_;
  std::size_t rows_;
  validity_bits validity_;
  column_buffer values_;
};

template <class Row, class Get>
class bool_builder {
 public:
  bool_builder(column_header const& header, std::size_t rows)
      : header_(header), rows_(rows), validity_(rows), values_(rows) {}

  void count(Row const&) noexcept {}
  void start() noexcept {}

  void add(Row const& row, std::size_t at) {
    auto const got = as_maybe(Get{}(row));
    if (!got) validity_.clear(at);
    values_.put(got.value_or(false));
  }

  column_data finish() {
    return {header_, rows_, validity_.null_count(), validity_.finish(), values_.finish(), {}, {}};
  }

 private:
  column_header header_;
  std::size_t rows_;
  validity_bits validity_;
  bit_writer values_;
};

/// Of texts: `Put{}(row, sink)` writes one and says whether there is one.
template <class Row, class Put>
class text_builder {
 public:
  text_builder(column_header const& header, std::size_t rows)
      : header_(header), rows_(rows), validity_(rows) {}

  void count(Row const& row) { Put{}(row, counted_); }

  void start() {
    if (counted_.bytes > std::numeric_limits<std::int32_t>::max()) {
      throw request_error(errc::too_large, "the texts of column '" + std::string(header_.name) +
                                               "' take " + std::to_string(counted_.bytes) +
                                               " bytes on one page; 2147483647 is the most");
    }
    offsets_ = column_buffer((rows_ + 1) * sizeof(std::int32_t));
    *offsets_.as<std::int32_t>() = 0;
    bytes_ = column_buffer(counted_.bytes);
    writer_.at = bytes_.as<char>();
  }

  void add(Row const& row, std::size_t at) {
    if (!Put{}(row, writer_)) validity_.clear(at);
    offsets_.as<std::int32_t>()[at + 1] = static_cast<std::int32_t>(writer_.at - bytes_.as<char>());
  }

  column_data finish() {
    return {
        header_,           rows_, validity_.null_count(), validity_.finish(), std::move(offsets_),
        std::move(bytes_), {}};
  }

 private:
  column_header header_;
  std::size_t rows_;
  text_counter counted_;
  validity_bits validity_;
  column_buffer offsets_;
  column_buffer bytes_;
  text_writer writer_{nullptr};
};

/// Writes what an accessor says, as it is.
template <class Get>
struct put_value {
  template <class Row>
  bool operator()(Row const& row, auto& sink) const {
    auto const got = as_maybe(Get{}(row));
    if (got) sink.put(*got);
    return got.has_value();
  }
};

struct itself {
  std::string_view operator()(std::string_view text) const noexcept { return text; }
};

/// Of texts that repeat.
template <class Row, class Get>
class dictionary_builder {
 public:
  dictionary_builder(column_header const& header, std::size_t rows)
      : header_(header), rows_(rows), validity_(rows), indices_(rows * sizeof(std::int32_t)) {}

  void count(Row const&) noexcept {}
  void start() noexcept {}

  void add(Row const& row, std::size_t at) {
    auto const got = as_maybe(Get{}(row));
    if (!got) validity_.clear(at);
    indices_.as<std::int32_t>()[at] = got ? words_.index_of(*got) : 0;
  }

  column_data finish() {
    return {header_,
            rows_,
            validity_.null_count(),
            validity_.finish(),
            std::move(indices_),
            {},
            std::make_unique<column_data>(all_words())};
  }

 private:
  column_data all_words() const {
    column_header header;
    header.nullable = false;
    auto const& words = words_.words();
    text_builder<std::string_view, put_value<itself>> out(header, words.size());
    for (auto const word : words) out.count(word);
    out.start();
    for (std::size_t i = 0; i < words.size(); ++i) out.add(words[i], i);
    return out.finish();
  }

  column_header header_;
  std::size_t rows_;
  validity_bits validity_;
  column_buffer indices_;
  column_dictionary words_;
};

}  // namespace simruns::detail
