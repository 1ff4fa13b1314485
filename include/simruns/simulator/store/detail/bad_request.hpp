#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

/// A request that gets a 400. `field` is the parameter at fault, and `what()` says what is right.
class bad_request : public std::runtime_error {
 public:
  bad_request(std::string field, std::string const& message)
      : std::runtime_error(message), field_{std::move(field)} {}

  std::string const& field() const noexcept { return field_; }

 private:
  std::string field_;
};

/// Quotes a client's text for a message, at most 40 bytes of it.
std::string shown(std::string_view text);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/bad_request.ipp"
#endif
