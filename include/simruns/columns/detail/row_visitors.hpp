#pragma once

#include "simruns/columns/detail/column_builder.hpp"
#include "simruns/columns/tables.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

/// A row of a table has one function, `visit(out)`, which names the table's columns in their order
/// with the row's values:
///   `out.value(name, value)`: a text, an int64, a double, a bool, a time, or a `maybe` of these;
///   `out.word(name, value)`: a text that repeats, or a `maybe` of one; a third argument is what
///   the column's dictionary begins with, as the contract names all of them;
///   `out.composed(name, write)`: a text in pieces. `write(sink)` says whether there is one.
/// The visitors below make of it the table's schema, the room for its texts, and its columns. A
/// schema and its arrays thus cannot disagree.
namespace simruns::detail {

/// What a row points to by default. Such a row is visited only for the names and types of columns.
inline constexpr run blank_run{};

/// Lists the headers of the columns. The values tell their types and nothing else.
class header_visitor {
 public:
  explicit header_visitor(std::vector<column_header>& out) : out_(out) {}

  template <class T>
  void value(std::string_view name, T const& value) {
    out_.push_back({name, type_of(value), may_lack(value)});
  }
  template <class T>
  void word(std::string_view name, T const& value, std::span<std::string_view const> first = {}) {
    out_.push_back({name, column_type::dictionary, may_lack(value), !first.empty()});
  }
  void composed(std::string_view name, auto const&) {
    out_.push_back({name, column_type::text, true});
  }

 private:
  static column_type type_of(std::string_view) { return column_type::text; }
  static column_type type_of(std::int64_t) { return column_type::integer; }
  static column_type type_of(double) { return column_type::real; }
  static column_type type_of(bool) { return column_type::boolean; }
  static column_type type_of(time_point) { return column_type::time; }
  template <class T>
  static column_type type_of(maybe<T> const&) {
    return type_of(T{});
  }

  template <class T>
  static bool may_lack(T const&) {
    return false;
  }
  template <class T>
  static bool may_lack(maybe<T> const&) {
    return true;
  }

  std::vector<column_header>& out_;
};

/// Adds the bytes of a row's texts to the sum of each column but those of words.
class text_size_visitor {
 public:
  explicit text_size_visitor(text_counter* first) : next_(first) {}

  void value(std::string_view, maybe<std::string_view> const& value) {
    if (value) next_->put(*value);
    ++next_;
  }
  void value(std::string_view, std::string_view value) { (next_++)->put(value); }
  void value(std::string_view, auto const&) { ++next_; }
  void word(std::string_view, auto const&, std::span<std::string_view const> = {}) {}
  void composed(std::string_view, auto const& write) { write(*next_++); }

 private:
  text_counter* next_;
};

/// Gives the values of a row to the builder of each column but those of words.
class build_visitor {
 public:
  build_visitor(column_builder* first, std::size_t row) : next_(first), row_(row) {}

  void value(std::string_view, auto const& value) { (next_++)->put(row_, value); }
  void word(std::string_view, auto const&, std::span<std::string_view const> = {}) {}
  void composed(std::string_view, auto const& write) { (next_++)->put_composed(row_, write); }

 private:
  column_builder* next_;
  std::size_t row_;
};

/// Passes on to another visitor only the columns that are wanted, as if the table had no others.
template <class Visitor>
class wanted_visitor {
 public:
  wanted_visitor(Visitor to, bool const* wanted) : to_(to), wanted_(wanted) {}

  void value(std::string_view name, auto const& value) {
    if (*wanted_++) to_.value(name, value);
  }
  void word(std::string_view name, auto const& value,
            std::span<std::string_view const> first = {}) {
    if (*wanted_++) to_.word(name, value, first);
  }
  void composed(std::string_view name, auto const& write) {
    if (*wanted_++) to_.composed(name, write);
  }

 private:
  Visitor to_;
  bool const* wanted_;
};

/// Has `to` visit the wanted columns of a row. `wanted` says so of each column; null wants all.
template <class Row, class Visitor>
void show(Row const& row, bool const* wanted, Visitor to) {
  if (wanted == nullptr) return row.visit(to);
  row.visit(wanted_visitor<Visitor>(to, wanted));
}

/// Visits the columns that every table has, and by which tables are joined, but for `run_id`.
void visit_batch(run const& r, auto& out) {
  out.word("project", r.project);
  out.word("scenario", r.scenario);
  out.word("batch", r.batch);
}

/// Visits the keys of a table that has many rows of a run. A run may have an id of a megabyte and a
/// hundred thousand rows: the id is there once.
void visit_keys(run const& r, auto& out) {
  visit_batch(r, out);
  out.word("run_id", r.id);
}

/// The columns of a table with rows of type `Row`, whose default has something to visit.
template <class Row>
std::vector<column_header> headers_of(bool const* wanted) {
  std::vector<column_header> out;
  show(Row{}, wanted, header_visitor(out));
  return out;
}

/// Goes row by row, so that a row is in the cache for all columns. A builder does so little with a
/// value that a call would cost as much: everything is inlined, where the compiler optimizes.
template <class Row>
[[gnu::flatten]] void put_rows(std::vector<Row> const& rows, bool const* wanted,
                               column_builder* builders) {
  for (std::size_t i = 0; i < rows.size(); ++i) show(rows[i], wanted, build_visitor(builders, i));
}

/// Builds the wanted columns of a table but those of `words`, which are there already.
template <class Row>
column_batch build_columns(std::vector<Row> const& rows, bool const* wanted,
                           std::vector<std::shared_ptr<column_data const>> const& words) {
  auto const headers = headers_of<Row>(wanted);
  std::vector<text_counter> texts(headers.size());
  for (auto const& row : rows) show(row, wanted, text_size_visitor(texts.data()));
  std::vector<column_builder> builders;
  builders.reserve(headers.size());
  for (auto const& header : headers) {
    if (header.type == column_type::dictionary) continue;
    builders.emplace_back(header, rows.size(), texts[builders.size()].bytes);
  }
  put_rows(rows, wanted, builders.data());
  column_batch out{rows.size(), {}};
  out.columns.reserve(headers.size());
  auto const* word = words.data();
  auto* builder = builders.data();
  for (auto const& header : headers) {
    if (header.type == column_type::dictionary) {
      out.columns.emplace_back(header, *word++);
    } else {
      out.columns.emplace_back(header, std::make_shared<column_data>((builder++)->finish()));
    }
  }
  return out;
}

}  // namespace simruns::detail
