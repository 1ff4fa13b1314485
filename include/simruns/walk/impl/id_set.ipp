#pragma once

#include "simruns/config.hpp"
#include "simruns/text/spread_hash.hpp"
#include "simruns/walk/id_set.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

namespace simruns {

namespace detail {

/// An id in fewer bytes, where it has one of the two usual forms: an even number of lower-case
/// hexadecimal digits, as an ObjectId of MongoDB has 24 of them, or a UUID (RFC 9562). Two ids are
/// equal if their heads and bytes are. It may look into the id that it is made of.
class packed_id {
 public:
  explicit packed_id(std::string_view id) noexcept : bytes_(id) {
    auto kind = plain;
    if (id.size() == uuid_size && has_dashes(id)) {
      kind = uuid;
    } else if (id.size() % 2 == 0 && id.size() <= 2 * most) {
      kind = hex;
    }
    if (kind == plain || !pack(id, kind == uuid)) kind = plain;
    head_ = static_cast<std::uint32_t>(bytes_.size()) << 2 | kind;
  }
  packed_id(packed_id const&) = delete;
  packed_id& operator=(packed_id const&) = delete;

  /// The form of the id, and the number of its bytes.
  std::uint32_t head() const noexcept { return head_; }
  std::string_view bytes() const noexcept { return bytes_; }

  static std::size_t size_of(std::uint32_t head) noexcept { return head >> 2; }

 private:
  static constexpr std::uint32_t plain = 0, hex = 1, uuid = 2;
  static constexpr std::size_t uuid_size = 36;
  static constexpr std::size_t most = 32;

  static bool is_dash_index(std::size_t i) noexcept {
    return i == 8 || i == 13 || i == 18 || i == 23;
  }
  static bool has_dashes(std::string_view id) noexcept {
    return id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-';
  }
  /// Above 15 if the character is no digit.
  static unsigned digit(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    return c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10 : 16;
  }

  bool pack(std::string_view id, bool dashes) noexcept {
    std::size_t size = 0;
    for (std::size_t i = 0; i < id.size(); i += 2) {
      if (dashes && is_dash_index(i)) ++i;
      auto const high = digit(id[i]);
      auto const low = digit(id[i + 1]);
      if (high > 15 || low > 15) return false;
      packed_[size++] = static_cast<char>(high << 4 | low);
    }
    bytes_ = {packed_.data(), size};
    return true;
  }

  std::array<char, most> packed_;
  std::string_view bytes_;
  std::uint32_t head_;
};

/// The packed ids of a set, one behind the other in blocks that never move.
class id_blocks {
 public:
  /// Where a stored id lies, in units.
  using handle = std::uint32_t;

  struct stored_id {
    std::uint32_t head;
    std::string_view bytes;
  };

  stored_id at(handle where) const noexcept {
    char const* const start = blocks_[where / block_units].get() + where % block_units * unit;
    std::uint32_t head = 0;
    std::memcpy(&head, start, sizeof head);
    return {head, {start + sizeof head, packed_id::size_of(head)}};
  }

  handle store(packed_id const& id) {
    auto const head = id.head();
    auto const bytes = id.bytes();
    auto const needed = (sizeof head + bytes.size() + unit - 1) / unit * unit;
    if (blocks_.empty() || used_ + needed > block_bytes) add_block(needed);
    char* const start = blocks_.back().get() + used_;
    std::memcpy(start, &head, sizeof head);
    std::memcpy(start + sizeof head, bytes.data(), bytes.size());
    auto const where = (blocks_.size() - 1) * block_units + used_ / unit;
    used_ = std::min(used_ + needed, block_bytes);
    return static_cast<handle>(where);
  }

  /// Bytes taken from the system.
  std::size_t capacity() const noexcept { return capacity_; }

 private:
  static constexpr std::size_t block_bytes = 64 * 1024;
  static constexpr std::size_t unit = 4;  ///< Ids lie at multiples of it, so 32 bits reach 16 GiB.
  static constexpr std::size_t block_units = block_bytes / unit;

  /// An id longer than a block gets a block of its own. Handles count whole blocks.
  void add_block(std::size_t needed) {
    if (blocks_.size() == std::numeric_limits<handle>::max() / block_units) throw std::bad_alloc();
    auto const size = std::max(needed, block_bytes);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    capacity_ += size;
    used_ = 0;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;  ///< Bytes of the last block.
};

/// Hashes handles and ids alike, by the bytes of the id.
struct id_hash {
  using is_transparent = void;
  id_blocks const* ids;

  std::size_t operator()(id_blocks::handle where) const noexcept {
    return of(ids->at(where).bytes);
  }
  std::size_t operator()(packed_id const& id) const noexcept { return of(id.bytes()); }

 private:
  static std::size_t of(std::string_view bytes) noexcept { return spread_hash{}(bytes); }
};

struct id_equal {
  using is_transparent = void;
  id_blocks const* ids;

  bool operator()(id_blocks::handle a, id_blocks::handle b) const noexcept { return a == b; }
  bool operator()(packed_id const& id, id_blocks::handle where) const noexcept {
    auto const one = ids->at(where);
    return one.head == id.head() && one.bytes == id.bytes();
  }
  bool operator()(id_blocks::handle where, packed_id const& id) const noexcept {
    return (*this)(id, where);
  }
};

}  // namespace detail

struct id_set::table {
  detail::id_blocks ids;
  boost::unordered_flat_set<detail::id_blocks::handle, detail::id_hash, detail::id_equal> handles;

  table() : handles(0, detail::id_hash{&ids}, detail::id_equal{&ids}) {}
  table(table const&) = delete;
  table& operator=(table const&) = delete;
};

SIMRUNS_INLINE id_set::id_set() noexcept = default;
SIMRUNS_INLINE id_set::id_set(id_set&&) noexcept = default;
SIMRUNS_INLINE id_set& id_set::operator=(id_set&&) noexcept = default;
SIMRUNS_INLINE id_set::~id_set() = default;

SIMRUNS_INLINE bool id_set::insert(std::string_view id) {
  if (!table_) table_ = std::make_unique<table>();
  detail::packed_id const packed(id);
  if (table_->handles.contains(packed)) return false;
  table_->handles.insert(table_->ids.store(packed));
  return true;
}

SIMRUNS_INLINE bool id_set::contains(std::string_view id) const noexcept {
  return table_ && table_->handles.contains(detail::packed_id(id));
}

SIMRUNS_INLINE std::size_t id_set::size() const noexcept {
  return table_ ? table_->handles.size() : 0;
}

SIMRUNS_INLINE std::size_t id_set::capacity() const noexcept {
  if (!table_) return 0;
  // A bucket holds a handle and a byte of its hash; fifteen of them share one byte more.
  auto const buckets = table_->handles.bucket_count();
  return table_->ids.capacity() + buckets * (sizeof(detail::id_blocks::handle) + 1) + buckets / 15;
}

}  // namespace simruns
