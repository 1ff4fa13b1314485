#pragma once

#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/session.hpp"
#include "simruns/simulator/serve/detail/upstream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace simruns::simulator {

/// The connections of a listener, so that all can be closed. Keeps none alive. Threads: any.
class connection_registry {
 public:
  explicit connection_registry(std::size_t capacity) : capacity_{capacity} {}

  /// The number under which the connection is known; nothing if there are too many, or if the
  /// registry is closed: drop the connection then.
  std::optional<std::uint64_t> enter(std::shared_ptr<connection> const& client) {
    std::scoped_lock const lock{mutex_};
    if (closed_ || open_.size() >= capacity_) return std::nullopt;
    open_.emplace(++last_, client);
    return last_;
  }

  void leave(std::uint64_t number) {
    std::scoped_lock const lock{mutex_};
    open_.erase(number);
  }

  /// Closes all, each on its own strand, and lets no more in.
  void close() {
    std::map<std::uint64_t, std::weak_ptr<connection>> open;
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

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  bool closed_ = false;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::weak_ptr<connection>> open_;
};

/// Accepts connections, each on a strand of its own. Owned by the operations it has started: it
/// goes when they end, or with the context that runs them.
class listener {
 public:
  /// Listens from now on. Throws: boost::system::system_error that names address and port.
  /// `tls`, `beyond`: null for none.
  listener(boost::asio::any_io_executor executor, std::shared_ptr<service> shared,
           std::shared_ptr<boost::asio::ssl::context> tls, std::shared_ptr<upstream> beyond)
      : executor_{executor},
        acceptor_{boost::asio::make_strand(executor)},
        pause_{acceptor_.get_executor()},
        service_{std::move(shared)},
        tls_{std::move(tls)},
        upstream_{std::move(beyond)},
        registry_{std::make_shared<connection_registry>(service_->options().max_connections)} {
    listen();
  }

  /// Begins to accept.
  static void start(std::shared_ptr<listener> self) {
    auto const strand = self->acceptor_.get_executor();
    boost::asio::co_spawn(strand, accept_all(std::move(self)), [](std::exception_ptr) {});
  }

  /// Stops accepting and closes all connections. Threads: any.
  static void stop(std::shared_ptr<listener> const& self) {
    self->registry_->close();
    boost::asio::post(self->acceptor_.get_executor(), [self] { self->close(); });
  }

  boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  void listen() {
    namespace ip = boost::asio::ip;
    auto const& options = service_->options();
    boost::system::error_code problem;
    auto const address = ip::make_address(options.address, problem);
    if (!problem) {
      ip::tcp::endpoint const place{address, options.port};
      acceptor_.open(place.protocol(), problem);
      if (!problem) acceptor_.set_option(ip::tcp::acceptor::reuse_address{true}, problem);
      if (!problem) acceptor_.bind(place, problem);
      if (!problem) acceptor_.listen(boost::asio::socket_base::max_listen_connections, problem);
    }
    if (problem) {
      throw boost::system::system_error{problem, "cannot listen on address " + options.address +
                                                     ", port " + std::to_string(options.port) +
                                                     " (port 0 takes a free one)"};
    }
  }

  void close() {
    closed_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

  /// Errors such as a lack of file descriptors pass, so it goes on after a pause; without the pause
  /// it would spin for as long as they last.
  static boost::asio::awaitable<void> accept_all(std::shared_ptr<listener> self) {
    while (!self->closed_) {
      boost::system::error_code problem;
      auto token = boost::asio::redirect_error(boost::asio::use_awaitable, problem);
      boost::asio::any_io_executor const strand = boost::asio::make_strand(self->executor_);
      auto socket = co_await self->acceptor_.async_accept(strand, token);
      if (!problem) self->welcome(std::move(socket));
      if (!problem || problem == boost::asio::error::connection_aborted || self->closed_) continue;
      self->pause_.expires_after(std::chrono::milliseconds{50});
      co_await self->pause_.async_wait(token);
    }
  }

  void welcome(boost::asio::ip::tcp::socket socket) {
    auto const client = std::make_shared<connection>(std::move(socket), service_, tls_, upstream_);
    auto const number = registry_->enter(client);
    if (!number) return;
    // The handler holds the connection too: its slot is used until the coroutine has ended.
    boost::asio::co_spawn(
        client->get_executor(), serve(registry_, *number, client),
        boost::asio::bind_cancellation_slot(client->slot(), [client](std::exception_ptr) {}));
  }

  static boost::asio::awaitable<void> serve(std::shared_ptr<connection_registry> registry,
                                            std::uint64_t number,
                                            std::shared_ptr<connection> client) {
    struct leaving {
      connection_registry& registry;
      std::uint64_t number;
      ~leaving() { registry.leave(number); }
    } const guard{*registry, number};
    co_await client->run();
  }

  boost::asio::any_io_executor executor_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<service> service_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<upstream> upstream_;
  std::shared_ptr<connection_registry> registry_;
  bool closed_ = false;
};

}  // namespace simruns::simulator
