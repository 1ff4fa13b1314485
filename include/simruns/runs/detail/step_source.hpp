#pragma once

#include "simruns/walk/walk_step.hpp"

#include <boost/asio/awaitable.hpp>

namespace simruns::detail {

/// Where a consumer gets its pages from. Used on the client's strand only.
class step_source {
 public:
  step_source() = default;
  step_source(step_source const&) = delete;
  step_source& operator=(step_source const&) = delete;
  virtual ~step_source() = default;

  /// The next page with runs in it, or the end, or why there is none. After a failure or a
  /// cancellation the next call goes on where this one stood.
  virtual boost::asio::awaitable<walk_step> take() = 0;

  /// Its consumer has gone or is closed: ends what is under way, and whoever waits for it.
  virtual void abandon() = 0;
};

}  // namespace simruns::detail
