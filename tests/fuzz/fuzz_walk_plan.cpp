#include "fuzz/walk_plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::walk_odd_windows({data, size});
  return 0;
}
