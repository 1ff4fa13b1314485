#pragma once

#include "simruns/columns/tables.hpp"
#include "simruns/page/page.hpp"

#include <cstdint>
#include <utility>
#include <vector>

// Arrow's C data and stream interfaces, as its specification prints them: whoever defines them
// first, here or in another library of the program, defines them for all.

extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  char const* format;
  char const* name;
  char const* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  void const** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif  // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  char const* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif  // ARROW_C_STREAM_INTERFACE

}  // extern "C"

namespace simruns {

/// Owns one of Arrow's structs, and releases it at the end unless it was moved away.
template <class Struct>
class arrow_owner {
 public:
  arrow_owner() = default;
  arrow_owner(arrow_owner&& other) noexcept : held_(std::exchange(other.held_, Struct{})) {}
  arrow_owner& operator=(arrow_owner&& other) noexcept {
    if (this != &other) {
      reset();
      held_ = std::exchange(other.held_, Struct{});
    }
    return *this;
  }
  ~arrow_owner() { reset(); }

  /// Releases what was held, and gives the struct that a producer writes to.
  Struct* out() noexcept {
    reset();
    return &held_;
  }

  Struct* get() noexcept { return &held_; }
  Struct const* get() const noexcept { return &held_; }
  Struct* operator->() noexcept { return &held_; }
  Struct const* operator->() const noexcept { return &held_; }

  /// Whether there is something to release. The array that ends a stream has nothing.
  explicit operator bool() const noexcept { return held_.release != nullptr; }

  /// Moves the struct to a consumer, which then has to release it.
  void move_to(Struct* consumer) noexcept { *consumer = std::exchange(held_, Struct{}); }

  void reset() noexcept {
    if (held_.release != nullptr) held_.release(&held_);
    held_ = Struct{};
  }

 private:
  Struct held_{};
};

using arrow_schema = arrow_owner<ArrowSchema>;
using arrow_array = arrow_owner<ArrowArray>;
using arrow_stream = arrow_owner<ArrowArrayStream>;

/// Writes the schema of a table, or of its columns that `only` names, to `out`, to be released by
/// its consumer. A dictionary that begins with the words of the contract is marked as ordered.
/// Throws: `std::bad_alloc`, and as `columns_of`; then `out` is as it was.   Threads: any.
void export_schema(table which, table_metadata const& metadata, ArrowSchema* out,
                   column_names const& only = {});

/// Writes a stream of record batches to `out`, to be released by its consumer. The stream builds
/// one batch a page when it is asked for it, and then lets the page go; a page without rows is
/// skipped. Where no page has rows, there is one batch without any, for its dictionaries. All
/// batches have the same dictionaries, for which the first goes through all pages once. What the
/// stream gives lives on its own: arrays, and each of their children, outlive the stream. Columns
/// that `only` does not name are not built. `names` are those of the column `scenario_name`.
/// Throws: as `export_schema`. The stream itself never throws: it returns EINVAL, ENOMEM or EIO and
/// says why, and the next call tries the same page again. Threads: any, one at a time, as Arrow
/// says.
void export_stream(table which, std::vector<page> pages, table_metadata metadata,
                   ArrowArrayStream* out, column_names const& only = {}, scenario_names names = {});

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/columns/impl/arrow.ipp"
#endif
