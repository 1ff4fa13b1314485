#include "memory/allocator.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int> epoch{0};  // odd while allocations are watched
std::atomic<long> count{0};
std::atomic<long> number_to_fail{0};
std::atomic<bool> of_all_threads{true};
std::atomic<bool> one_failed{false};
std::atomic<long> live{0};

/// Since when a thread is here: in this epoch it allocated for the first time.
int born() noexcept {
  thread_local int const since = epoch;
  return since;
}
thread_local bool in_charge = false;

bool is_watched() noexcept {
  int const now = epoch;
  int const since = born();
  return now % 2 == 1 && (in_charge || (of_all_threads && since == now));
}

bool has_to_fail() noexcept {
  if (!is_watched()) return false;
  bool const out = ++count == number_to_fail;
  if (out) one_failed = true;
  return out;
}

/// What stands before each block of `operator new`.
struct head {
  void* start;
  long watched;
};

void* take(std::size_t size, std::size_t alignment) noexcept {
  long const watched = is_watched() ? 1 : 0;
  if (has_to_fail()) return nullptr;
  auto const room = sizeof(head) + alignment;
  auto* const start = static_cast<char*>(std::malloc(size + room));
  if (start == nullptr) return nullptr;
  auto const at = reinterpret_cast<std::uintptr_t>(start) + room;
  auto* const block = start + (room - at % alignment);
  new (block - sizeof(head)) head{start, watched};
  live += watched;
  return block;
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
  auto* const block = take(size, alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void give_back(void* block) noexcept {
  if (block == nullptr) return;
  auto const* const before = reinterpret_cast<head*>(static_cast<char*>(block) - sizeof(head));
  live -= before->watched;
  std::free(before->start);
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t size) { return take_or_throw(size, usual); }
void* operator new[](std::size_t size) { return take_or_throw(size, usual); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return take(size, usual); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return take(size, usual); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { give_back(block); }
void operator delete[](void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete[](void* block, std::size_t) noexcept { give_back(block); }
void operator delete(void* block, std::nothrow_t const&) noexcept { give_back(block); }
void operator delete[](void* block, std::nothrow_t const&) noexcept { give_back(block); }
void operator delete(void* block, std::align_val_t) noexcept { give_back(block); }
void operator delete[](void* block, std::align_val_t) noexcept { give_back(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { give_back(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { give_back(block); }

/// Asio's coroutines and handlers live here. The C library's `free` takes what this gives.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  void* out = nullptr;
  if (has_to_fail() || ::posix_memalign(&out, alignment, size) != 0) {
    errno = ENOMEM;
    return nullptr;
  }
  return out;
}

namespace test {

failing_allocations::failing_allocations(long which, threads of) {
  born();
  number_to_fail = which;
  of_all_threads = of == threads::all;
  one_failed = false;
  count = 0;
  in_charge = true;
  ++epoch;
}

failing_allocations::~failing_allocations() {
  ++epoch;
  in_charge = false;
}

bool failing_allocations::any_failed() noexcept { return one_failed; }

long live_blocks() noexcept { return live; }

}  // namespace test
