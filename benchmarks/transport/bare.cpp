#include "peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

/// The floor: a blocking socket and just enough of HTTP for the local server.
namespace bench {
namespace {

namespace asio = boost::asio;

class bare final : public peer {
 public:
  bare(request_list const& requests, std::size_t buffer_bytes)
      : buffer_(buffer_bytes, '\0'), socket_(context_) {
    for (auto const& request : requests) {
      std::string text = "GET " + request.target + " HTTP/1.1\r\n";
      for (auto const& [name, value] : request.headers) text += name + ": " + value + "\r\n";
      texts_.push_back(text + "\r\n");
    }
    auto const& to = requests.front();
    socket_.connect({asio::ip::make_address(to.host), to.port});
    socket_.set_option(asio::ip::tcp::no_delay(true));
  }

  std::string_view name() const override { return "bare socket"; }

  void fetch(std::size_t count, page_sink const& sink) override {
    for (std::size_t i = 0; i < count; ++i) {
      asio::write(socket_, asio::buffer(texts_[i % texts_.size()]));
      sink(i, read_page());
    }
  }

 private:
  std::string read_page() {
    auto got = socket_.read_some(asio::buffer(buffer_));
    std::string_view const head(buffer_.data(), got);
    auto const end = head.find("\r\n\r\n");
    auto const length = head.find("Content-Length: ");
    if (end > got || length > end || head.find("HTTP/1.1 200 ") != 0) {
      throw std::runtime_error("bare socket: an answer that is no page");
    }
    auto const bytes = std::stoul(std::string(head.substr(length + 16, 12)));
    std::string body;
    body.reserve(bytes);
    body.append(head.substr(end + 4));
    while (body.size() < bytes) {
      got = socket_.read_some(asio::buffer(buffer_));
      body.append(buffer_, 0, got);
    }
    return body;
  }

  std::string buffer_;
  std::vector<std::string> texts_;
  asio::io_context context_;
  asio::ip::tcp::socket socket_;
};

}  // namespace

std::unique_ptr<peer> make_bare(request_list const& requests, std::size_t buffer_bytes) {
  return std::make_unique<bare>(requests, buffer_bytes);
}

}  // namespace bench
