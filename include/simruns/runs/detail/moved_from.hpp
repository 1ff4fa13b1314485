#pragma once

#include "simruns/config.hpp"

#include <memory>

namespace simruns::detail {

/// Throws: request_error (invalid_argument).
[[noreturn]] void throw_moved_from();

/// What a handle shares with its copies.
/// Throws: request_error (invalid_argument), if the handle was moved from and has nothing.
template <class T>
std::shared_ptr<T> const& not_moved_from(std::shared_ptr<T> const& shared) {
  if (!shared) throw_moved_from();
  return shared;
}

}  // namespace simruns::detail
