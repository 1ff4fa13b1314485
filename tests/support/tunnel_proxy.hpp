#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <poll.h>

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace test {

/// A proxy on a thread of its own: gives each connection `answer` after its head, and behind a 200
/// a tunnel to `server`, whatever was asked for. One connection at a time.
class tunnel_proxy {
 public:
  using endpoint_type = boost::asio::ip::tcp::endpoint;

  explicit tunnel_proxy(endpoint_type server, std::string answer = "HTTP/1.1 200 OK\r\n\r\n")
      : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
        server_(std::move(server)),
        answer_(std::move(answer)),
        thread_([this] { serve(); }) {}

  ~tunnel_proxy() {
    stopping_ = true;
    thread_.join();
  }

  endpoint_type endpoint() const { return acceptor_.local_endpoint(); }

  /// All that clients sent before their tunnels.
  std::string heads() const {
    std::lock_guard const lock(mutex_);
    return heads_;
  }

 private:
  using socket = boost::asio::ip::tcp::socket;

  bool readable(int handle) const {
    pollfd one{handle, POLLIN, 0};
    while (!stopping_) {
      if (::poll(&one, 1, 20) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (readable(acceptor_.native_handle())) {
      socket client(context_);
      boost::system::error_code failed;
      acceptor_.accept(client, failed);
      if (!failed && take_head(client)) tunnel(client);
    }
  }

  bool take_head(socket& client) {
    std::string head;
    std::array<char, 4096> piece{};
    boost::system::error_code failed;
    while (!failed && head.find("\r\n\r\n") == head.npos && readable(client.native_handle())) {
      auto const bytes = client.read_some(boost::asio::buffer(piece), failed);
      head.append(piece.data(), bytes);
      std::lock_guard const lock(mutex_);
      heads_.append(piece.data(), bytes);
    }
    if (failed || stopping_) return false;
    boost::asio::write(client, boost::asio::buffer(answer_), failed);
    return !failed && answer_.find(" 200") != answer_.npos;
  }

  void tunnel(socket& client) {
    socket server(context_);
    boost::system::error_code failed;
    server.connect(server_, failed);
    std::array<char, 16'384> piece{};
    std::array<pollfd, 2> both{
        {{client.native_handle(), POLLIN, 0}, {server.native_handle(), POLLIN, 0}}};
    while (!failed && !stopping_) {
      if (::poll(both.data(), both.size(), 20) <= 0) continue;
      for (std::size_t i = 0; i < 2 && !failed; ++i) {
        if (both[i].revents == 0) continue;
        auto const bytes = (i == 0 ? client : server).read_some(boost::asio::buffer(piece), failed);
        if (failed) break;
        boost::asio::write(i == 0 ? server : client, boost::asio::buffer(piece.data(), bytes),
                           failed);
      }
    }
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  endpoint_type server_;
  std::string answer_;
  std::string heads_;
  mutable std::mutex mutex_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace test
