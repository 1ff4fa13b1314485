#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/serve/detail/listener.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/session.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace simruns::simulator::detail {

/// The session of a number in a registry, which leaves when this ends.
struct registration {
  session_registry& registry;
  std::uint64_t number;
  ~registration() { registry.leave(number); }
};

SIMRUNS_INLINE std::optional<std::uint64_t> session_registry::enter(
    std::shared_ptr<session> const& client) {
  std::scoped_lock const lock{mutex_};
  if (closed_ || open_.size() >= capacity_) return std::nullopt;
  open_.emplace(++last_, client);
  return last_;
}

SIMRUNS_INLINE void session_registry::close() {
  std::map<std::uint64_t, std::weak_ptr<session>> open;
  {
    std::scoped_lock const lock{mutex_};
    closed_ = true;
    open = open_;
  }
  for (auto const& [number, client] : open) {
    auto const held = client.lock();
    if (held) boost::asio::post(held->get_executor(), [held] { held->close(); });
  }
}

SIMRUNS_INLINE void listener::listen() {
  namespace ip = boost::asio::ip;
  auto const& options = service_->options();
  boost::system::error_code error;
  auto const address = ip::make_address(options.address, error);
  if (!error) {
    ip::tcp::endpoint const endpoint{address, options.port};
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(ip::tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    throw boost::system::system_error{error, "cannot listen on address " + options.address +
                                                 ", port " + std::to_string(options.port) +
                                                 " (port 0 takes a free one)"};
  }
}

SIMRUNS_INLINE void listener::close() {
  closed_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

SIMRUNS_INLINE boost::asio::awaitable<void> listener::accept_all(std::shared_ptr<listener> self) {
  while (!self->closed_) {
    boost::system::error_code error;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
    boost::asio::any_io_executor const strand = boost::asio::make_strand(self->executor_);
    auto socket = co_await self->acceptor_.async_accept(strand, token);
    if (!error) self->welcome(std::move(socket));
    if (!error || error == boost::asio::error::connection_aborted || self->closed_) continue;
    self->pause_.expires_after(std::chrono::milliseconds{50});
    co_await self->pause_.async_wait(token);
  }
}

SIMRUNS_INLINE void listener::welcome(boost::asio::ip::tcp::socket socket) {
  auto const client = std::make_shared<session>(std::move(socket), service_, tls_, upstream_);
  auto const number = registry_->enter(client);
  if (!number) return;
  // The handler holds the connection too: its slot is used until the coroutine has ended.
  boost::asio::co_spawn(
      client->get_executor(), serve(registry_, *number, client),
      boost::asio::bind_cancellation_slot(client->slot(), [client](std::exception_ptr) {}));
}

SIMRUNS_INLINE boost::asio::awaitable<void> listener::serve(
    std::shared_ptr<session_registry> registry, std::uint64_t number,
    std::shared_ptr<session> client) {
  registration const registered{*registry, number};
  co_await client->run();
}

}  // namespace simruns::simulator::detail
