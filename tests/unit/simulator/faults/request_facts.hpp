#pragma once

#include "simruns/simulator/faults/fault.hpp"

#include <cstdint>
#include <string_view>

namespace test {

/// What a script of faults is told of a request.
inline simruns::simulator::request_facts request(std::uint64_t number, std::uint64_t page = 1,
                                                 std::string_view batch = "b") {
  simruns::simulator::request_facts made;
  made.number = number;
  made.page = page;
  made.batch = batch;
  return made;
}

}  // namespace test
