#pragma once

#include "simruns/async/resumed.hpp"
#include "simruns/config.hpp"
#include "simruns/transport/detail/tls_stream.hpp"

#include <utility>

namespace simruns::detail {

struct tls_stream::handshaking final : operation_begin {
  explicit handshaking(ssl_stream& s) : stream(s) {}
  void begin(resumption resume) override {
    stream.async_handshake(boost::asio::ssl::stream_base::client, std::move(resume));
  }

  ssl_stream& stream;
};

struct tls_stream::writing final : operation_begin {
  writing(ssl_stream& s, std::string_view b) : stream(s), bytes(b.data(), b.size()) {}
  void begin(resumption resume) override { stream.async_write_some(bytes, std::move(resume)); }

  ssl_stream& stream;
  boost::asio::const_buffer bytes;
};

struct tls_stream::reading final : operation_begin {
  reading(ssl_stream& s, boost::asio::mutable_buffer r) : stream(s), room(r) {}
  void begin(resumption resume) override { stream.async_read_some(room, std::move(resume)); }

  ssl_stream& stream;
  boost::asio::mutable_buffer room;
};

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::handshake() {
  handshaking shaking(stream_);
  auto const end = co_await resumed(shaking);
  co_return end.code;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::write(std::string_view bytes) {
  operation_end end;
  while (!bytes.empty() && !end.code) {
    writing rest(stream_, bytes);
    end = co_await resumed(rest);
    bytes.remove_prefix(end.bytes);
  }
  co_return end.code;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::read_some(
    boost::asio::mutable_buffer room, std::size_t& got) {
  reading some(stream_, room);
  auto const end = co_await resumed(some);
  got = end.bytes;
  co_return end.code;
}

}  // namespace simruns::detail
