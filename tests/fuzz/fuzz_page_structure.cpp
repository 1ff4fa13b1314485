#include "fuzz/page_structure.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::parse_odd_page({data, size});
  return 0;
}
