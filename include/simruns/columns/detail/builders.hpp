#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/text.hpp"
#include "simruns/error.hpp"
#include "simruns/json/blocks.hpp"
#include "simruns/text/spread_hash.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Each class makes one column. A builder sees every row twice, in their order: first in `count`,
/// then, behind `start`, in `add`; `finish` gives the column.
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

/// What an accessor of a row says, whether it may lack a value or not.
template <class Row, class Get>
using column_value = decltype(as_maybe(std::declval<Get>()(std::declval<Row const&>())));

/// Makes a column of int64, double or time, which all take 8 bytes a value.
template <class Row, class Get>
class fixed_builder {
 public:
  fixed_builder(column_header const&, std::size_t rows)
      : rows_(rows), validity_(rows), values_(rows * sizeof(number)) {}

  void count(Row const&) noexcept {}
  void start() noexcept {}

  void add(Row const& row, std::size_t at) {
    auto const value = as_maybe(Get{}(row));
    if (!value) validity_.clear(at);
    values_.as<number>()[at] = value ? number_of(*value) : number{};
  }

  column_data finish() {
    return {rows_, validity_.null_count(), validity_.finish(), std::move(values_), {}, {}};
  }

 private:
  static std::int64_t number_of(std::int64_t value) noexcept { return value; }
  static double number_of(double value) noexcept { return value; }
  static std::int64_t number_of(time_point value) noexcept {
    return value.time_since_epoch().count();
  }
  using number = decltype(number_of(*std::declval<column_value<Row, Get>>()));

  std::size_t rows_;
  validity_bits validity_;
  column_buffer values_;
};

/// Makes a column of true and false.
template <class Row, class Get>
class bool_builder {
 public:
  bool_builder(column_header const&, std::size_t rows)
      : rows_(rows), validity_(rows), values_(rows) {}

  void count(Row const&) noexcept {}
  void start() noexcept {}

  void add(Row const& row, std::size_t at) {
    auto const value = as_maybe(Get{}(row));
    if (!value) validity_.clear(at);
    values_.put(value.value_or(false));
  }

  column_data finish() {
    return {rows_, validity_.null_count(), validity_.finish(), values_.finish(), {}, {}};
  }

 private:
  std::size_t rows_;
  validity_bits validity_;
  bit_writer values_;
};

/// Makes a column of texts: `Put{}(row, sink)` writes one and says whether there is one.
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
        rows_, validity_.null_count(), validity_.finish(), std::move(offsets_), std::move(bytes_),
        {}};
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

/// Writes what an accessor of a row says, as it is.
template <class Get>
struct put_value {
  template <class Row>
  bool operator()(Row const& row, auto& sink) const {
    auto const value = as_maybe(Get{}(row));
    if (value) sink.put(*value);
    return value.has_value();
  }
};

struct itself {
  std::string_view operator()(std::string_view text) const noexcept { return text; }
};

/// Numbers texts in the order of their first coming. The texts stay where they are.
class column_dictionary {
 public:
  std::int32_t index_of(std::string_view text) {
    if (text.data() == last_.data() && text.size() == last_.size() && !words_.empty()) {
      return last_index_;
    }
    last_ = text;
    return last_index_ = find(text);
  }

  std::vector<std::string_view> const& words() const noexcept { return words_; }

 private:
  // Most columns of a page have one word or a handful, which are found sooner without a hash.
  static constexpr std::size_t few = 12;

  // Apart from `index_of`, which is short where a text comes again.
  [[gnu::noinline]] std::int32_t find(std::string_view text) {
    return words_.size() < few ? find_among_few(text) : find_hashed(text);
  }

  std::int32_t find_among_few(std::string_view text) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (same_text(words_[i], text)) return static_cast<std::int32_t>(i);
    }
    words_.push_back(text);
    return static_cast<std::int32_t>(words_.size() - 1);
  }

  std::int32_t find_hashed(std::string_view text) {
    for (auto i = indices_.size(); i < words_.size(); ++i) {
      indices_.emplace(words_[i], static_cast<std::int32_t>(i));
    }
    auto const [found, is_new] =
        indices_.try_emplace(text, static_cast<std::int32_t>(words_.size()));
    if (is_new) words_.push_back(text);
    return found->second;
  }

  std::vector<std::string_view> words_;
  boost::unordered_flat_map<std::string_view, std::int32_t, spread_hash> indices_;
  std::string_view last_;
  std::int32_t last_index_ = 0;
};

/// Makes a column of texts that repeat.
template <class Row, class Get>
class dictionary_builder {
 public:
  dictionary_builder(column_header const&, std::size_t rows)
      : rows_(rows), validity_(rows), indices_(rows * sizeof(std::int32_t)) {}

  void count(Row const&) noexcept {}
  void start() noexcept {}

  void add(Row const& row, std::size_t at) {
    auto const value = as_maybe(Get{}(row));
    if (!value) validity_.clear(at);
    indices_.as<std::int32_t>()[at] = value ? words_.index_of(*value) : 0;
  }

  column_data finish() {
    return {rows_,
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

  std::size_t rows_;
  validity_bits validity_;
  column_buffer indices_;
  column_dictionary words_;
};

}  // namespace simruns::detail
