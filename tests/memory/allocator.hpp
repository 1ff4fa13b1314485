#pragma once

namespace test {

/// Has an allocation of this program fail, for as long as it lives: one of the thread that made it
/// or of those that were started since. The servers of a test were there before, and have what they
/// ask for. One at a time.
class failing_allocations {
 public:
  enum class threads { all, own };

  /// `which`: the number of the allocation that fails, from 1; 0 for none.
  explicit failing_allocations(long which, threads of = threads::all);
  failing_allocations(failing_allocations const&) = delete;
  failing_allocations& operator=(failing_allocations const&) = delete;
  ~failing_allocations();

  /// Whether an allocation has failed.
  static bool any_failed() noexcept;
};

/// Blocks of `operator new` that were asked for by those threads, and are not freed.
long live_blocks() noexcept;

}  // namespace test
