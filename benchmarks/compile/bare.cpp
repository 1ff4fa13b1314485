// What a program pays without simruns: one GET over TLS with Beast alone, as Beast's own examples
// write it. Prints the body: bare HOST PORT TARGET.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/version.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

asio::awaitable<void> get(asio::ssl::context& tls, std::string host, std::string port,
                          std::string target) {
  auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver{executor};
  beast::ssl_stream<beast::tcp_stream> stream{executor, tls};
  if (!SSL_set_tlsext_host_name(stream.native_handle(), host.c_str())) {
    throw beast::system_error{static_cast<int>(::ERR_get_error()), asio::error::get_ssl_category()};
  }
  stream.set_verify_callback(asio::ssl::host_name_verification{host});

  auto const addresses = co_await resolver.async_resolve(host, port, asio::use_awaitable);
  beast::get_lowest_layer(stream).expires_after(std::chrono::seconds{30});
  co_await beast::get_lowest_layer(stream).async_connect(addresses, asio::use_awaitable);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);

  http::request<http::empty_body> request{http::verb::get, target, 11};
  request.set(http::field::host, host);
  request.set(http::field::user_agent, BOOST_BEAST_VERSION_STRING);
  co_await http::async_write(stream, request, asio::use_awaitable);

  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(stream, buffer, response, asio::use_awaitable);
  std::cout << response.body() << '\n';
}

int main(int argc, char** argv) try {
  if (argc != 4) return std::cerr << "usage: HOST PORT TARGET\n", 2;
  asio::io_context context;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  tls.set_default_verify_paths();
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::co_spawn(context, get(tls, argv[1], argv[2], argv[3]), [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  });
  context.run();
} catch (std::exception const& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
