#pragma once

#include <cassert>
#include <cstdint>
#include <utility>

namespace simruns {

/// Whether a member came, and whether it has a value. An empty text is a value.
enum class presence : std::uint8_t {
  absent,   ///< The member is not there, or has the wrong type, and an issue says so.
  null,     ///< The member is there, and is `null`.
  present,  ///< The member has a value.
};

/// A value that may be absent or null. It reads like `std::optional`, and `state()` says which.
template <class T>
class maybe {
 public:
  using value_type = T;

  constexpr maybe() = default;
  constexpr maybe(T value) : value_(std::move(value)), state_(presence::present) {}

  /// Makes the state of a member that is `null`; the default is that of one which is absent.
  static constexpr maybe null() noexcept {
    maybe out;
    out.state_ = presence::null;
    return out;
  }

  constexpr presence state() const noexcept { return state_; }
  constexpr bool has_value() const noexcept { return state_ == presence::present; }
  constexpr bool is_null() const noexcept { return state_ == presence::null; }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  /// The value. Requires: `has_value()`.
  constexpr T const& operator*() const noexcept {
    assert(has_value());
    return value_;
  }
  constexpr T const* operator->() const noexcept {
    assert(has_value());
    return &value_;
  }

  /// The value, or `other` where there is none.
  constexpr T value_or(T other) const { return has_value() ? value_ : std::move(other); }

  friend constexpr bool operator==(maybe const& a, maybe const& b) {
    return a.state_ == b.state_ && (!a.has_value() || a.value_ == b.value_);
  }

 private:
  T value_{};
  presence state_ = presence::absent;
};

}  // namespace simruns
