#pragma once

#include "simruns/fwd.hpp"
#include "simruns/page/run.hpp"
#include "simruns/runs/detail/initiation.hpp"

#include <boost/asio/associator.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace simruns::detail {

/// The item that a walk gave as a run with nothing but its id and its text; none at the end.
template <class Item>
std::optional<Item> item_of(run_ptr const& entry) {
  if (!entry) return std::nullopt;
  return Item::from_json(entry->json());
}

/// Gives a handler the item in place of what the walk gave.
template <class Item>
struct item_completion {
  completion<std::optional<Item>> done;

  void operator()(std::exception_ptr thrown, run_ptr entry) {
    std::optional<Item> item;
    if (!thrown) {
      try {
        item = item_of<Item>(entry);
      } catch (...) {
        thrown = std::current_exception();
      }
    }
    std::move(done)(std::move(thrown), std::move(item));
  }
};

}  // namespace simruns::detail

template <template <class, class> class Associator, class Item, class DefaultCandidate>
struct boost::asio::associator<Associator, simruns::detail::item_completion<Item>, DefaultCandidate>
    : Associator<simruns::detail::completion<std::optional<Item>>, DefaultCandidate> {
  using inner = simruns::detail::completion<std::optional<Item>>;

  static typename Associator<inner, DefaultCandidate>::type get(
      simruns::detail::item_completion<Item> const& h) noexcept {
    return Associator<inner, DefaultCandidate>::get(h.done);
  }
  static auto get(simruns::detail::item_completion<Item> const& h,
                  DefaultCandidate const& c) noexcept
      -> decltype(Associator<inner, DefaultCandidate>::get(h.done, c)) {
    return Associator<inner, DefaultCandidate>::get(h.done, c);
  }
};
