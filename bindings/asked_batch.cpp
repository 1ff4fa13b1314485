#include "asked_batch.hpp"

#include "simruns/runs/discovery.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <new>
#include <utility>

namespace simruns_python {

namespace asio = boost::asio;

/// The client for one attempt: a witness is not worth a second.
static simruns::client once(simruns::client const& client) {
  auto config = client.config();
  config.max_attempts = 1;
  return client.with_config(std::move(config));
}

asked_batch::asked_batch(simruns::client const& client, simruns::run_query query,
                         std::shared_ptr<witness_places> places)
    : client_(once(client)),
      query_(std::move(query)),
      places_(std::move(places)),
      news_(client_.get_executor()) {
  news_.expires_at(asio::steady_timer::time_point::max());
}

void asked_batch::page_came() {
  if (!places_->only_at_the_end) ask();
}

void asked_batch::ask() {
  if (std::exchange(asked_, true)) return;
  if (places_->free == 0) return places_->waiting.push_back(weak_from_this());
  --places_->free;
  start();
}

void asked_batch::start() {
  stop_ = std::make_shared<asio::cancellation_signal>();
  auto done = [self = shared_from_this(), stop = stop_](std::exception_ptr) {
    self->news_.cancel();
    self->leave_place();
  };
  asio::co_spawn(news_.get_executor(), fetch(shared_from_this()),
                 asio::bind_cancellation_slot(stop_->slot(), std::move(done)));
}

/// Gives the place to the first that waits for one and is still wanted.
void asked_batch::leave_place() {
  auto& waiting = places_->waiting;
  while (!waiting.empty()) {
    auto const next = waiting.front().lock();
    waiting.pop_front();
    if (next && !next->over_) return next->start();
  }
  ++places_->free;
}

void asked_batch::stop() noexcept {
  over_ = true;
  try {
    if (stop_) stop_->emit(asio::cancellation_type::terminal);
  } catch (std::bad_alloc const&) {  // it ends by itself, and nobody asks what it brings
  }
}

asio::awaitable<void> asked_batch::fetch(std::shared_ptr<asked_batch> self) {
  auto const fetched = co_await self->client_.try_fetch_batch(self->query_);
  if (!self->witness_) self->witness_ = simruns::witness_of(fetched, self->query_.batch());
}

asio::awaitable<simruns::batch_witness> asked_batch::said() { return wait(shared_from_this()); }

asio::awaitable<simruns::batch_witness> asked_batch::wait(std::shared_ptr<asked_batch> self) {
  static constexpr std::chrono::seconds patience{1};
  self->ask();
  if (!self->witness_) {
    self->news_.expires_after(patience);
    boost::system::error_code woken;
    co_await self->news_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (!self->witness_) {
    simruns::batch_witness late;
    late.absence = "no answer within a second of the last run";
    late.requests = self->stop_ ? 1 : 0;
    self->witness_ = std::move(late);
  }
  self->stop();
  co_return *self->witness_;
}

}  // namespace simruns_python
