#pragma once

#include "simruns/query/run_query.hpp"
#include "simruns/runs/client.hpp"
#include "simruns/walk/batch_witness.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace simruns_python {

/// Asks a batch what it says of itself, by one attempt: a witness is not worth a second.
boost::asio::awaitable<simruns::batch_witness> fetch_witness(simruns::client client,
                                                             simruns::run_query query);

/// The second witness of a walk: one request for its batch, which the walk does not wait for beyond
/// its own end, plus a second. Used in the core thread only.
class asked_batch : public std::enable_shared_from_this<asked_batch> {
 public:
  asked_batch(simruns::client client, simruns::run_query query);
  asked_batch(asked_batch const&) = delete;
  asked_batch& operator=(asked_batch const&) = delete;

  /// Sends the request, the first time that it is called.
  void ask();

  /// Drops the request, as when the walk has failed. Safe to repeat.
  void stop() noexcept;

  /// What the batch says of itself, or why it says nothing. Requires: `ask` was called.
  boost::asio::awaitable<simruns::batch_witness> said();

 private:
  static boost::asio::awaitable<void> fetch(std::shared_ptr<asked_batch> self);
  static boost::asio::awaitable<simruns::batch_witness> wait(std::shared_ptr<asked_batch> self);

  simruns::client client_;
  simruns::run_query query_;
  boost::asio::steady_timer news_;  ///< Cancelled when the batch has said something.
  std::shared_ptr<boost::asio::cancellation_signal> stop_;
  std::optional<simruns::batch_witness> witness_;
};

}  // namespace simruns_python
