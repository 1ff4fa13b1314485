#pragma once

#include <boost/asio/execution_context.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace simruns::detail {

/// Something that must be gone before its execution context is.
class context_node {
 public:
  context_node() = default;
  context_node(context_node const&) = delete;
  context_node& operator=(context_node const&) = delete;

 protected:
  ~context_node() = default;

 private:
  friend class context_registry;
  virtual void release() noexcept = 0;
  virtual void forked() noexcept = 0;
  context_node* previous_ = nullptr;
  context_node* next_ = nullptr;
};

/// The nodes of one context. The context's service and the nodes share it, so that it outlives
/// whichever goes first.
class context_registry {
 public:
  /// Requires: `mutex` is held.
  void add(context_node& node) noexcept;
  void remove(context_node& node) noexcept;

  /// Releases every node. Called once, when the context goes.
  void shutdown() noexcept;

  /// Around a fork. In between no other thread has hold of the nodes; the child tells them.
  void before_fork();
  void after_fork_in_parent() noexcept;
  void after_fork_in_child() noexcept;

  std::recursive_mutex mutex;  ///< Recursive, since releasing one node may destroy another.

 private:
  context_node* first_ = nullptr;
};

/// The registry of `context`, which is made for the first who asks.
std::shared_ptr<context_registry> registry_of(boost::asio::execution_context& context);

/// A value made of Asio objects (a strand, a timer, idle connections) that is destroyed with its
/// owner or with the execution context, whichever goes first. Asio itself asks that its objects go
/// first; a handle that a user keeps in another object cannot promise that.
///
/// After a fork, the `notify_fork(fork_child)` of the context calls `value.forked()` in the child,
/// if there is such a function. It must neither throw nor make or destroy a `context_bound`.
template <class T>
class context_bound final : private context_node {
 public:
  template <class... Args>
  explicit context_bound(boost::asio::execution_context& context, Args&&... args)
      : registry_(registry_of(context)), value_(std::in_place, std::forward<Args>(args)...) {
    std::lock_guard const lock(registry_->mutex);
    registry_->add(*this);
  }

  ~context_bound() {
    std::lock_guard const lock(registry_->mutex);
    if (!value_) return;
    registry_->remove(*this);
    value_.reset();
  }

  /// For code that the context itself runs, and so knows it to be alive.
  T& operator*() noexcept { return *value_; }
  T* operator->() noexcept { return &*value_; }

  /// For code that may come after the context: calls `use(value)` unless it is gone. The context
  /// cannot go meanwhile. False: it was gone.
  template <class Use>
  bool with(Use&& use) {
    std::lock_guard const lock(registry_->mutex);
    if (!value_) return false;
    std::forward<Use>(use)(*value_);
    return true;
  }

 private:
  void release() noexcept override { value_.reset(); }

  void forked() noexcept override {
    if constexpr (requires(T& value) { value.forked(); }) {
      if (value_) value_->forked();
    }
  }

  std::shared_ptr<context_registry> registry_;
  std::optional<T> value_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/context_bound.ipp"
#endif
