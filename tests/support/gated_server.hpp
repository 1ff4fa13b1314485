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

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// A server within the client's own context: any number of connections, each kept, and a gate that
/// holds the answers back. All of its steps are those of the context; any thread may ask how many
/// there are of what.
class gated_server {
 public:
  /// What answers a request, of which it is given the head.
  using answerer = std::function<std::string(std::string const& head)>;

  gated_server(boost::asio::io_context& context, answerer answers)
      : state_(std::make_shared<state>(context, std::move(answers))) {
    boost::asio::co_spawn(context, accept(state_), boost::asio::detached);
  }
  gated_server(boost::asio::io_context& context, std::string const& body)
      : gated_server(context, [reply = answer(body)](std::string const&) { return reply; }) {}
  ~gated_server() { state_->acceptor.close(); }

  boost::asio::ip::tcp::endpoint endpoint() const { return state_->acceptor.local_endpoint(); }
  int accepted() const noexcept { return state_->accepted; }

  /// Requests that wait at the gate.
  int waiting() const noexcept { return state_->waiting; }

  /// Connections that the client has closed.
  int left() const noexcept { return state_->left; }

  void close_gate() noexcept { state_->open = false; }
  void open_gate() {
    state_->open = true;
    state_->gate.cancel();
  }

  /// Closes every connection after its next answer, without saying so in the answer.
  void close_after_answer() noexcept { state_->closes = true; }

  /// Sends nothing more on the connections that are there now. The client sees nothing of it.
  void fall_silent() noexcept { state_->silent_up_to = state_->accepted; }

  /// Resets the connections that are there now, each when it is asked for something.
  void reset_when_asked() noexcept { state_->reset_up_to = state_->accepted; }

  /// Says on every connection that is there now that nothing more will come, and reads on.
  void end_all() {
    boost::system::error_code ignored;
    for (auto const& weak : state_->peers) {
      if (auto const peer = weak.lock()) peer->shutdown(socket::shutdown_send, ignored);
    }
  }

 private:
  using socket = boost::asio::ip::tcp::socket;

  struct state {
    state(boost::asio::io_context& context, answerer a)
        : acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          gate(context, std::chrono::steady_clock::time_point::max()),
          answers(std::move(a)) {}
    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::steady_timer gate;
    answerer answers;
    std::vector<std::weak_ptr<socket>> peers;
    bool open = true;
    bool closes = false;
    int silent_up_to = 0;
    int reset_up_to = 0;
    std::atomic<int> waiting{0};
    std::atomic<int> accepted{0};
    std::atomic<int> left{0};
  };

  static boost::asio::awaitable<void> accept(std::shared_ptr<state> of) {
    boost::system::error_code failed;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
    for (;;) {
      auto peer = std::make_shared<socket>(of->acceptor.get_executor());
      co_await of->acceptor.async_accept(*peer, token);
      if (failed) co_return;
      of->peers.push_back(peer);
      int const number = ++of->accepted;
      auto executor = of->acceptor.get_executor();
      boost::asio::co_spawn(executor, serve(of, peer, number), boost::asio::detached);
    }
  }

  static boost::asio::awaitable<void> serve(std::shared_ptr<state> of, std::shared_ptr<socket> peer,
                                            int number) {
    boost::system::error_code failed;
    boost::system::error_code opened;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
    auto at_gate = boost::asio::redirect_error(boost::asio::use_awaitable, opened);
    std::string heads;
    for (;;) {
      auto into = boost::asio::dynamic_buffer(heads);
      auto const bytes = co_await boost::asio::async_read_until(*peer, into, "\r\n\r\n", token);
      if (failed) break;
      auto const reply = of->answers(heads.substr(0, bytes));
      heads.erase(0, bytes);
      if (number <= of->reset_up_to) {
        peer->set_option(boost::asio::socket_base::linger(true, 0));
        co_return;
      }
      if (number <= of->silent_up_to) continue;
      ++of->waiting;
      while (!of->open) co_await of->gate.async_wait(at_gate);
      --of->waiting;
      co_await boost::asio::async_write(*peer, boost::asio::buffer(reply), token);
      if (failed || of->closes) co_return;
    }
    ++of->left;
  }

  std::shared_ptr<state> state_;
};

}  // namespace test
