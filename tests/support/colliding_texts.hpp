#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace test {

/// Makes different texts whose hashes by libstdc++'s `std::hash` are all equal, as anyone can: the
/// hash is MurmurHash64A with a seed that everyone knows, and each of its steps can be undone. The
/// first 8 bytes are whatever they are, and the next 8 lead back to the same state.
class colliding_texts {
 public:
  /// `many` texts of 16 bytes of ASCII. Some have control characters.
  static std::vector<std::string> of(std::size_t many) {
    std::vector<std::string> out;
    out.reserve(many);
    for (std::uint64_t n = 0; out.size() < many; ++n) {
      auto const first = ascii_of(n);
      auto const before = ((seed ^ 16 * factor) ^ step(first)) * factor;
      auto const second = undo_step(before ^ goal);
      if ((second & 0x8080808080808080) != 0) continue;
      std::string text(16, '\0');
      std::memcpy(text.data(), &first, 8);
      std::memcpy(text.data() + 8, &second, 8);
      out.push_back(std::move(text));
    }
    return out;
  }

 private:
  static constexpr std::uint64_t factor = 0xc6a4a7935bd1e995;
  static constexpr std::uint64_t seed = 0xc70f6907;
  static constexpr std::uint64_t goal = 0x0123456789abcdef;  ///< Any state would do.

  /// `factor` to the power of -1, modulo 2 to the power of 64.
  static constexpr std::uint64_t inverse() {
    std::uint64_t out = 1;
    for (int i = 0; i < 6; ++i) out *= 2 - factor * out;
    return out;
  }

  static constexpr std::uint64_t fold(std::uint64_t word) { return word ^ word >> 47; }
  static constexpr std::uint64_t step(std::uint64_t word) { return fold(word * factor) * factor; }
  static constexpr std::uint64_t undo_step(std::uint64_t word) {
    constexpr auto undo = inverse();
    return fold(word * undo) * undo;
  }

  /// A different word for each number: seven bits of it in each byte.
  static constexpr std::uint64_t ascii_of(std::uint64_t number) {
    std::uint64_t out = 0;
    for (int i = 0; i < 8; ++i) out |= (number >> 7 * i & 0x7f) << 8 * i;
    return out;
  }
};

}  // namespace test
