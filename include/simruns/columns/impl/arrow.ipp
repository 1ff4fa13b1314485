#pragma once

#include "simruns/columns/arrow.hpp"
#include "simruns/columns/column.hpp"
#include "simruns/config.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Arrow's structs over our columns. Each struct has a node of its own with all that it points to,
/// so that a consumer may move a child out and keep it when its parent is gone.
namespace simruns::detail {

template <class Struct>
struct arrow_node {
  std::vector<arrow_owner<Struct>> children;
  std::vector<Struct*> pointers;
  arrow_owner<Struct> dictionary;

  // Of a schema:
  std::string metadata;
  // Of an array:
  column_data column;
  std::array<void const*, 3> buffers{};
};

/// Frees what the struct holds, children and dictionary that were moved away excepted.
template <class Struct>
void release_arrow(Struct* held) noexcept {
  delete static_cast<arrow_node<Struct>*>(held->private_data);
  held->private_data = nullptr;
  held->release = nullptr;
}

/// Puts `node` behind `out`; a node whose children are set.
template <class Struct>
void attach(std::unique_ptr<arrow_node<Struct>> node, Struct& out) {
  for (auto& child : node->children) node->pointers.push_back(child.get());
  out.n_children = static_cast<std::int64_t>(node->children.size());
  out.children = node->pointers.empty() ? nullptr : node->pointers.data();
  out.dictionary = node->dictionary ? node->dictionary.get() : nullptr;
  out.release = release_arrow<Struct>;
  out.private_data = node.release();
}

SIMRUNS_INLINE char const* arrow_format(column_type type) noexcept {
  switch (type) {
    case column_type::text:
      return "u";
    case column_type::dictionary:
      return "i";
    case column_type::integer:
      return "l";
    case column_type::real:
      return "g";
    case column_type::boolean:
      return "b";
    case column_type::time:
      return "tsm:UTC";
  }
  return "n";
}

/// Arrow's binary form: counts and lengths as int32 of the machine, no NUL.
SIMRUNS_INLINE std::string encode_metadata(
    std::vector<std::pair<std::string, std::string>> const& metadata) {
  std::string out;
  auto const put_length = [&](std::size_t length) {
    auto const value = static_cast<std::int32_t>(length);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
  };
  put_length(metadata.size());
  for (auto const& [key, value] : metadata) {
    put_length(key.size());
    out += key;
    put_length(value.size());
    out += value;
  }
  return out;
}

SIMRUNS_INLINE arrow_schema export_header(column_header const& header) {
  using node = arrow_node<ArrowSchema>;
  arrow_schema out;
  auto behind = std::make_unique<node>();
  if (header.type == column_type::dictionary) {
    behind->dictionary = export_header({"", column_type::text, false});
  }
  out->format = arrow_format(header.type);
  out->name = header.name.data();
  out->flags = header.nullable ? ARROW_FLAG_NULLABLE : 0;
  attach(std::move(behind), *out.get());
  return out;
}

SIMRUNS_INLINE arrow_array export_column(column_data column) {
  using node = arrow_node<ArrowArray>;
  arrow_array out;
  auto behind = std::make_unique<node>();
  if (column.dictionary) behind->dictionary = export_column(std::move(*column.dictionary));
  out->length = static_cast<std::int64_t>(column.size);
  out->null_count = static_cast<std::int64_t>(column.null_count);
  out->n_buffers = column.header.type == column_type::text ? 3 : 2;
  behind->buffers = {column.validity.data(), column.values.data(), column.bytes.data()};
  out->buffers = behind->buffers.data();
  behind->column = std::move(column);
  attach(std::move(behind), *out.get());
  return out;
}

/// A batch as a struct array, which is what a record batch is in Arrow's C interface.
SIMRUNS_INLINE arrow_array export_batch(column_batch batch) {
  using node = arrow_node<ArrowArray>;
  arrow_array out;
  auto behind = std::make_unique<node>();
  behind->children.reserve(batch.columns.size());
  for (auto& c : batch.columns) behind->children.push_back(export_column(std::move(c).take()));
  out->length = static_cast<std::int64_t>(batch.rows);
  out->n_buffers = 1;
  out->buffers = behind->buffers.data();
  attach(std::move(behind), *out.get());
  return out;
}

/// A struct of these columns, which is what the schema of a table is in Arrow's C interface.
SIMRUNS_INLINE arrow_schema
export_headers(std::vector<column_header> const& columns,
               std::vector<std::pair<std::string, std::string>> const& metadata) {
  using node = arrow_node<ArrowSchema>;
  arrow_schema out;
  auto behind = std::make_unique<node>();
  behind->children.reserve(columns.size());
  for (auto const& header : columns) behind->children.push_back(export_header(header));
  if (!metadata.empty()) behind->metadata = encode_metadata(metadata);
  out->format = "+s";
  out->name = "";
  out->metadata = metadata.empty() ? nullptr : behind->metadata.data();
  attach(std::move(behind), *out.get());
  return out;
}

}  // namespace simruns::detail
