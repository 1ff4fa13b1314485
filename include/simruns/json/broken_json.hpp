#pragma once

#include "simruns/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace simruns::detail {

/// Goes over a value of a text that is not JSON, of which yet the structure may be whole: its
/// quotes, brackets, colons and commas. Only what stands between these may be wrong: a word such as
/// NaN, a number, an escape, a control character in a string, a byte that is not UTF-8, any depth.
/// Then it is certain where the value ends. Nothing is guessed where a quote or a comma is missing.
class broken_json {
 public:
  /// Requires: a NUL behind `text`. `from` is where the value begins.
  broken_json(std::string_view text, std::size_t from) noexcept
      : end_(text.data() + text.size()), at_(text.data() + from) {}

  /// Passes the value. False: it is not certain where it ends.
  bool pass();

  /// Where the value ended, or where its structure is wrong.
  char const* at() const noexcept { return at_; }

  /// What is wrong first, as it stands there; empty where nothing is but the structure or the
  /// depth.
  std::string_view wrong() const noexcept { return wrong_; }

  /// Of an object the text of its member `id`, else of `_id`; what stands between the quotes.
  std::string_view id() const noexcept { return id_.data() != nullptr ? id_ : other_id_; }

 private:
  bool pass_value();
  bool pass_key();
  bool pass_string(std::string_view& inner);
  bool pass_word();
  void pass_escape();
  void note(char const* from, char const* to) noexcept;
  char peek() noexcept;
  bool take(char wanted) noexcept;

  char const* end_;
  char const* at_;
  std::string open_;  ///< The brackets that are to come.
  std::string_view key_;
  std::string_view wrong_;
  std::string_view id_;
  std::string_view other_id_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/json/impl/broken_json.ipp"
#endif
