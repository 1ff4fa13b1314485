#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/error.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/transport/detail/resolve.hpp"
#include "simruns/transport/detail/socket_io.hpp"
#include "simruns/transport/detail/tls.hpp"
#include "simruns/transport/detail/tls_stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

/// How a transport reaches its server; the same for all of its connections.
struct connect_options {
  shared_lookup lookup;
  std::optional<proxy_url> proxy;                  ///< None: directly.
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< Null: plain TCP.
  trust_source trust = trust_source::system;       ///< Who said what `tls` trusts.

  connect_options() = default;
};

/// One TCP connection, with TLS or without: connects, then carries one exchange after another. It
/// is of one process: a child of fork has the same socket, and would take what is meant for its
/// parent.
class connection {
 public:
  using clock = std::chrono::steady_clock;
  using deadline = clock::time_point;

  explicit connection(boost::asio::any_io_executor const& executor);
  connection(connection const&) = delete;
  connection& operator=(connection const&) = delete;

  /// Looks the host up, or the proxy's, connects to the first address that accepts, and shakes
  /// hands. The connection keeps `how`.
  /// Throws: request_error (connect, timeout, tls, transport, cancelled; of a proxy also protocol
  /// and too_large).
  boost::asio::awaitable<void> connect(std::string host, std::uint16_t port,
                                       std::shared_ptr<connect_options const> how, deadline until);

  /// Sends `request` and reads the response, whose first byte has to come before `begin_until`.
  /// Throws: request_error (transport, timeout, tls, truncated, protocol, too_large, cancelled).
  boost::asio::awaitable<http_response> exchange(http_request request, attempt_limits limits,
                                                 deadline begin_until, deadline until);

  /// Whether a byte of the current response has come.
  bool responded() const noexcept { return responded_; }

  /// How long the first byte of the current response took.
  clock::duration first_byte_after() const noexcept { return first_byte_after_; }

  /// Whether the last exchange left the connection fit for another.
  bool reusable() const noexcept { return reusable_ && !lost_by_fork_; }

  /// Whether a fork has taken the connection away: it is the parent's, and this is the child.
  /// Whatever an operation throws then says nothing.
  bool lost_by_fork() const noexcept { return lost_by_fork_; }

  /// Whether an idle connection is as it was left: of this process, and neither closed by the
  /// server nor sent anything. Under TLS, any record counts: a late session ticket costs a
  /// connection, a late response would be taken for the next one.
  bool is_quiet();

 private:
  /// Of a connection, for its execution context.
  struct fork_watch {
    connection* watched;
    void forked() const { watched->forked(); }
  };

  void forked();
  boost::asio::awaitable<void> handshake(std::string host, socket_deadline const& limit);
  boost::asio::awaitable<error_code> send(std::string_view text);
  boost::asio::awaitable<error_code> receive(boost::asio::mutable_buffer room, std::size_t& got);
  boost::asio::awaitable<error_code> read_more(socket_deadline& limit);
  [[noreturn]] void throw_broken(error_code const& failed, std::string const& message);

  static constexpr std::size_t read_bytes = 64 * 1024;  // Beast's own growth reads 512 at a time

  std::shared_ptr<connect_options const> how_;
  tcp_socket tcp_;
  std::unique_ptr<tls_stream> tls_;
  boost::beast::flat_buffer buffer_;
  int streak_ = 0;  ///< Reads of the plain socket since the last wait.
  pid_t process_;
  deadline sent_;
  clock::duration first_byte_after_{};
  bool responded_ = false;
  bool reusable_ = false;
  bool lost_by_fork_ = false;
  context_bound<fork_watch> fork_watch_;  ///< The last, since it names the others.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/connection.ipp"
#endif
