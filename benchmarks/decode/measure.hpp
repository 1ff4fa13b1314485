#pragma once

#include "allocations.hpp"
#include "variant.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace bench {

using page_list = std::vector<std::string>;

/// What was measured of one variant.
struct measured {
  variant* what = nullptr;
  std::vector<double> seconds;            ///< Of each round: all pages, decoded and let go.
  std::vector<allocation_counts> counts;  ///< Of each page.

  double best() const;
  double median() const;
  double allocations() const;  ///< A page, on average.
  std::size_t peak_bytes() const;
};

/// Decodes every page, and compares the results of all variants.
/// Throws: std::runtime_error that names the first variant whose result differs.
void check_equal(std::vector<std::unique_ptr<variant>> const& variants, page_list const& pages);

/// Seconds that a variant needs for all pages. Copying their bodies is not counted.
double time_round(variant& what, page_list const& pages);

/// Rounds in which every variant takes its turn, each round beginning with another.
std::vector<measured> measure(std::vector<std::unique_ptr<variant>> const& variants,
                              page_list const& pages, std::size_t rounds);

/// Seconds of `slow` over those of `fast`: the best of all rounds, and the median of each round's.
struct ratio {
  double of_best;
  double median;
};
ratio compare(measured const& slow, measured const& fast);

}  // namespace bench
