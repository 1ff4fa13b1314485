#pragma once

#include "simruns/config.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace simruns {

/// The ids of the runs that a walk has had. It is exact and small: an id costs 6 to 12 bytes of
/// table beside the id itself, which is packed where it has one of the usual forms. The ids lie in
/// blocks that never move, so a walk of 100,000 runs does not double its memory at the end.
class id_set {
 public:
  id_set() noexcept;
  id_set(id_set&&) noexcept;
  id_set& operator=(id_set&&) noexcept;
  ~id_set();

  /// False if the id was there already.
  bool insert(std::string_view id);

  bool contains(std::string_view id) const noexcept;

  std::size_t size() const noexcept;

  /// Bytes taken from the system.
  std::size_t capacity() const noexcept;

 private:
  struct table;
  std::unique_ptr<table> table_;  ///< Null while the set is empty.
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/id_set.ipp"
#endif
