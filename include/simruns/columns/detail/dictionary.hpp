#pragma once

#include "simruns/json/blocks.hpp"
#include "simruns/text/spread_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace simruns::detail {

/// Numbers texts in the order of their first coming. The texts stay where they are.
class column_dictionary {
 public:
  std::int32_t index_of(std::string_view text) {
    if (text.data() == last_data_ && text.size() == last_size_) return last_index_;
    last_data_ = text.data();
    last_size_ = text.size();
    return last_index_ = find(text);
  }

  std::vector<std::string_view> const& words() const noexcept { return words_; }

 private:
  // Most columns of a page have one word or a handful, which are found sooner without a hash.
  static constexpr std::size_t few = 12;

  // Apart from `index_of`, which is short where a text comes again.
  [[gnu::noinline]] std::int32_t find(std::string_view text) {
    return words_.size() < few ? find_among_few(text) : find_hashed(text);
  }

  std::int32_t find_among_few(std::string_view text) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (same_text(words_[i], text)) return static_cast<std::int32_t>(i);
    }
    words_.push_back(text);
    return static_cast<std::int32_t>(words_.size() - 1);
  }

  std::int32_t find_hashed(std::string_view text) {
    if (slots_.size() < 2 * (words_.size() + 1)) grow();
    auto& slot = slot_of(text);
    if (slot == none) {
      slot = static_cast<std::int32_t>(words_.size());
      words_.push_back(text);
    }
    return slot;
  }

  /// The slot that holds the index of `text`, or that is free for it.
  std::int32_t& slot_of(std::string_view text) {
    auto at = spread_hash{}(text) >> shift_;
    while (slots_[at] != none && !same_text(words_[static_cast<std::size_t>(slots_[at])], text)) {
      at = (at + 1) % slots_.size();
    }
    return slots_[at];
  }

  /// Makes room for four times as many words.
  void grow() {
    shift_ -= 2;
    slots_.assign(std::size_t{1} << (hash_bits - shift_), none);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      slot_of(words_[i]) = static_cast<std::int32_t>(i);
    }
  }

  static constexpr std::int32_t none = -1;
  static constexpr int hash_bits = std::numeric_limits<std::size_t>::digits;

  std::vector<std::string_view> words_;
  std::vector<std::int32_t> slots_;  // Indices of words; at least half of them are free.
  int shift_ = hash_bits - 4;        // The upper bits of a hash, shifted so, are a position.
  char const* last_data_ = nullptr;
  std::size_t last_size_ = std::string_view::npos;  // Which no text has.
  std::int32_t last_index_ = 0;
};

}  // namespace simruns::detail
