#pragma once

#include "simruns/query/run_query.hpp"
#include "simruns/runs/client.hpp"
#include "simruns/walk/batch_witness.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

namespace simruns_python {

class asked_batch;

/// How many of a client's connections may wait for witnesses: half of them, so that walks go on
/// whatever becomes of these. Of one connection, none before its walk has ended. Used in the core
/// thread only.
struct witness_places {
  explicit witness_places(std::size_t connections)
      : free(connections > 1 ? connections / 2 : 1), only_at_the_end(connections < 2) {}

  std::size_t free;
  bool only_at_the_end;
  std::deque<std::weak_ptr<asked_batch>> waiting;
};

/// The second witness of a walk: one request for its batch, of one attempt, which the walk does not
/// wait for beyond its own end, plus a second. Used in the core thread only.
class asked_batch : public std::enable_shared_from_this<asked_batch> {
 public:
  asked_batch(simruns::client const& client, simruns::run_query query,
              std::shared_ptr<witness_places> places);
  asked_batch(asked_batch const&) = delete;
  asked_batch& operator=(asked_batch const&) = delete;

  /// A page is here: sends the request the first time, as soon as there is a place.
  void page_came();

  /// Drops the request, as when the walk has failed. Safe to repeat.
  void stop() noexcept;

  /// The walk has ended: what the batch says of itself, or why it says nothing. It sends the
  /// request if none was sent.
  boost::asio::awaitable<simruns::batch_witness> said();

 private:
  static boost::asio::awaitable<void> fetch(std::shared_ptr<asked_batch> self);
  static boost::asio::awaitable<simruns::batch_witness> wait(std::shared_ptr<asked_batch> self);
  void ask();
  void start();
  void leave_place();

  simruns::client client_;
  simruns::run_query query_;
  std::shared_ptr<witness_places> places_;
  boost::asio::steady_timer news_;  ///< Cancelled when the batch has said something.
  std::shared_ptr<boost::asio::cancellation_signal> stop_;  ///< Of the request; null before it.
  std::optional<simruns::batch_witness> witness_;
  bool asked_ = false;
  bool over_ = false;  ///< Nobody waits for it any more.
};

}  // namespace simruns_python
