#pragma once

#include "simruns/error.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/transport/detail/response_sink.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/version.hpp>
#include <boost/optional.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace simruns::detail {

/// Beast's parser of one response, with the results as this library wants them. Beast's own
/// message, its fields and its kinds of body would cost whoever compiles them as much again.
/// `put` throws request_error (too_large) for a field that is too long. It takes one element a
/// call, and has no limits of its own for heads and bodies: whoever calls it has some.
class response_parser final : public boost::beast::http::basic_parser<false> {
 public:
  static constexpr std::size_t max_fields = 256;

  response_parser() {
    eager(false);
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
  }

  int status() const noexcept { return status_; }

  /// 10 or 11, for HTTP/1.0 or HTTP/1.1.
  int version() const noexcept { return version_; }

  /// The fields of the head, no more than `max_fields` of them; those of one name stand together.
  http_headers& headers() noexcept { return headers_; }
  http_headers const& headers() const noexcept { return headers_; }

  /// Whether the head has more than `max_fields` fields.
  bool has_too_many_fields() const noexcept { return fields_ > max_fields; }

  /// Where the body goes.
  response_sink& sink() noexcept { return sink_; }
  response_sink const& sink() const noexcept { return sink_; }

  /// Whether the header of a chunk comes next.
  bool at_chunk_header() const { return chunked() && chunk_left_ == 0; }

  /// Whether a chunk came before it, whose line end comes first.
  bool behind_chunk() const noexcept { return chunk_bytes_ != 0; }

  /// What the sizes and the line ends of the chunks must take, in bytes.
  std::uint64_t chunk_bytes() const noexcept { return chunk_bytes_; }

 private:
  using text_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, text_view, text_view, int, error_code&) override {}
  void on_response_impl(int code, text_view reason, int version, error_code&) override;
  void on_field_impl(boost::beast::http::field, text_view name, text_view value,
                     error_code&) override;
#if BOOST_BEAST_VERSION >= 359  // of Boost 1.90; older versions give trailers to `on_field_impl`
  void on_trailer_field_impl(boost::beast::http::field name, text_view text, text_view value,
                             error_code& failed) override {
    on_field_impl(name, text, value, failed);
  }
#endif
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(text_view body, error_code& failed) override;
  void on_chunk_header_impl(std::uint64_t size, text_view extensions, error_code&) override;
  std::size_t on_chunk_body_impl(std::uint64_t, text_view body, error_code& failed) override {
    auto const used = on_body_impl(body, failed);
    chunk_left_ -= used;
    return used;
  }
  void on_finish_impl(error_code&) override {}

  int status_ = 0;
  int version_ = 0;
  http_headers headers_;
  std::size_t fields_ = 0;
  bool head_done_ = false;
  response_sink sink_;
  std::uint64_t chunk_bytes_ = 0;
  std::uint64_t chunk_left_ = 0;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/response_parser.ipp"
#endif
