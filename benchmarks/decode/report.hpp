#pragma once

#include "measure.hpp"

#include <vector>

namespace bench {

/// For people: a row a variant, then the ratios that we hold ourselves to.
void print_table(std::vector<measured> const& results, page_list const& pages);

/// For programs: a line of JSON for each variant and for each ratio.
void print_json(std::vector<measured> const& results, page_list const& pages);

}  // namespace bench
