#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/content_coding.hpp"
#include "simruns/transport/detail/response_reader.hpp"
#include "simruns/transport/detail/translate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

SIMRUNS_INLINE void response_reader::begin() {
  parser_.emplace();
  begun_ = false;
}

SIMRUNS_INLINE bool response_reader::feed(boost::beast::flat_buffer& buffer) {
  while (buffer.size() != 0) {
    if (parser_->is_header_done()) return read_body(buffer);
    if (!read_head(buffer)) return false;
    auto const status = parser_->status();
    if (status == 101) throw request_error(errc::protocol, "the server switched protocols unasked");
    check_framing();
    if (status >= 200) {
      open_body();
      if (parser_->is_done()) {
        check_whole();
        return true;
      }
    } else if (++interim_ > max_interim) {
      throw request_error(errc::protocol,
                          "more than 16 interim responses came before the response");
    } else {
      begin();
    }
  }
  return false;
}

/// True: the head is whole.
SIMRUNS_INLINE bool response_reader::read_head(boost::beast::flat_buffer& buffer) {
  begun_ = true;
  error_code failed;
  bool const whole = head_.feed(*parser_, buffer, failed);
  if (failed) refuse(failed);
  if (whole && parser_->has_too_many_fields()) {
    throw request_error(errc::too_large, "the response's head has more than 256 fields");
  }
  return whole;
}

SIMRUNS_INLINE std::vector<std::string_view> values_of(http_headers const& headers,
                                                       std::string_view name) {
  std::vector<std::string_view> out;
  for (auto const& [key, value] : headers) {
    if (same_header(key, name)) out.push_back(value);
  }
  return out;
}

/// RFC 9112, 6.1: a length that is not certain must not be guessed.
SIMRUNS_INLINE void response_reader::check_framing() const {
  auto const codings = values_of(parser_->headers(), "Transfer-Encoding");
  if (codings.empty()) return;
  bool const chunked = same_header(codings.front(), "chunked");
  if (codings.size() > 1 || !chunked || parser_->version() < 11) {
    throw request_error(errc::protocol,
                        "the response has a transfer coding that was not asked for");
  }
  if (!values_of(parser_->headers(), "Content-Length").empty()) {
    throw request_error(errc::protocol, "the response has both a length and a transfer coding");
  }
}

/// Takes the head, before trailers could add to it, and says where its body goes.
SIMRUNS_INLINE void response_reader::open_body() {
  static constexpr std::uint64_t believed = std::uint64_t{4} << 20;  // a length is only a claim
  out_.status = parser_->status();
  out_.headers = std::move(parser_->headers());
  auto const length = parser_->content_length();
  out_.length_known = length || parser_->chunked() || parser_->is_done();
  auto& sink = parser_->sink();
  sink.for_people = out_.status != 200;
  sink.max_wire = limits_.max_body_bytes;
  auto const coding = read_content_coding(out_.headers);
  if (sink.for_people) {
    sink.full = !coding.fault.empty();
  } else {
    if (!coding.fault.empty()) throw request_error(errc::protocol, coding.fault);
    if (length && *length > sink.max_wire) refuse(boost::beast::http::error::body_limit);
    if (length) sink.text.reserve(static_cast<std::size_t>(std::min(*length, believed)));
  }
  std::uint64_t const most = sink.for_people ? sink.max_error_bytes : limits_.max_inflated_bytes;
  if (coding.gzip) sink.unpack = std::make_unique<gunzip>(most);
}

SIMRUNS_INLINE bool response_reader::read_body(boost::beast::flat_buffer& buffer) {
  auto const& sink = parser_->sink();
  while (buffer.size() != 0) {
    error_code failed;
    auto const before = body_bytes_;
    put_body(buffer, failed);
    if (failed && has_error_status()) return parser_->sink().full = true;
    if (failed) refuse(failed);
    if (sink.full) return true;
    if (parser_->is_done()) {
      check_whole();
      return true;
    }
    if (body_bytes_ == before) break;
  }
  return false;
}

