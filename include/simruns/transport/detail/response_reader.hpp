#pragma once

#include "simruns/error.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/transport/detail/head_reader.hpp"
#include "simruns/transport/detail/response_parser.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::detail {

/// Reads one response, and the interim ones before it, out of bytes as they come. Knows no socket.
/// What it makes of the bytes does not depend on where they are cut.
class response_reader {
 public:
  explicit response_reader(attempt_limits limits)
      : limits_(limits), head_(limits.max_header_bytes) {
    begin();
  }
  response_reader(response_reader const&) = delete;
  response_reader& operator=(response_reader const&) = delete;

  /// Takes what it can use from `buffer`. True: the response is there, `buffer` holds what is
  /// beyond. Throws: request_error (protocol, too_large, truncated).
  bool feed(boost::beast::flat_buffer& buffer);

  /// Nothing more will come. `certain`: the server said so itself, nobody else cut it.
  /// Throws: request_error (truncated, or transport if no response had begun).
  void end(bool certain);

  /// The head is there and says failure: the rest is worth no failure of its own.
  bool has_error_status() const noexcept { return out_.status != 0 && out_.status != 200; }

  /// Whether another response may follow on the same connection.
  bool keep_alive() const;

  http_response take() {
    out_.body = std::move(parser_->sink().text);
    return std::move(out_);
  }

 private:
  void begin();
  bool read_head(boost::beast::flat_buffer& buffer);
  bool read_body(boost::beast::flat_buffer& buffer);
  void put_body(boost::beast::flat_buffer& buffer, error_code& failed);
  std::size_t next_chunk_header(std::string_view bytes, error_code& failed) const;
  void open_body();
  void check_framing() const;
  void check_whole();
  [[noreturn]] void refuse(error_code const& failed) const;

  static constexpr std::size_t max_chunk_extras = 64 * 1024;  ///< Extensions and trailers, in sum.
  static constexpr int max_interim = 16;

  attempt_limits limits_;
  std::optional<response_parser> parser_;
  http_response out_;
  head_reader head_;              ///< Of the interim responses, too.
  bool begun_ = false;            ///< Whether a byte of the response at hand came.
  std::uint64_t body_bytes_ = 0;  ///< Beyond the head, chunk sizes and all.
  int interim_ = 0;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/response_reader.ipp"
#endif
