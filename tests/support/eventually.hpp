#pragma once

#include <chrono>
#include <thread>

namespace test {

/// Waits for a condition, for as long as a test may take at all; false if it did not come.
template <class Condition>
bool eventually(Condition holds) {
  auto const patience = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace test
