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
  context_node* previous_ = nullptr;
  context_node* next_ = nullptr;
};

/// The nodes of one context. Shared by the context's service and the nodes, so that it outlives
/// whichever goes first. The mutex is recursive: releasing one node may destroy another.
class context_registry {
 public:
  void add(context_node& node) noexcept {
    node.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &node;
    first_ = &node;
  }

  void remove(context_node& node) noexcept {
    if (node.previous_ != nullptr) node.previous_->next_ = node.next_;
    if (node.next_ != nullptr) node.next_->previous_ = node.previous_;
    if (first_ == &node) first_ = node.next_;
    node.previous_ = node.next_ = nullptr;
  }

  void shutdown() noexcept {
    std::lock_guard const lock(mutex);
    while (first_ != nullptr) {
      context_node& node = *first_;
      remove(node);
      node.release();
    }
  }

  std::recursive_mutex mutex;

 private:
  context_node* first_ = nullptr;
};

class context_service final : public boost::asio::execution_context::service {
 public:
  using key_type = context_service;
  static inline boost::asio::execution_context::id id;

  explicit context_service(boost::asio::execution_context& context)
      : boost::asio::execution_context::service(context) {}

  std::shared_ptr<context_registry> const& registry() const noexcept { return registry_; }

 private:
  void shutdown() noexcept override { registry_->shutdown(); }

  std::shared_ptr<context_registry> registry_ = std::make_shared<context_registry>();
};

/// A value made of Asio objects (a strand, a timer, idle connections) that is destroyed with its
/// owner or with the execution context, whichever goes first. Asio itself asks that its objects go
/// first; a handle that a user keeps in another object cannot promise that.
template <class T>
class context_bound final : private context_node {
 public:
  template <class... Args>
  explicit context_bound(boost::asio::execution_context& context, Args&&... args)
      : registry_(boost::asio::use_service<context_service>(context).registry()),
        value_(std::in_place, std::forward<Args>(args)...) {
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

  std::shared_ptr<context_registry> registry_;
  std::optional<T> value_;
};

}  // namespace simruns::detail
