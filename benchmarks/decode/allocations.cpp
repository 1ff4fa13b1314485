#include "allocations.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

struct counters {
  bool on = false;
  std::size_t allocations = 0;
  std::ptrdiff_t bytes = 0;
  std::ptrdiff_t peak = 0;
};
counters counted;

void* noted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  if (counted.on) {
    ++counted.allocations;
    counted.bytes += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    counted.peak = std::max(counted.peak, counted.bytes);
  }
  return memory;
}

void release(void* memory) noexcept {
  if (counted.on) counted.bytes -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return noted(std::malloc(size == 0 ? 1 : size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  auto const unit = static_cast<std::size_t>(alignment);
  return noted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace bench {

void start_counting() noexcept {
  counted = {};
  counted.on = true;
}

allocation_counts stop_counting() noexcept {
  counted.on = false;
  return {counted.allocations, static_cast<std::size_t>(counted.peak)};
}

}  // namespace bench
