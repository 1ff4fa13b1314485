#pragma once

#include "simruns/request/client_config.hpp"
#include "simruns/transport/lookup.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace simruns {

namespace detail {
struct http_transport_state;
}

/// HTTP/1.1 over TCP or TLS, by a pool of connections that are kept alive between requests. All of
/// its state is used on one strand, that of its client.
///
/// A connection that was kept says nothing of the server when it is closed, reset or silent before
/// the first byte of a response. The request goes out once more on a new one, which costs no
/// attempt, and which the request budget does not count.
///
/// While connections are kept, a thread of the library posts to the executor four times a second,
/// to close those that the server has closed. So the context must be one that several threads may
/// post to: not one of `BOOST_ASIO_CONCURRENCY_HINT_UNSAFE`.
///
/// A program that forks calls the context's `notify_fork`, as Asio asks. The child then opens
/// connections of its own, and what was under way goes out on these once more; the parent's stay
/// the parent's. A request budget is copied by a fork: parent and child have one each.
///
/// Derive from it, or hold one, to add headers or to record what goes over the wire:
///
///     class traced_transport : public simruns::http_transport {
///      public:
///       using http_transport::http_transport;
///       boost::asio::awaitable<simruns::http_response> exchange(
///           simruns::http_request request, simruns::attempt_limits limits) override {
///         request.headers.emplace_back("traceparent", new_trace());
///         co_return co_await http_transport::exchange(std::move(request), limits);
///       }
///     };
class http_transport : public transport {
 public:
  /// `executor`: a strand, or an executor whose context one thread runs; give the client the same.
  /// `lookup`: finds addresses in place of the system, for tests and for names that the system does
  /// not know. `idle_limit`: a connection that was idle for longer is closed rather than used, the
  /// time that the machine slept included; servers and firewalls forget such.
  /// Throws: request_error (errc::tls) if `config.ca_file` holds no certificate.
  http_transport(boost::asio::any_io_executor executor, client_config const& config,
                 lookup_function lookup = system_lookup,
                 std::chrono::milliseconds idle_limit = std::chrono::seconds{60});

  /// With a TLS context of your own: client certificates, authorities in memory, pinning by its
  /// verify callback. Nothing of the context is changed. Each connection asks for the host by SNI
  /// and has OpenSSL check the host's name. The context is not used for `http://`.
  /// Throws: request_error: errc::tls if the context does not have `verify_peer`, since no server
  /// would be checked then; errc::invalid_argument if it is null, or if there is a `config.ca_file`
  /// beside it.
  http_transport(boost::asio::any_io_executor executor, client_config const& config,
                 std::shared_ptr<boost::asio::ssl::context> tls,
                 lookup_function lookup = system_lookup,
                 std::chrono::milliseconds idle_limit = std::chrono::seconds{60});

  /// See `transport::exchange`. Waits for a connection if all are busy; that wait is not part of
  /// the limits, and is told as `waited`.
  /// Throws: also errc::invalid_argument for a request to another server.
  boost::asio::awaitable<http_response> exchange(http_request request,
                                                 attempt_limits limits) override;

 private:
  std::shared_ptr<detail::http_transport_state> state_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/http_transport.ipp"
#endif
