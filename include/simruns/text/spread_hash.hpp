#pragma once

#include "simruns/text/random.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace simruns::detail {

/// SipHash-1-3 of Aumasson and Bernstein: a hash of 64 bits whose collisions nobody finds who does
/// not know the key. Python and Rust have it in their tables for the same reason.
class sip_hash {
 public:
  using key = std::array<std::uint64_t, 2>;

  static std::uint64_t of(key const& secret, std::string_view text) noexcept {
    sip_hash state(secret);
    char const* at = text.data();
    for (auto left = text.size() / 8; left > 0; --left, at += 8)
      state.take(load<std::uint64_t>(at));
    state.take(std::uint64_t{text.size()} << 56 | last_bytes(text));
    return state.finish();
  }

 private:
  explicit sip_hash(key const& secret) noexcept
      : a_(secret[0] ^ 0x736f6d6570736575),
        b_(secret[1] ^ 0x646f72616e646f6d),
        c_(secret[0] ^ 0x6c7967656e657261),
        d_(secret[1] ^ 0x7465646279746573) {}

  void take(std::uint64_t word) noexcept {
    d_ ^= word;
    mix();
    a_ ^= word;
  }

  std::uint64_t finish() noexcept {
    c_ ^= 0xff;
    mix();
    mix();
    mix();
    return a_ ^ b_ ^ c_ ^ d_;
  }

  void mix() noexcept {
    a_ += b_;
    c_ += d_;
    b_ = std::rotl(b_, 13) ^ a_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ = std::rotl(a_, 32) + d_;
    c_ += b_;
    d_ = std::rotl(d_, 21) ^ a_;
    b_ = std::rotl(b_, 17) ^ c_;
    c_ = std::rotl(c_, 32);
  }

  template <class Word>
  static std::uint64_t load(char const* at) noexcept {
    Word word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  }

  /// The bytes behind the last whole word, in at most three loads: most texts here are short.
  static std::uint64_t last_bytes(std::string_view text) noexcept {
    auto const size = text.size() % 8;
    if (size == 0) return 0;
    char const* const end = text.data() + text.size();
    if (text.size() >= 8) return load<std::uint64_t>(end - 8) >> (64 - 8 * size);
    if (size >= 4) {
      auto const high = load<std::uint32_t>(end - 4) << (8 * (size - 4));
      return load<std::uint32_t>(end - size) | high;
    }
    auto const middle = load<std::uint8_t>(end - size + size / 2) << (8 * (size / 2));
    return load<std::uint8_t>(end - size) | middle |
           load<std::uint8_t>(end - 1) << (8 * (size - 1));
  }

  std::uint64_t a_;
  std::uint64_t b_;
  std::uint64_t c_;
  std::uint64_t d_;
};

/// Hashes texts from a server for a table of the library's. Everyone can find texts whose hashes by
/// the standard library are equal; a table of 65,000 of them takes half a minute. The key is a new
/// one in each process.
class spread_hash {
 public:
  std::size_t operator()(std::string_view text) const noexcept {
    static constinit half first, second;
    return static_cast<std::size_t>(sip_hash::of({first.value(), second.value()}, text));
  }

 private:
  /// A half of the key. A static variable that is made at its first use has a lock. A fork in
  /// another thread meanwhile would leave it locked in the child for ever.
  struct half {
    std::atomic<std::uint64_t> bits{0};

    std::uint64_t value() noexcept {
      auto known = bits.load(std::memory_order_relaxed);
      if (known != 0) return known;
      auto const made = random_bits() | 1;
      return bits.compare_exchange_strong(known, made) ? made : known;
    }
  };
};

}  // namespace simruns::detail
