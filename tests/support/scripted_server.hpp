#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <sys/ioctl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace test {

/// A server of raw bytes on a thread of its own: each connection gets the next reply of the script,
/// word for word, once for each request head that it sends; then it is closed, or kept open.
class scripted_server {
 public:
  struct reply {
    std::string bytes;
    bool close = true;                  ///< After these bytes. False: waits for another request.
    std::chrono::milliseconds pace{0};  ///< Between one byte and the next, if not zero.
    bool says_end = false;              ///< Before it closes TLS, by the closing word of TLS.
    std::string stray;                  ///< Sent when `send_stray` is called, without a request.
    reply(std::string b, bool c = true) : bytes(std::move(b)), close(c) {}
  };

  explicit scripted_server(std::vector<std::vector<reply>> connections,
                           boost::asio::ssl::context* tls = nullptr,
                           std::string const& address = "127.0.0.1")
      : acceptor_(context_, {boost::asio::ip::make_address(address), 0}),
        script_(std::move(connections)),
        tls_(tls),
        thread_([this] { serve(); }) {}

  ~scripted_server() {
    stopping_ = true;
    boost::system::error_code ignored;
    boost::asio::io_context knocking;
    boost::asio::ip::tcp::socket knock(knocking);
    knock.connect(acceptor_.local_endpoint(), ignored);  // wakes a blocking accept
    {
      std::lock_guard const lock(mutex_);
      if (open_) open_->shutdown(boost::asio::socket_base::shutdown_both, ignored);
    }
    thread_.join();
  }

  std::string url() const {
    return std::string(tls_ != nullptr ? "https" : "http") +
           "://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/testing";
  }

  boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  /// Sends the stray bytes of the reply at hand; returns when the client's machine has them.
  void send_stray() {
    wanted_.release();
    sent_.acquire();
  }

  int accepted() const noexcept { return accepted_; }

  /// The heads of the requests that came.
  std::vector<std::string> heads() const {
    std::lock_guard const lock(mutex_);
    return heads_;
  }

 private:
  using socket = boost::asio::ip::tcp::socket;

  void serve() {
    for (auto const& replies : script_) {
      boost::system::error_code failed;
      auto peer = std::make_shared<socket>(context_);
      acceptor_.accept(*peer, failed);
      hold(peer);
      if (failed || stopping_) return;
      ++accepted_;
      if (tls_ != nullptr) {
        boost::asio::ssl::stream<socket&> secure(*peer, *tls_);
        secure.handshake(boost::asio::ssl::stream_base::server, failed);
        if (!failed) talk(secure, *peer, replies);
        if (!failed && replies.back().says_end) secure.shutdown(failed);
      } else {
        talk(*peer, *peer, replies);
      }
      hold(nullptr);
    }
  }

  void note(std::string head) {
    std::lock_guard const lock(mutex_);
    heads_.push_back(std::move(head));
  }

  /// The connection that the destructor has to break.
  void hold(std::shared_ptr<socket> peer) {
    std::lock_guard const lock(mutex_);
    open_ = std::move(peer);
  }

  template <class Stream>
  static void write(Stream& stream, reply const& next, boost::system::error_code& failed) {
    auto const size = next.bytes.size();
    std::size_t const step = next.pace.count() == 0 ? size : 1;
    for (std::size_t at = 0; at < size && !failed; at += step) {
      boost::asio::write(stream, boost::asio::buffer(next.bytes.data() + at, step), failed);
      if (step != size) std::this_thread::sleep_for(next.pace);
    }
  }

  template <class Stream>
  void talk(Stream& stream, socket& below, std::vector<reply> const& replies) {
    boost::system::error_code failed;
    std::string head;
    std::array<char, 4096> piece{};
    for (auto const& next : replies) {
      while (!failed && head.find("\r\n\r\n") == head.npos) {
        auto const bytes = stream.read_some(boost::asio::buffer(piece), failed);
        head.append(piece.data(), bytes);
      }
      if (failed) return;
      auto const size = head.find("\r\n\r\n") + 4;
      note(head.substr(0, size));
      head.erase(0, size);
      write(stream, next, failed);
      if (!next.stray.empty()) {
        wanted_.acquire();
        boost::asio::write(stream, boost::asio::buffer(next.stray), failed);
        int unacknowledged = 1;
        while (unacknowledged > 0 && ::ioctl(below.native_handle(), TIOCOUTQ, &unacknowledged) == 0)
          std::this_thread::yield();
        sent_.release();
      }
      if (failed || next.close) return;
    }
    while (!failed) stream.read_some(boost::asio::buffer(piece), failed);  // until the client goes
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::vector<reply>> script_;
  boost::asio::ssl::context* tls_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::shared_ptr<socket> open_;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::counting_semaphore<> wanted_{0};
  std::counting_semaphore<> sent_{0};
  std::thread thread_;
};

/// A whole answer with this body.
inline std::string answer(std::string const& body, std::string const& head = {},
                          std::string const& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + head +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace test
