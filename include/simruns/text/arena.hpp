#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace simruns::detail {

/// The memory of one page. It grows in blocks, never moves what it gave out, and is freed as a
/// whole. It holds only what needs no destructor.
class arena {
 public:
  arena() = default;
  explicit arena(std::size_t first_block_bytes) : next_block_(first_block_bytes) {}

  void* allocate(std::size_t bytes, std::size_t alignment) {
    auto const misfit = reinterpret_cast<std::uintptr_t>(free_) & (alignment - 1);
    std::size_t const padding = misfit == 0 ? 0 : alignment - misfit;
    if (bytes + padding > left_) return allocate_block(bytes, alignment);
    free_ += padding;
    void* const out = free_;
    free_ += bytes;
    left_ -= bytes + padding;
    return out;
  }

  /// Takes back the last `bytes` of what `allocate` gave out, which ended at `end`. If it has given
  /// out anything since, nothing happens.
  void give_back(void* end, std::size_t bytes) noexcept {
    if (free_ != end) return;
    free_ -= bytes;
    left_ += bytes;
  }

  template <class T>
  std::span<T const> copy(T const* items, std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
    if (count == 0) return {};
    auto* const out = static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    std::memcpy(static_cast<void*>(out), items, count * sizeof(T));
    return {out, count};
  }

  std::string_view copy(std::string_view text) {
    auto const out = copy(text.data(), text.size());
    return {out.data(), out.size()};
  }

  /// Returns the bytes that were taken from the system.
  std::size_t capacity() const noexcept { return capacity_; }

 private:
  void* allocate_block(std::size_t bytes, std::size_t alignment) {
    std::size_t const size = bytes + alignment > next_block_ ? bytes + alignment : next_block_;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    capacity_ += size;
    free_ = blocks_.back().get();
    left_ = size;
    // The first block is sized to be enough. Where it is not, a quarter more probably is.
    next_block_ = capacity_ / 4 > least_block ? capacity_ / 4 : least_block;
    return allocate(bytes, alignment);
  }

  static constexpr std::size_t least_block = 4 * 1024;

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* free_ = nullptr;
  std::size_t left_ = 0;
  std::size_t next_block_ = least_block;
  std::size_t capacity_ = 0;
};

}  // namespace simruns::detail
