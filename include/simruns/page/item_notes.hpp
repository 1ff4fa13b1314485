#pragma once

#include <string>
#include <utility>
#include <vector>

namespace simruns {

/// Something that decoding found to be odd about a scenario or a batch. What is odd is kept as far
/// as it fits.
struct item_issue {
  std::string path;     ///< A JSON pointer into the item: `/maxTurns`.
  std::string message;  ///< For people: `expected integer, got "ten"`.

  friend bool operator==(item_issue const&, item_issue const&) = default;
};

/// What a scenario and a batch have beside the members of the contract.
struct item_notes {
  /// The members that the contract does not name, as they came: each a key and its value as JSON
  /// text.
  std::vector<std::pair<std::string, std::string>> extra;
  std::vector<item_issue> issues;
  std::string json;  ///< The item's own JSON text, byte for byte as it came.
};

}  // namespace simruns
