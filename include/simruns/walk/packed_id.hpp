#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace simruns::detail {

/// An id in fewer bytes, where it is one of the two usual forms: an even number of lower-case
/// hexadecimal digits, as of 24 an ObjectId of MongoDB has, or a UUID (RFC 9562). Two ids are equal
/// if heads and bytes are. May look into the id that it is made of.
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

  /// Of the form and the size.
  std::uint32_t head() const noexcept { return head_; }
  std::string_view bytes() const noexcept { return bytes_; }

  static std::size_t size_of(std::uint32_t head) noexcept { return head >> 2; }

 private:
  static constexpr std::uint32_t plain = 0, hex = 1, uuid = 2;
  static constexpr std::size_t uuid_size = 36;
  static constexpr std::size_t most = 32;

  static bool is_dash_place(std::size_t i) noexcept {
    return i == 8 || i == 13 || i == 18 || i == 23;
  }
  static bool has_dashes(std::string_view id) noexcept {
    return id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-';
  }
  /// Above 15 for what is no digit.
  static unsigned digit(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    return c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10 : 16;
  }

  bool pack(std::string_view id, bool dashes) noexcept {
    std::size_t size = 0;
    for (std::size_t i = 0; i < id.size(); i += 2) {
      if (dashes && is_dash_place(i)) ++i;
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

}  // namespace simruns::detail
