#pragma once

#include "simruns/text/spread_hash.hpp"
#include "simruns/walk/packed_id.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

namespace simruns {

/// The ids of the runs that a walk has had. Exact, and small: 10 to 16 bytes and the id itself,
/// packed, for each, its table's doubling included, in blocks that never move, so that a walk of
/// 100,000 runs does not double at its end.
class id_set {
 public:
  /// False if the id was there already.
  bool insert(std::string_view id) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow();
    detail::packed_id const packed(id);
    auto const slot = find(packed.head(), packed.bytes());
    if (slots_[slot] != free_slot) return false;
    slots_[slot] = store(packed);
    ++count_;
    return true;
  }

  bool contains(std::string_view id) const noexcept {
    if (slots_.empty()) return false;
    detail::packed_id const packed(id);
    return slots_[find(packed.head(), packed.bytes())] != free_slot;
  }

  std::size_t size() const noexcept { return count_; }

  /// Bytes taken from the system.
  std::size_t capacity() const noexcept { return block_capacity_ + slots_.size() * sizeof(handle); }

 private:
  static constexpr std::size_t block_bytes = 64 * 1024;
  static constexpr std::size_t unit = 4;  ///< Ids lie at multiples of it, so 32 bits reach 16 GiB.
  static constexpr std::size_t block_units = block_bytes / unit;

  /// Where a stored id lies, in units, plus one.
  using handle = std::uint32_t;
  static constexpr handle free_slot = 0;

  struct stored_id {
    std::uint32_t head;
    std::string_view bytes;
  };

  stored_id at(handle where) const noexcept {
    auto const place = where - 1;
    char const* const start = blocks_[place / block_units].get() + place % block_units * unit;
    std::uint32_t head = 0;
    std::memcpy(&head, start, sizeof head);
    return {head, {start + sizeof head, detail::packed_id::size_of(head)}};
  }

  std::size_t find(std::uint32_t head, std::string_view bytes) const noexcept {
    auto const mask = slots_.size() - 1;
    auto slot = detail::spread_hash::slot(bytes, slots_.size());
    for (; slots_[slot] != free_slot; slot = (slot + 1) & mask) {
      auto const one = at(slots_[slot]);
      if (one.head == head && one.bytes == bytes) break;
    }
    return slot;
  }

  handle store(detail::packed_id const& id) {
    auto const head = id.head();
    auto const bytes = id.bytes();
    auto const needed = (sizeof head + bytes.size() + unit - 1) / unit * unit;
    if (blocks_.empty() || used_ + needed > block_bytes) add_block(needed);
    char* const start = blocks_.back().get() + used_;
    std::memcpy(start, &head, sizeof head);
    std::memcpy(start + sizeof head, bytes.data(), bytes.size());
    auto const where = (blocks_.size() - 1) * block_units + used_ / unit + 1;
    used_ = used_ + needed < block_bytes ? used_ + needed : block_bytes;
    return static_cast<handle>(where);
  }

  /// An id longer than a block gets a block of its own; addresses count whole blocks.
  void add_block(std::size_t needed) {
    if (blocks_.size() == std::numeric_limits<handle>::max() / block_units) throw std::bad_alloc();
    auto const size = needed > block_bytes ? needed : block_bytes;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    block_capacity_ += size;
    used_ = 0;
  }

  void grow() {
    std::vector<handle> old(slots_.empty() ? 64 : slots_.size() * 2, free_slot);
    old.swap(slots_);
    for (handle const where : old) {
      if (where == free_slot) continue;
      auto const one = at(where);
      slots_[find(one.head, one.bytes)] = where;
    }
  }

  std::vector<handle> slots_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_capacity_ = 0;
  std::size_t used_ = 0;  ///< Of the last block.
  std::size_t count_ = 0;
};

}  // namespace simruns
