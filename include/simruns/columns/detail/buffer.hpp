#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace simruns::detail {

/// Memory of a fixed size, aligned and padded to 64 bytes as Arrow recommends. Its padding is zero.
/// A buffer that was made for no byte has memory all the same.
class column_buffer {
 public:
  static constexpr std::size_t alignment = 64;

  column_buffer() = default;
  explicit column_buffer(std::size_t bytes) {
    std::size_t const padded = bytes == 0 ? alignment : (bytes + alignment - 1) & ~(alignment - 1);
    memory_.reset(static_cast<std::byte*>(::operator new(padded, std::align_val_t{alignment})));
    std::memset(memory_.get() + (padded - alignment), 0, alignment);
  }

  template <class T>
  T* as() noexcept {
    return reinterpret_cast<T*>(memory_.get());
  }
  template <class T>
  T const* as() const noexcept {
    return reinterpret_cast<T const*>(memory_.get());
  }
  std::byte const* data() const noexcept { return memory_.get(); }
  explicit operator bool() const noexcept { return memory_ != nullptr; }

 private:
  struct release {
    void operator()(std::byte* p) const noexcept {
      ::operator delete(p, std::align_val_t{alignment});
    }
  };
  std::unique_ptr<std::byte, release> memory_;
};

/// The bitmap of the rows that have a value. It takes no memory until a row has none.
class validity_bits {
 public:
  explicit validity_bits(std::size_t rows) noexcept : rows_(rows) {}

  /// Notes that `row` has no value. To be called at most once a row.
  void clear(std::size_t row) {
    if (null_count_++ == 0) fill();
    buffer_.as<unsigned char>()[row / 8] &= static_cast<unsigned char>(~(1U << (row % 8)));
  }

  std::size_t null_count() const noexcept { return null_count_; }

  /// Gives the bitmap, or none where every row has a value.
  column_buffer finish() noexcept { return std::move(buffer_); }

 private:
  [[gnu::noinline]] void fill() {
    buffer_ = column_buffer((rows_ + 7) / 8);
    std::memset(buffer_.as<char>(), 0xff, rows_ / 8);
    if (rows_ % 8 != 0) {
      buffer_.as<unsigned char>()[rows_ / 8] = static_cast<unsigned char>((1U << (rows_ % 8)) - 1);
    }
  }

  std::size_t rows_;
  std::size_t null_count_ = 0;
  column_buffer buffer_;
};

/// The buffers of a column, laid out as Arrow wants them.
struct column_data {
  std::size_t size = 0;
  std::size_t null_count = 0;
  column_buffer validity;  ///< A bit for each row; none where every row has a value.
  column_buffer values;    ///< int64, double, bits, offsets (one more than rows), or indices.
  column_buffer bytes;     ///< The bytes of texts; none in a column of another type.
  /// The texts that indices point to; one for all batches of a stream.
  std::shared_ptr<column_data const> dictionary;
};

inline bool bit_at(column_buffer const& bitmap, std::size_t index) noexcept {
  return (bitmap.as<unsigned char>()[index / 8] >> (index % 8) & 1) != 0;
}

}  // namespace simruns::detail
