#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/allocator.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace simruns::detail {

/// An executor with memory of its own for one function at a time. A strand over it hands over one
/// at a time, and so goes on where there is no memory left; over any other executor, a strand that
/// cannot hand its next function over stands still for ever. The memory is of use over an
/// `io_context`. It is as small as a pointer: Asio's polymorphic executors then hold a strand of it
/// in place, so that copies of them need no memory either.
class steady_executor {
 public:
  /// A function, since a constructor would be one from itself: that converts to the other.
  static steady_executor over(boost::asio::any_io_executor const& inner);

  steady_executor(steady_executor const& other) noexcept : bits_(other.bits_) { ++state().owners; }
  steady_executor(steady_executor&& other) noexcept : steady_executor(std::as_const(other)) {}
  steady_executor& operator=(steady_executor other) noexcept {
    std::swap(bits_, other.bits_);
    return *this;
  }
  ~steady_executor() {
    if (--state().owners == 0) delete &state();
  }

  /// What it was made of.
  boost::asio::any_io_executor const& inner() const noexcept { return state().inner; }

  bool operator==(steady_executor const& other) const noexcept { return bits_ == other.bits_; }
  bool operator!=(steady_executor const& other) const noexcept { return bits_ != other.bits_; }

  boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
    return boost::asio::query(state().inner, boost::asio::execution::context);
  }
  boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) const noexcept {
    if (never_blocks()) return boost::asio::execution::blocking.never;
    return boost::asio::execution::blocking.possibly;
  }
  steady_executor require(boost::asio::execution::blocking_t::never_t) const noexcept {
    return steady_executor(*this, never);
  }
  steady_executor require(boost::asio::execution::blocking_t::possibly_t) const noexcept {
    return steady_executor(*this, 0);
  }

  template <class Function>
  void execute(Function&& function) const;

 private:
  static constexpr std::uintptr_t never = 1;
  static constexpr std::size_t block_bytes = 256;

  struct alignas(std::max_align_t) shared {
    explicit shared(boost::asio::any_io_executor i);

    std::byte block[block_bytes];
    std::atomic<bool> block_taken{false};
    std::atomic<std::size_t> owners{1};
    boost::asio::any_io_executor inner;
    boost::asio::io_context* io = nullptr;  ///< Of `inner`; null if that is of another kind.

    boost::asio::any_io_executor inner_to(bool never_block) const;
  };

  template <class T>
  struct memory;

  explicit steady_executor(shared* made) noexcept : bits_(reinterpret_cast<std::uintptr_t>(made)) {}
  steady_executor(steady_executor const& other, std::uintptr_t flag) noexcept
      : bits_(reinterpret_cast<std::uintptr_t>(&other.state()) | flag) {
    ++state().owners;
  }

  shared& state() const noexcept { return *reinterpret_cast<shared*>(bits_ & ~never); }
  bool never_blocks() const noexcept { return (bits_ & never) != 0; }

  std::uintptr_t bits_;  ///< The address of what copies share, and `never` in its lowest bit.
};

/// Gives the block if it is free and large enough, else what `operator new` gives.
template <class T>
struct steady_executor::memory {
  using value_type = T;

  explicit memory(steady_executor const& o) noexcept : of(o) {}
  template <class U>
  memory(memory<U> const& other) noexcept : of(other.of) {}

  T* allocate(std::size_t count) const {
    auto& here = of.state();
    bool const fits = count <= block_bytes / sizeof(T) && alignof(T) <= alignof(shared);
    if (fits && !here.block_taken.exchange(true)) return reinterpret_cast<T*>(here.block);
    return static_cast<T*>(::operator new(count * sizeof(T)));
  }
  void deallocate(T* at, std::size_t) const noexcept {
    auto& here = of.state();
    if (static_cast<void*>(at) != here.block) return ::operator delete(at);
    here.block_taken = false;
  }
  template <class U>
  bool operator==(memory<U> const& other) const noexcept {
    return &of.state() == &other.of.state();
  }

  steady_executor of;
};

template <class Function>
void steady_executor::execute(Function&& function) const {
  namespace execution = boost::asio::execution;
  auto const& here = state();
  if (here.io == nullptr)
    return here.inner_to(never_blocks()).execute(std::forward<Function>(function));
  if (!never_blocks() && here.io->get_executor().running_in_this_thread())
    return std::forward<Function>(function)();
  auto const later = boost::asio::require(here.io->get_executor(), execution::blocking.never);
  memory<void> const own(*this);
  boost::asio::prefer(later, execution::allocator(own)).execute(std::forward<Function>(function));
}

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/steady_executor.ipp"
#endif
