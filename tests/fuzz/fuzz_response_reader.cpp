#include "fuzz/response_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::read_any_response({data, size});
  return 0;
}
