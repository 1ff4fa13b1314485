#pragma once

#include "simruns/walk/walk_step.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <atomic>

namespace simruns::detail {

/// Whether who cancels a wait wants what it waited for dropped, too. Who allows a gentler end
/// besides has that.
inline bool drops_all(boost::asio::cancellation_type type) noexcept {
  using boost::asio::cancellation_type;
  auto const gentle = cancellation_type::partial | cancellation_type::total;
  return type != cancellation_type::none && (type & gentle) == cancellation_type::none;
}

/// Where a consumer gets its pages from. Used on the client's strand only.
class step_source {
 public:
  step_source() = default;
  step_source(step_source const&) = delete;
  step_source& operator=(step_source const&) = delete;
  virtual ~step_source() = default;

  /// The next page with runs in it, or the end, or why there is none. After a failure or a
  /// cancellation the next call goes on where this one stood. A page that is under way when the
  /// wait is cancelled stays so, and the next call takes it, unless `drops_all` says otherwise.
  virtual boost::asio::awaitable<walk_step> take() = 0;

  /// Its consumer has gone or is closed: ends what is under way, and whoever waits for it.
  virtual void abandon() = 0;

  /// Takes that nothing more is wanted, before `abandon` comes to it. Threads: any.
  void leave() noexcept { abandoned_ = true; }

 protected:
  std::atomic<bool> abandoned_{false};
};

}  // namespace simruns::detail
