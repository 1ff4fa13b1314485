#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace test {

/// Random values from a fixed seed: the same in every run of the tests, with every compiler.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }

  /// 0 to `bound - 1`.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }

  bool one_in(std::size_t n) { return below(n) == 0; }

  std::string bytes(std::size_t longest) {
    std::string out(below(longest + 1), '\0');
    for (char& c : out) c = static_cast<char>(engine_() & 0xff);
    return out;
  }

  /// Characters of `alphabet`.
  std::string text(std::string_view alphabet, std::size_t longest) {
    std::string out(below(longest + 1), '\0');
    for (char& c : out) c = alphabet[below(alphabet.size())];
    return out;
  }

  template <class List>
  auto const& pick(List const& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace test
