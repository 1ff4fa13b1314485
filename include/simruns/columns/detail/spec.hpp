#pragma once

#include "simruns/columns/detail/builders.hpp"

#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

/// What the columns of a table are. The type that an accessor returns decides the type of its
/// column, so that a schema and its arrays cannot disagree.
namespace simruns::detail {

/// What is known of a column before there is a row, and how it is built.
template <class Builder>
struct column_spec {
  using builder = Builder;
  column_header header;
};

template <class T>
constexpr column_type type_of(std::type_identity<maybe<T>>) {
  if (std::is_same_v<T, bool>) return column_type::boolean;
  if (std::is_same_v<T, std::int64_t>) return column_type::integer;
  if (std::is_same_v<T, double>) return column_type::real;
  if (std::is_same_v<T, time_point>) return column_type::time;
  return column_type::text;
}

template <class Row, class Get>
constexpr bool may_lack = is_maybe<std::invoke_result_t<Get, Row const&>>;

/// A column of what `Get{}(row)` returns, which is a text, an int64, a double, a bool, a time, or a
/// `maybe` of one of these.
template <class Row, class Get>
constexpr auto value_column(std::string_view name, Get) {
  constexpr auto type = type_of(std::type_identity<column_value<Row, Get>>{});
  column_header const header{name, type, may_lack<Row, Get>};
  if constexpr (type == column_type::boolean) {
    return column_spec<bool_builder<Row, Get>>{header};
  } else if constexpr (type == column_type::text) {
    return column_spec<text_builder<Row, put_value<Get>>>{header};
  } else {
    return column_spec<fixed_builder<Row, Get>>{header};
  }
}

/// A column of texts that repeat.
template <class Row, class Get>
constexpr auto word_column(std::string_view name, Get) {
  return column_spec<dictionary_builder<Row, Get>>{
      {name, column_type::dictionary, may_lack<Row, Get>}};
}

/// A column of texts put together: `Put{}(row, sink)` writes one and says whether there is one.
template <class Row, class Put>
constexpr auto composed_column(std::string_view name, Put) {
  return column_spec<text_builder<Row, Put>>{{name, column_type::text, true}};
}

/// Builds all columns of `rows`, row by row, so that a row is in the cache for all of them.
template <class Row, class... Specs>
std::vector<column> build_columns(std::tuple<Specs...> const& specs, std::span<Row const> rows) {
  std::vector<column> out;
  out.reserve(sizeof...(Specs));
  std::apply(
      [&](auto const&... spec) {
        std::tuple<typename Specs::builder...> builders{
            typename Specs::builder(spec.header, rows.size())...};
        std::apply(
            [&](auto&... builder) {
              for (auto const& row : rows) (builder.count(row), ...);
              (builder.start(), ...);
              for (std::size_t i = 0; i < rows.size(); ++i) (builder.add(rows[i], i), ...);
              (out.emplace_back(spec.header, builder.finish()), ...);
            },
            builders);
      },
      specs);
  return out;
}

}  // namespace simruns::detail
