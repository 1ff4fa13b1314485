#pragma once

#include "simruns/columns/impl/arrow.ipp"
#include "simruns/columns/tables.hpp"
#include "simruns/config.hpp"

#include <cerrno>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace simruns::detail {

/// What a stream holds. Each batch has dictionaries of its own: pyarrow, pandas, Polars and DuckDB
/// read them so (tested with differing ones), nothing is shared between batches, and none waits for
/// another. Only Arrow's IPC file format wants one dictionary a column: its writer in pyarrow makes
/// it with `IpcWriteOptions(unify_dictionaries=True)`.
class batch_stream {
 public:
  batch_stream(table which, std::vector<page> pages, table_metadata metadata)
      : which_(which), pages_(std::move(pages)), metadata_(std::move(metadata)) {}

  void schema(ArrowSchema* out) const { export_schema(which_, metadata_, out); }

  /// The next batch, or a released array at the end.
  void next(ArrowArray* out) {
    for (; next_ < pages_.size(); pass()) {
      if (row_count(which_, pages_[next_]) == 0) continue;
      auto batch = export_batch(build(which_, pages_[next_], first_run_));
      pass();
      return batch.move_to(out);
    }
    *out = ArrowArray{};
  }

  /// Runs `work`; says in errno's terms how it ended.
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

  /// Null after a call that succeeded.
  char const* error() const noexcept { return error_; }

 private:
  void pass() noexcept {
    first_run_ += static_cast<std::int64_t>(pages_[next_].size());
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
  std::size_t next_ = 0;
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

}  // namespace simruns::detail

namespace simruns {

SIMRUNS_INLINE void export_schema(table which, table_metadata const& metadata, ArrowSchema* out) {
  detail::export_headers(columns_of(which), metadata).move_to(out);
}

SIMRUNS_INLINE void export_stream(table which, std::vector<page> pages, table_metadata metadata,
                                  ArrowArrayStream* out) {
  auto state = std::make_unique<detail::batch_stream>(which, std::move(pages), std::move(metadata));
  *out = ArrowArrayStream{detail::stream_schema, detail::stream_next, detail::stream_error,
                          detail::stream_release, state.release()};
}

}  // namespace simruns
