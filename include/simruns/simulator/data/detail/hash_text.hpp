#pragma once

#include <cstdint>
#include <string_view>

namespace simruns::simulator::detail {

/// Where the hash of several texts begins.
inline constexpr std::uint64_t no_text = 0xcbf29ce484222325ULL;

/// Hashes a text by FNV-1a, the same everywhere, behind what was hashed before it.
constexpr std::uint64_t hash_text(std::string_view text, std::uint64_t before = no_text) noexcept {
  for (char const c : text) {
    before = (before ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return before;
}

}  // namespace simruns::simulator::detail
