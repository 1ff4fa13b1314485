#include "fuzz/texts.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::read_any_text({data, size});
  return 0;
}
