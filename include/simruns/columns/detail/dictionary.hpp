#pragma once

#include "simruns/json/blocks.hpp"
#include "simruns/text/spread_hash.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace simruns::detail {

/// Numbers texts in the order of their first coming. The texts stay where they are.
class column_dictionary {
 public:
  /// `first`: words that have the first numbers, whether they come or not.
  explicit column_dictionary(std::span<std::string_view const> first = {})
      : words_(first.begin(), first.end()) {}

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
    if (indices_.empty()) {
      for (auto const& word : words_)
        indices_.emplace(word, static_cast<std::int32_t>(indices_.size()));
    }
    auto const [at, is_new] = indices_.try_emplace(text, static_cast<std::int32_t>(words_.size()));
    if (is_new) words_.push_back(text);
    return at->second;
  }

  std::vector<std::string_view> words_;
  boost::unordered_flat_map<std::string_view, std::int32_t, spread_hash> indices_;
  char const* last_data_ = nullptr;
  std::size_t last_size_ = std::string_view::npos;  // Which no text has.
  std::int32_t last_index_ = 0;
};

}  // namespace simruns::detail
