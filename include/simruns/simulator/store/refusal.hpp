#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

/// A request that is answered with a 400: the parameter at fault and, in `what()`, how it is right.
class refusal : public std::runtime_error {
 public:
  refusal(std::string field, std::string const& message)
      : std::runtime_error(message), field_{std::move(field)} {}

  std::string const& field() const noexcept { return field_; }

 private:
  std::string field_;
};

/// A client's text as it may stand in a message: printable ASCII, at most 40 characters, quoted.
inline std::string shown(std::string_view text) {
  std::string out = "'";
  for (char const c : text.substr(0, 40)) out += c >= 0x20 && c < 0x7f ? c : '?';
  if (text.size() > 40) out += "...";
  return out + "'";
}

}  // namespace simruns::simulator
