#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/config.hpp"

#include <new>

namespace simruns::detail {

SIMRUNS_INLINE void context_registry::add(context_node& node) noexcept {
  node.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &node;
  first_ = &node;
}

SIMRUNS_INLINE void context_registry::remove(context_node& node) noexcept {
  if (node.previous_ != nullptr) node.previous_->next_ = node.next_;
  if (node.next_ != nullptr) node.next_->previous_ = node.previous_;
  if (first_ == &node) first_ = node.next_;
  node.previous_ = node.next_ = nullptr;
}

SIMRUNS_INLINE void context_registry::shutdown() noexcept {
  std::lock_guard const lock(mutex);
  while (first_ != nullptr) {
    context_node& node = *first_;
    remove(node);
    node.release();
  }
}

SIMRUNS_INLINE void context_registry::before_fork() { mutex.lock(); }

SIMRUNS_INLINE void context_registry::after_fork_in_parent() noexcept { mutex.unlock(); }

SIMRUNS_INLINE void context_registry::after_fork_in_child() noexcept {
  new (&mutex) std::recursive_mutex;  // the old one is held, in the name of a thread of the parent
  std::lock_guard const lock(mutex);
  for (auto* node = first_; node != nullptr; node = node->next_) node->forked();
}

/// What an execution context holds of ours: it is told when the context goes, and of a fork.
class context_service final : public boost::asio::execution_context::service {
 public:
  using key_type = context_service;
  static inline boost::asio::execution_context::id id;

  explicit context_service(boost::asio::execution_context& context)
      : boost::asio::execution_context::service(context) {}

  std::shared_ptr<context_registry> const& registry() const noexcept { return registry_; }

 private:
  void shutdown() noexcept override { registry_->shutdown(); }

  void notify_fork(boost::asio::execution_context::fork_event event) override {
    switch (event) {
      case boost::asio::execution_context::fork_prepare:
        return registry_->before_fork();
      case boost::asio::execution_context::fork_parent:
        return registry_->after_fork_in_parent();
      case boost::asio::execution_context::fork_child:
        return registry_->after_fork_in_child();
    }
  }

  std::shared_ptr<context_registry> registry_ = std::make_shared<context_registry>();
};

SIMRUNS_INLINE std::shared_ptr<context_registry> registry_of(
    boost::asio::execution_context& context) {
  return boost::asio::use_service<context_service>(context).registry();
}

}  // namespace simruns::detail
