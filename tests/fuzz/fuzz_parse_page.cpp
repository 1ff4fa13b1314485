#include "fuzz/parse_page.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::parse_any_page({data, size});
  return 0;
}
