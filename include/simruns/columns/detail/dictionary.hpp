#pragma once

#include "simruns/json/blocks.hpp"
#include "simruns/text/spread_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace simruns::detail {

/// Numbers texts in the order of their first coming. The texts stay where they are.
class column_dictionary {
 public:
  std::int32_t index_of(std::string_view text) {
    if (text.data() == last_.data() && text.size() == last_.size() && !words_.empty()) {
      return last_index_;
    }
    last_ = text;
    return last_index_ = find(text);
  }

  std::vector<std::string_view> const& words() const noexcept { return words_; }

 private:
  // Enumerations and references of one page are mostly one or a handful.
  static constexpr std::size_t few = 12;

  // Apart from `index_of`, which is short where a text comes again.
  [[gnu::noinline]] std::int32_t find(std::string_view text) {
    return words_.size() < few ? find_among_few(text) : find_hashed(text);
  }

  std::int32_t add(std::string_view text) {
    words_.push_back(text);
    return static_cast<std::int32_t>(words_.size() - 1);
  }

  std::int32_t find_among_few(std::string_view text) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (same_text(words_[i], text)) return static_cast<std::int32_t>(i);
    }
    return add(text);
  }

  std::int32_t find_hashed(std::string_view text) {
    if (slots_.size() < words_.size() * 2 + 2) rehash();
    auto& slot = slots_[slot_of(text)];
    if (slot < 0) slot = add(text);
    return slot;
  }

  /// Where `text` is, or is to be.
  std::size_t slot_of(std::string_view text) const {
    auto const mask = slots_.size() - 1;
    auto at = spread_hash::slot(text, slots_.size());
    while (slots_[at] >= 0 && words_[static_cast<std::size_t>(slots_[at])] != text) {
      at = (at + 1) & mask;
    }
    return at;
  }

  void rehash() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 4, -1);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      slots_[slot_of(words_[i])] = static_cast<std::int32_t>(i);
    }
  }

  std::vector<std::string_view> words_;
  std::vector<std::int32_t> slots_;  ///< Open addressing, a power of two; -1 is free.
  std::string_view last_;
  std::int32_t last_index_ = 0;
};

}  // namespace simruns::detail
