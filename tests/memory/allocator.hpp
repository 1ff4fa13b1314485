#pragma once

namespace test {

/// Has allocations of this program fail, for as long as it lives: of the thread that made it and of
/// those that were started since. The servers of a test were there before, and have what they ask
/// for. One at a time.
class failing_allocations {
 public:
  /// `first`: the number of the first allocation to fail, from 1. `length`: how many fail.
  explicit failing_allocations(long first, long length = 1);
  failing_allocations(failing_allocations const&) = delete;
  failing_allocations& operator=(failing_allocations const&) = delete;
  ~failing_allocations();

  /// Whether an allocation has failed.
  static bool any_failed() noexcept;
};

/// Blocks of `operator new` that were asked for by those threads, and are not freed.
long live_blocks() noexcept;

}  // namespace test
