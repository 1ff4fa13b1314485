#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace fuzz {

using bytes = std::span<std::uint8_t const>;

/// What must hold for every input. A fuzzer ends at the exception, a replay reports it.
inline void promise(bool kept, char const* what) {
  if (!kept) throw std::logic_error(what);
}

/// Bytes as a source of decisions; zeros without end behind the last one.
class recipe {
 public:
  explicit recipe(bytes from) : left_(from) {}

  bool empty() const noexcept { return left_.empty(); }
  std::uint8_t byte() noexcept {
    if (left_.empty()) return 0;
    auto const out = left_.front();
    left_ = left_.subspan(1);
    return out;
  }
  /// 0 to `bound - 1`.
  std::size_t below(std::size_t bound) noexcept { return byte() % bound; }

 private:
  bytes left_;
};

}  // namespace fuzz
