#include "fuzz/page_cursor.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::walk_odd_pages({data, size});
  return 0;
}