/// Gives Beast what may be cut, which is data, or else the whole header of a chunk.
SIMRUNS_INLINE void response_reader::put_body(boost::beast::flat_buffer& buffer,
                                              error_code& failed) {
  std::string_view bytes(static_cast<char const*>(buffer.data().data()), buffer.size());
  bool const at_header = parser_->at_chunk_header();
  if (at_header) {
    auto const size = next_chunk_header(bytes, failed);
    auto const seen = body_bytes_ + (size == 0 ? bytes.size() : size);
    if (seen > parser_->sink().wire + parser_->chunk_bytes() + max_chunk_extras) {
      throw request_error(errc::too_large,
                          "the response's chunk extensions and trailers take more than 64 KiB");
    }
    if (failed || size == 0) return;
    bytes = bytes.substr(0, size);
  }
  auto const used = parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), failed);
  if (failed == boost::beast::http::error::need_more) failed = {};
  if (!failed && at_header && used != bytes.size()) failed = boost::beast::http::error::bad_chunk;
  buffer.consume(used);
  body_bytes_ += used;
}

/// The bytes of the next chunk's header with the line end of the chunk before it, or of the last
/// one with the trailers. Zero: it is not whole, or `failed` says what is wrong with it.
SIMRUNS_INLINE std::size_t response_reader::next_chunk_header(std::string_view bytes,
                                                              error_code& failed) const {
  static constexpr std::string_view line_end = "\r\n";
  static constexpr std::string_view digits = "0123456789abcdefABCDEF";
  if (parser_->behind_chunk() && !line_end.starts_with(bytes.substr(0, 2))) {
    failed = boost::beast::http::error::bad_chunk;
    return 0;
  }
  std::size_t const begin = parser_->behind_chunk() ? 2 : 0;
  auto const end = bytes.find('\n', begin);
  if (end == bytes.npos) return 0;
  if (end == begin || bytes[end - 1] != '\r') {
    failed = boost::beast::http::error::bad_line_ending;
    return 0;
  }
  auto const zeros = bytes.find_first_not_of('0', begin);
  bool const last = zeros > begin && digits.find(bytes[zeros]) == digits.npos;
  if (!last) return end + 1;
  auto const trailers_end = bytes.find("\r\n\r\n", end - 1);
  return trailers_end == bytes.npos ? 0 : trailers_end + 4;
}

SIMRUNS_INLINE void response_reader::check_whole() {
  auto const& sink = parser_->sink();
  if (sink.for_people || !sink.unpack || sink.unpack->whole()) return;
  throw request_error(errc::truncated, "the response's gzip text ended early");
}

SIMRUNS_INLINE void response_reader::end(bool certain) {
  if (!begun_) {
    // Under TLS too: nothing was cut, since nothing had come.
    throw_translated(boost::asio::error::eof, errc::transport,
                     "the server closed without a response");
  }
  if (has_error_status()) return;
  // Beast has been given no part of a line.
  error_code failed = boost::beast::http::error::partial_message;
  if (parser_->is_header_done()) parser_->put_eof(failed);
  if (!failed && !certain) failed = boost::asio::ssl::error::stream_truncated;
  if (failed) throw_translated(failed, errc::truncated, "the response ended early");
  check_whole();
}

SIMRUNS_INLINE bool response_reader::keep_alive() const {
  if (!parser_->is_done() || !parser_->keep_alive()) return false;
  // A body that must not be there, and yet may come.
  return out_.status != 204 && out_.status != 304;
}

SIMRUNS_INLINE void response_reader::refuse(error_code const& failed) const {
  namespace http = boost::beast::http;
  std::string why = "the response is not the HTTP that was asked for";
  if (failed == http::error::header_limit) {
    why = "the response's head is larger than max_header_bytes, " +
          std::to_string(limits_.max_header_bytes);
  } else if (failed == http::error::body_limit) {
    why = "the response's body is larger than max_body_bytes, " +
          std::to_string(limits_.max_body_bytes);
  } else if (failed == errc::too_large) {
    why = "the response's body, unpacked, is larger than max_inflated_bytes, " +
          std::to_string(limits_.max_inflated_bytes);
  } else if (failed == errc::decode) {
    why = "the response's body is not the gzip text that it is said to be";
  }
  throw_translated(failed, errc::protocol, std::move(why));
}

}  // namespace simruns::detail
