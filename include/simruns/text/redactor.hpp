#pragma once

#include "simruns/config.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::detail {

struct folded_byte;
struct folded_text;

/// Strikes secrets out of a text, whatever a server made of them: upper or lower case; escapes of
/// a URL, of JSON and of HTML, and escapes of escapes; base64 and base64url, also as a part of
/// more; hexadecimal digits. It passes the text as it is, and without its escapes, and looks for
/// all secrets at once.
class redactor {
 public:
  explicit redactor(std::vector<std::string> const& secrets);

  /// Returns `text` with `***` in place of each secret. A secret, or a form of it, of fewer than
  /// eight characters is struck out only where it stands alone: `demo` leaves `demo1` and `demos`
  /// as they are. The first characters of a longer one are struck out where `...` follows them,
  /// since a text may have been cut there. An empty secret is nowhere.
  std::string operator()(std::string_view text) const;

 private:
  /// A prefix of what is looked for, in an automaton of Aho and Corasick.
  struct node {
    char byte = 0;
    bool packed = false;        ///< What ends here is base64, and its neighbours hold a part of it.
    bool ends = false;          ///< Whether something that is looked for ends here.
    bool of_long = false;       ///< Whether it leads to something of eight characters or more.
    std::uint32_t depth = 0;    ///< How many bytes the prefix has.
    std::uint32_t child = 0;    ///< The first of those that are longer by a byte; 0: none.
    std::uint32_t sibling = 0;  ///< The next child of the same node; 0: none.
    std::uint32_t shorter = 0;  ///< The longest proper suffix that is a prefix too.
    std::uint32_t due = 0;      ///< The next one, the shorter ones first.
    std::uint32_t ending = 0;   ///< The longest such suffix at which something ends; 0: none.
  };

  void look_for(std::string_view secret);
  void look_for_base64(std::string_view secret);
  void add(std::string_view form, bool packed = false);
  void link();
  std::uint32_t child_of(std::uint32_t at, char byte) const noexcept;
  std::uint32_t step(std::uint32_t at, char byte) const noexcept;

  void find(folded_text bytes, std::vector<folded_byte>& found) const;
  folded_byte place(std::string_view text, std::vector<folded_byte> const& latest,
                    std::size_t count, folded_text const& behind, std::uint32_t at) const;

  std::vector<node> nodes_;
  std::array<std::uint32_t, 256> first_{};  ///< The children of the root, by their bytes.
  std::uint32_t deepest_ = 0;
};

using shared_redactor = std::shared_ptr<redactor const>;

/// As `excerpt`, of a text that may hold a secret: that is struck out before the text is cut, since
/// a part of a secret would no longer be known. A null `strike` knows of no secret.
std::string excerpt(std::string_view text, std::size_t most_bytes, redactor const* strike);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/redactor.ipp"
#endif
