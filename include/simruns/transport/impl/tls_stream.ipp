#pragma once

#include "simruns/async/resumed.hpp"
#include "simruns/config.hpp"
#include "simruns/transport/detail/tls_stream.hpp"

#include <utility>

namespace simruns::detail {

struct tls_stream::begin_handshake {
  ssl_stream& stream;

  template <class Resume>
  void operator()(Resume resume) const {
    stream.async_handshake(boost::asio::ssl::stream_base::client, std::move(resume));
  }
};

struct tls_stream::begin_write {
  ssl_stream& stream;
  boost::asio::const_buffer bytes;

  template <class Resume>
  void operator()(Resume resume) const {
    stream.async_write_some(bytes, std::move(resume));
  }
};

struct tls_stream::begin_read {
  ssl_stream& stream;
  boost::asio::mutable_buffer room;

  template <class Resume>
  void operator()(Resume resume) const {
    stream.async_read_some(room, std::move(resume));
  }
};

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::handshake() {
  begin_handshake begin{stream_};
  auto const end = co_await resumed(std::move(begin));
  co_return end.code;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::write(std::string_view bytes) {
  operation_end end;
  while (!bytes.empty() && !end.code) {
    begin_write begin{stream_, boost::asio::const_buffer(bytes.data(), bytes.size())};
    end = co_await resumed(std::move(begin));
    bytes.remove_prefix(end.bytes);
  }
  co_return end.code;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::read_some(
    boost::asio::mutable_buffer room, std::size_t& got) {
  begin_read begin{stream_, room};
  auto const end = co_await resumed(std::move(begin));
  got = end.bytes;
  co_return end.code;
}

}  // namespace simruns::detail
