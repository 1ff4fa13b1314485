#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <deque>
#include <string>

namespace test {

/// An address where connections are neither accepted nor refused: its queue is full.
class black_hole {
 public:
  explicit black_hole(std::string const& address = "127.0.0.1") : acceptor_(context_) {
    boost::asio::ip::tcp::endpoint const at(boost::asio::ip::make_address(address), 0);
    acceptor_.open(at.protocol());
    acceptor_.bind(at);
    acceptor_.listen(0);
    for (bool full = false; !full;) {
      fillers_.emplace_back(context_, at.protocol());
      auto& filler = fillers_.back();
      filler.non_blocking(true);
      auto const to = acceptor_.local_endpoint();
      ::connect(filler.native_handle(), to.data(), static_cast<socklen_t>(to.size()));
      pollfd one{filler.native_handle(), POLLOUT, 0};
      full = ::poll(&one, 1, 200) == 0;
    }
  }

  boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::deque<boost::asio::ip::tcp::socket> fillers_;
};

/// An address where nobody listens.
inline boost::asio::ip::tcp::endpoint closed_endpoint(std::string const& address = "127.0.0.1") {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::make_address(address), 0});
  return acceptor.local_endpoint();
}

}  // namespace test
