#include "peer.hpp"
#include "simruns/transport/http_transport.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

/// `http_transport` on a strand, as a client has it; nothing is decoded.
namespace bench {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> fetch_all(simruns::transport* link, request_list const* requests,
                                std::size_t count, page_sink const* sink) {
  simruns::attempt_limits const limits;
  for (std::size_t i = 0; i < count; ++i) {
    auto request = (*requests)[i % requests->size()];
    auto answer = co_await link->exchange(std::move(request), limits);
    if (answer.status != 200) throw std::runtime_error("simruns: an answer that is no page");
    (*sink)(i, std::move(answer.body));
  }
}

class ours final : public peer {
 public:
  ours(std::string const& url, request_list requests)
      : requests_(std::move(requests)),
        strand_(asio::make_strand(context_)),
        link_(strand_, simruns::client_config(url)) {}

  std::string_view name() const override { return "simruns"; }

  void fetch(std::size_t count, page_sink const& sink) override {
    std::exception_ptr failed;
    asio::co_spawn(strand_, fetch_all(&link_, &requests_, count, &sink),
                   [&failed](std::exception_ptr thrown) { failed = thrown; });
    context_.restart();
    context_.run();
    if (failed) std::rethrow_exception(failed);
  }

 private:
  request_list requests_;
  asio::io_context context_{1};
  asio::strand<asio::io_context::executor_type> strand_;
  simruns::http_transport link_;
};

}  // namespace

std::unique_ptr<peer> make_ours(std::string const& url, request_list requests) {
  return std::make_unique<ours>(url, std::move(requests));
}

}  // namespace bench
