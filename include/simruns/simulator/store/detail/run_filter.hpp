#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/item_field.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator::detail {

/// Which runs of a batch are meant. The contract gives `filter` no meaning; here it is a list of
/// values that must all be equal: `status:FAILED,endPointType:rest`. A value reaches to the next
/// comma, so one that holds a comma cannot be asked for.
class run_filter {
 public:
  run_filter() = default;

  /// Reads `field:value[,field:value...]`. Throws: bad_request with the field `filter`.
  static run_filter parse(std::string_view text);

  std::string const& text() const noexcept { return text_; }

  bool matches(stored_run const& run) const;

 private:
  struct term {
    item_field<stored_run> const* field;
    std::string text;         // of a field that is no number
    std::int64_t number = 0;  // of one that is

    bool matches(stored_run const& run) const;
  };

  void add(std::string_view step);

  void add(item_field<stored_run> const& field, std::string_view value);

  std::string text_;
  std::vector<term> terms_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/run_filter.ipp"
#endif
