#pragma once

#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/session.hpp"
#include "simruns/simulator/serve/detail/upstream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace simruns::simulator::detail {

/// The sessions of a listener, so that all can be closed. It keeps none of them alive. Threads:
/// any.
class session_registry {
 public:
  explicit session_registry(std::size_t capacity) : capacity_{capacity} {}

  /// Takes in a session and gives its number. None: there are too many, or the registry is closed.
  /// The session must then be dropped.
  std::optional<std::uint64_t> enter(std::shared_ptr<session> const& client);

  void leave(std::uint64_t number) {
    std::scoped_lock const lock{mutex_};
    open_.erase(number);
  }

  /// Closes all sessions, each on its own strand, and lets no more in.
  void close();

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  bool closed_ = false;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::weak_ptr<session>> open_;
};

/// Accepts connections, each on a strand of its own. The operations that it has started own it: it
/// goes when they end, or with the context that runs them.
class listener {
 public:
  /// Listens from now on. `tls` and `beyond` may be null.
  /// Throws: boost::system::system_error that names address and port.
  listener(boost::asio::any_io_executor executor, std::shared_ptr<service> shared,
           std::shared_ptr<boost::asio::ssl::context> tls, std::shared_ptr<upstream> beyond)
      : executor_{executor},
        acceptor_{boost::asio::make_strand(executor)},
        pause_{acceptor_.get_executor()},
        service_{std::move(shared)},
        tls_{std::move(tls)},
        upstream_{std::move(beyond)},
        registry_{std::make_shared<session_registry>(service_->options().max_connections)} {
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
  void listen();

  void close();

  /// Accepts until `close`. After an error, such as a lack of file descriptors, it goes on after a
  /// pause: without one it would spin for as long as the error lasts.
  static boost::asio::awaitable<void> accept_all(std::shared_ptr<listener> self);

  void welcome(boost::asio::ip::tcp::socket socket);

  static boost::asio::awaitable<void> serve(std::shared_ptr<session_registry> registry,
                                            std::uint64_t number, std::shared_ptr<session> client);

  boost::asio::any_io_executor executor_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<service> service_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<upstream> upstream_;
  std::shared_ptr<session_registry> registry_;
  bool closed_ = false;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/listener.ipp"
#endif
