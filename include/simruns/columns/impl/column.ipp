#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <string>

namespace simruns {

SIMRUNS_INLINE std::vector<std::string_view> column::words() const {
  assert(type() == column_type::dictionary);
  std::vector<std::string_view> out;
  out.reserve(data_->dictionary->size);
  for (std::size_t i = 0; i < data_->dictionary->size; ++i) {
    out.push_back(text_at(*data_->dictionary, i));
  }
  return out;
}

SIMRUNS_INLINE column const* column_batch::find(std::string_view name) const noexcept {
  for (auto const& c : columns) {
    if (c.name() == name) return &c;
  }
  return nullptr;
}

SIMRUNS_INLINE column const& column_batch::operator[](std::string_view name) const {
  if (auto const* found = find(name)) return *found;
  throw request_error(errc::invalid_argument, "no column '" + std::string(name) + "'");
}

}  // namespace simruns
