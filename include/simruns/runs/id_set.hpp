#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace simruns {

/// The ids of the runs that a walk has had. Exact, and small: about 25 bytes and the id itself for
/// each, in blocks that never move, so that a walk of 100,000 runs does not double at its end.
class id_set {
 public:
  /// False if the id was there already.
  bool insert(std::string_view id) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow();
    auto const slot = find(id);
    if (slots_[slot] != 0) return false;
    slots_[slot] = store(id);
    ++count_;
    return true;
  }

  bool contains(std::string_view id) const noexcept {
    return !slots_.empty() && slots_[find(id)] != 0;
  }

  std::size_t size() const noexcept { return count_; }

 private:
  static constexpr std::size_t block_bytes = 64 * 1024;

  /// Where a stored id lies, plus one: zero marks a free slot.
  using handle = std::uint64_t;

  std::string_view at(handle where) const noexcept {
    auto const place = where - 1;
    char const* const start = blocks_[place / block_bytes].get() + place % block_bytes;
    std::uint32_t size = 0;
    std::memcpy(&size, start, sizeof size);
    return {start + sizeof size, size};
  }

  std::size_t find(std::string_view id) const noexcept {
    auto const mask = slots_.size() - 1;
    auto slot = std::hash<std::string_view>{}(id)&mask;
    while (slots_[slot] != 0 && at(slots_[slot]) != id) slot = (slot + 1) & mask;
    return slot;
  }

  handle store(std::string_view id) {
    auto const size = static_cast<std::uint32_t>(id.size());
    auto const needed = sizeof size + id.size();
    if (blocks_.empty() || used_ + needed > block_bytes) {
      // An id longer than a block gets a block of its own; addresses count whole blocks.
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(
          needed > block_bytes ? needed : block_bytes));
      used_ = 0;
    }
    char* const start = blocks_.back().get() + used_;
    std::memcpy(start, &size, sizeof size);
    std::memcpy(start + sizeof size, id.data(), id.size());
    auto const where = (blocks_.size() - 1) * block_bytes + used_ + 1;
    used_ = used_ + needed < block_bytes ? used_ + needed : block_bytes;
    return where;
  }

  void grow() {
    auto const old = std::move(slots_);
    slots_.assign(old.empty() ? 64 : old.size() * 2, 0);
    for (handle const where : old) {
      if (where != 0) slots_[find(at(where))] = where;
    }
  }

  std::vector<handle> slots_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
};

}  // namespace simruns
