#pragma once

#include "simruns/columns/arrow.hpp"
#include "simruns/columns/column.hpp"
#include "simruns/columns/detail/table_words.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

namespace detail {

/// What one of Arrow's structs points to. Each struct has a node of its own, so that a consumer may
/// move a child out and keep it when its parent is gone.
template <class Struct>
struct arrow_node {
  std::vector<arrow_owner<Struct>> children;
  std::vector<Struct*> pointers;
  arrow_owner<Struct> dictionary;

  // What only a schema has:
  std::string metadata;

  // What only an array has:
  std::shared_ptr<column_data const> column;
  std::array<void const*, 3> buffers{};
};

/// Frees what the struct holds, but for children and a dictionary that were moved away.
template <class Struct>
void release_arrow(Struct* held) noexcept {
  delete static_cast<arrow_node<Struct>*>(held->private_data);
  held->private_data = nullptr;
  held->release = nullptr;
}

/// Gives `node`, whose children are set, to `out`.
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
  out->flags = (header.nullable ? ARROW_FLAG_NULLABLE : 0) |
               (header.ordered ? ARROW_FLAG_DICTIONARY_ORDERED : 0);
  attach(std::move(behind), *out.get());
  return out;
}

SIMRUNS_INLINE arrow_array export_column(std::shared_ptr<column_data const> column) {
  using node = arrow_node<ArrowArray>;
  arrow_array out;
  auto behind = std::make_unique<node>();
  if (column->dictionary) behind->dictionary = export_column(column->dictionary);
  out->length = static_cast<std::int64_t>(column->size);
  out->null_count = static_cast<std::int64_t>(column->null_count);
  out->n_buffers = column->bytes ? 3 : 2;
  behind->buffers = {column->validity.data(), column->values.data(), column->bytes.data()};
  out->buffers = behind->buffers.data();
  behind->column = std::move(column);
  attach(std::move(behind), *out.get());
  return out;
}

/// A batch as a struct array, which is what a record batch is in Arrow's C interface.
SIMRUNS_INLINE arrow_array export_batch(column_batch const& batch) {
  using node = arrow_node<ArrowArray>;
  arrow_array out;
  auto behind = std::make_unique<node>();
  behind->children.reserve(batch.columns.size());
  for (auto const& c : batch.columns) behind->children.push_back(export_column(c.data()));
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

/// What a stream of batches holds. Each batch has the same dictionaries, so the first one waits
/// until the words of all pages are numbered.
class batch_stream {
 public:
  batch_stream(table which, std::vector<page> pages, table_metadata metadata,
               column_names const& only, scenario_names names)
      : which_(which),
        pages_(std::move(pages)),
        metadata_(std::move(metadata)),
        choice_(which, only),
        names_(std::move(names)) {
    if (pages_.empty()) pages_.emplace_back();
  }

  void schema(ArrowSchema* out) const {
    auto const headers = choice_.in_order(headers_of(which_, choice_.wanted()));
    export_headers(headers, metadata_).move_to(out);
  }

  /// The next batch, or a released array at the end. A table without rows has one batch.
  void next(ArrowArray* out) {
    if (words_.empty()) number_words();
    for (; next_ < pages_.size(); pass()) {
      bool const is_needed = !has_batch_ && next_ + 1 == pages_.size();
      if (row_count(which_, pages_[next_]) == 0 && !is_needed) continue;
      auto batch =
          export_batch(build_with(words_[next_], which_, choice_, pages_[next_], first_run_));
      pass();
      has_batch_ = true;
      return batch.move_to(out);
    }
    *out = ArrowArray{};
  }

  /// Runs `work`, and says with a value of errno how it ended.
  template <class Work>
  int guarded(Work work) noexcept {
    try {
      work();
      error_ = nullptr;
      return 0;
    } catch (std::bad_alloc const&) {
      error_ = "out of memory";
      return ENOMEM;
    } catch (request_error const& error) {
      return keep(error.what(), EINVAL);
    } catch (std::exception const& error) {
      return keep(error.what(), EIO);
    } catch (...) {
      return keep("a batch could not be built", EIO);
    }
  }

  /// What went wrong in the last call; null if nothing did.
  char const* error() const noexcept { return error_; }

 private:
  void number_words() {
    table_words words(which_, choice_, names_);
    for (auto const& each : pages_) words.add(each);
    words_ = words.finish();
  }

  void pass() noexcept {
    first_run_ += static_cast<std::int64_t>(pages_[next_].size());
    words_[next_] = {};
    pages_[next_++] = page();
  }

  int keep(char const* what, int code) noexcept {
    try {
      message_ = what;
      error_ = message_.c_str();
    } catch (std::bad_alloc const&) {
      error_ = "out of memory";
    }
    return code;
  }

  table which_;
  std::vector<page> pages_;
  table_metadata metadata_;
  column_choice choice_;
  scenario_names names_;
  std::vector<page_words> words_;  // Of each page; of none before the first batch.
  std::size_t next_ = 0;
  bool has_batch_ = false;
  std::int64_t first_run_ = 0;
  std::string message_;
  char const* error_ = nullptr;
};

SIMRUNS_INLINE batch_stream& stream_of(ArrowArrayStream* held) noexcept {
  return *static_cast<batch_stream*>(held->private_data);
}

SIMRUNS_INLINE int stream_schema(ArrowArrayStream* held, ArrowSchema* out) noexcept {
  return stream_of(held).guarded([&] { stream_of(held).schema(out); });
}

SIMRUNS_INLINE int stream_next(ArrowArrayStream* held, ArrowArray* out) noexcept {
  return stream_of(held).guarded([&] { stream_of(held).next(out); });
}

SIMRUNS_INLINE char const* stream_error(ArrowArrayStream* held) noexcept {
  return stream_of(held).error();
}

SIMRUNS_INLINE void stream_release(ArrowArrayStream* held) noexcept {
  delete static_cast<batch_stream*>(held->private_data);
  held->private_data = nullptr;
  held->release = nullptr;
}

}  // namespace detail

// Consumers are written in C, which knows no exception.
static_assert(noexcept(detail::stream_schema(nullptr, nullptr)));
static_assert(noexcept(detail::stream_next(nullptr, nullptr)));
static_assert(noexcept(detail::stream_error(nullptr)));
static_assert(noexcept(detail::stream_release(nullptr)));

SIMRUNS_INLINE void export_schema(table which, table_metadata const& metadata, ArrowSchema* out,
                                  column_names const& only) {
  detail::export_headers(columns_of(which, only), metadata).move_to(out);
}

SIMRUNS_INLINE void export_stream(table which, std::vector<page> pages, table_metadata metadata,
                                  ArrowArrayStream* out, column_names const& only,
                                  scenario_names names) {
  auto state = std::make_unique<detail::batch_stream>(which, std::move(pages), std::move(metadata),
                                                      only, std::move(names));
  *out = ArrowArrayStream{detail::stream_schema, detail::stream_next, detail::stream_error,
                          detail::stream_release, state.release()};
}

}  // namespace simruns
