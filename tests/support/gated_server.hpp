#pragma once

#include "support/scripted_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace test {

/// A server within the client's own context: any number of connections, each kept, and a gate that
/// holds the answers back. All of its steps are those of the context.
class gated_server {
 public:
  gated_server(boost::asio::io_context& context, std::string body)
      : state_(std::make_shared<state>(context, std::move(body))) {
    boost::asio::co_spawn(context, accept(state_), boost::asio::detached);
  }
  ~gated_server() { state_->acceptor.close(); }

  boost::asio::ip::tcp::endpoint endpoint() const { return state_->acceptor.local_endpoint(); }
  int accepted() const noexcept { return state_->accepted; }

  /// Requests that wait at the gate.
  int waiting() const noexcept { return state_->waiting; }

  void close_gate() noexcept { state_->open = false; }
  void open_gate() {
    state_->open = true;
    state_->gate.cancel();
  }

  /// Closes every connection after its next answer, without saying so in the answer.
  void close_after_answer() noexcept { state_->closes = true; }

 private:
  using socket = boost::asio::ip::tcp::socket;

  struct state {
    state(boost::asio::io_context& context, std::string b)
        : acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          gate(context, std::chrono::steady_clock::time_point::max()),
          reply(answer(b)) {}
    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::steady_timer gate;
    std::string reply;
    bool open = true;
    bool closes = false;
    int waiting = 0;
    int accepted = 0;
  };

  static boost::asio::awaitable<void> accept(std::shared_ptr<state> of) {
    boost::system::error_code failed;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
    for (;;) {
      auto peer = std::make_shared<socket>(of->acceptor.get_executor());
      co_await of->acceptor.async_accept(*peer, token);
      if (failed) co_return;
      ++of->accepted;
      auto executor = of->acceptor.get_executor();
      boost::asio::co_spawn(executor, serve(of, peer), boost::asio::detached);
    }
  }

  static boost::asio::awaitable<void> serve(std::shared_ptr<state> of,
                                            std::shared_ptr<socket> peer) {
    boost::system::error_code failed;
    boost::system::error_code opened;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
    auto at_gate = boost::asio::redirect_error(boost::asio::use_awaitable, opened);
    std::string heads;
    for (;;) {
      auto into = boost::asio::dynamic_buffer(heads);
      auto const bytes = co_await boost::asio::async_read_until(*peer, into, "\r\n\r\n", token);
      if (failed) co_return;
      heads.erase(0, bytes);
      ++of->waiting;
      while (!of->open) co_await of->gate.async_wait(at_gate);
      --of->waiting;
      auto const reply = boost::asio::buffer(of->reply);
      co_await boost::asio::async_write(*peer, reply, token);
      if (failed || of->closes) co_return;
    }
  }

  std::shared_ptr<state> state_;
};

}  // namespace test
