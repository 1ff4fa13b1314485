#pragma once

#include "normal_columns.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// Columns as a careful user of a JSON library would lay them out: Arrow's buffers, in vectors.
namespace bench {

/// Of texts: offsets, bytes, a byte a row that says whether there is one.
class text_column {
 public:
  void put(std::string_view text) {
    bytes_ += text;
    close(true);
  }
  void put_null() { close(false); }
  void put(std::optional<std::string_view> const& text) {
    if (text) return put(*text);
    put_null();
  }

  json::array normal_form(bool is_json) const {
    json::array out;
    for (std::size_t row = 0; row < present_.size(); ++row) {
      auto const begin = static_cast<std::size_t>(offsets_[row]);
      auto const end = static_cast<std::size_t>(offsets_[row + 1]);
      auto const text = std::string_view(bytes_).substr(begin, end - begin);
      if (present_[row] == 0) {
        out.push_back(nullptr);
      } else {
        out.push_back(is_json ? normal_free(text) : normal(text));
      }
    }
    return out;
  }

 private:
  void close(bool present) {
    offsets_.push_back(static_cast<std::int32_t>(bytes_.size()));
    present_.push_back(present);
  }

  std::vector<std::int32_t> offsets_{0};
  std::string bytes_;
  std::vector<std::uint8_t> present_;
};

/// Of integers, times or, as 0 and 1, of truth values.
template <class T>
class value_column {
 public:
  void put(std::optional<T> const& value) {
    values_.push_back(value.value_or(T{}));
    present_.push_back(value.has_value());
  }
  void put_null() { put(std::nullopt); }

  json::array normal_form(bool) const {
    json::array out;
    for (std::size_t row = 0; row < present_.size(); ++row) {
      T const value = values_[row];
      out.push_back(present_[row] != 0 ? json::value(cell_of(value)) : json::value{});
    }
    return out;
  }

 private:
  static auto cell_of(T value) {
    if constexpr (std::is_same_v<T, double>) {
      return normal(value);
    } else {
      return value;
    }
  }

  std::vector<T> values_;
  std::vector<std::uint8_t> present_;
};

using integer_column = value_column<std::int64_t>;
using bool_column = value_column<bool>;

struct run_columns {
  text_column id, organisation, project, scenario, batch, large_language_model, endpoint_type;
  integer_column sequence, total_turns, max_turns, created_at, duration_ms, expires_at;
  text_column created_by, status, sentiment, summary, results;
  bool_column success, is_batch_stopped, is_conversation_ended;
  integer_column success_numerator, success_denominator;
  value_column<double> success_percentage;
  text_column error_category, error_message, error_technical_details;
};

struct turn_columns {
  text_column run_id, id, text, data;
  integer_column turn, sequence, created_at;
};

struct criterion_columns {
  text_column run_id, type, name, params, reason, result;
  integer_column criterion;
  bool_column success;
};

json::object normal_form(run_columns const& c);
json::object normal_form(turn_columns const& c);
json::object normal_form(criterion_columns const& c);

}  // namespace bench
