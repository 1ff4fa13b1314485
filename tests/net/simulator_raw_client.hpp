#pragma once

#include "simruns/simulator/data/generate.hpp"
#include "simruns/simulator/serve/background_server.hpp"

#include <arpa/inet.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace simulator_test {

/// The batch that `good` asks for, and no other: quicker to make than the default.
inline simruns::simulator::dataset one_batch() {
  simruns::simulator::generator_options options;
  options.scenarios = 1;
  return simruns::simulator::generate(options);
}

/// A client that says exactly what a test tells it, on a plain blocking socket. Nothing waits for
/// more than 10 s.
class raw_client {
 public:
  using response = boost::beast::http::response<boost::beast::http::string_body>;
  enum class ending { open, closed, reset };

  explicit raw_client(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    timeval const patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr const*>(&place), sizeof place) != 0) {
      ::close(socket_);
      throw std::runtime_error("connect");
    }
  }

  raw_client(raw_client const&) = delete;
  raw_client& operator=(raw_client const&) = delete;
  ~raw_client() { ::close(socket_); }

  /// False if the server does not take it all.
  bool send(std::string_view text) {
    while (!text.empty()) {
      auto const sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  /// Reads one response; nothing if the connection ends before its end. `to_head`: it has no body.
  std::optional<response> receive(bool to_head = false) {
    boost::beast::http::response_parser<boost::beast::http::string_body> parser;
    parser.eager(true);
    parser.skip(to_head);
    parser.body_limit(std::uint64_t{1} << 30);
    for (;;) {
      boost::system::error_code problem;
      auto const used = parser.put(boost::asio::buffer(input_), problem);
      input_.erase(0, used);
      if (parser.is_done()) return parser.release();
      if (problem && problem != boost::beast::http::error::need_more) return std::nullopt;
      if (!receive_more()) return std::nullopt;
    }
  }

  /// Reads until the input holds `text`; false if the connection ends before.
  bool receive_until(std::string_view text) {
    while (input_.find(text) == input_.npos) {
      if (!receive_more()) return false;
    }
    return true;
  }

  /// Whether the server ends the connection, or sends anything, within that time.
  bool ends_within(std::chrono::milliseconds time) {
    pollfd watched{socket_, POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(time.count())) > 0;
  }

  /// Reads to the end of the connection.
  ending drain() {
    while (receive_more()) continue;
    return ending_;
  }

  std::string const& input() const noexcept { return input_; }
  ending how_it_ended() const noexcept { return ending_; }

 private:
  bool receive_more() {
    char bytes[65536];
    auto const count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count > 0) input_.append(bytes, static_cast<std::size_t>(count));
    if (count == 0) ending_ = ending::closed;
    if (count < 0 && errno == ECONNRESET) ending_ = ending::reset;
    return count > 0;
  }

  int socket_;
  std::string input_;
  ending ending_ = ending::open;
};

/// A batch of a generated data set, as it is asked for.
inline std::string const good =
    "/testing/simulations/change-flight/batches/change-flight-batch-1/runs?projectId=demo-project";

/// The head of a request for runs, with the key if there is one.
inline std::string request_text(std::string_view method, std::string_view target,
                                std::string_view key, std::string_view more_headers = "") {
  std::string text{method};
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!key.empty()) text.append("X-API-Key: ").append(key).append("\r\n");
  return text.append(more_headers).append("\r\n");
}

/// A right request for `good`.
inline std::string const ask = request_text("GET", good, "key");

inline simruns::simulator::server_options with_key() {
  simruns::simulator::server_options options;
  options.api_key = "key";
  options.bearer_token = "token";
  return options;
}

/// One server for the tests that change nothing of it, and ask nothing of its log.
inline simruns::simulator::background_server const& shared() {
  static simruns::simulator::background_server const server{one_batch(), with_key()};
  return server;
}

}  // namespace simulator_test
