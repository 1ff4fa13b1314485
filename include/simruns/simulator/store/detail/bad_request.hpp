#pragma once

#include "simruns/text/excerpt.hpp"

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

/// Quotes a client's text for a message, at most 40 bytes of it.
inline std::string shown(std::string_view text) {
  return "'" + simruns::detail::excerpt(text, 40) + "'";
}

}  // namespace simruns::simulator
