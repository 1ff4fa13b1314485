#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/config.hpp"

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

/// What an execution context holds of ours: it is told when the context goes.
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

SIMRUNS_INLINE std::shared_ptr<context_registry> registry_of(
    boost::asio::execution_context& context) {
  return boost::asio::use_service<context_service>(context).registry();
}

}  // namespace simruns::detail
