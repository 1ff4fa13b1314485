#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/head_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <string>

namespace simruns::detail {

inline constexpr std::string_view status_form = "HTTP/1.d ddd";

/// Whether the bytes are, or begin, what a status line begins with.
SIMRUNS_INLINE bool begins_as_status_line(std::string_view bytes) noexcept {
  for (std::size_t i = 0; i < status_form.size() && i < bytes.size(); ++i) {
    bool const digit = bytes[i] >= '0' && bytes[i] <= '9';
    if (status_form[i] == 'd' ? !digit : bytes[i] != status_form[i]) return false;
  }
  return true;
}

/// Puts the space behind a status that ends its line, `HTTP/1.1 200`. RFC 9112, 4, wants it there,
/// and Beast refuses a line without it; many servers and proxies leave it out with the reason.
SIMRUNS_INLINE std::string mended_status_line(std::string_view line) {
  std::string out(line);
  if (line.substr(status_form.size()) == "\r\n") out.insert(status_form.size(), 1, ' ');
  return out;
}

/// The bytes of the status line; zero while it is not whole.
SIMRUNS_INLINE std::size_t status_line_size(std::string_view bytes) noexcept {
  return bytes.find('\n') + 1;
}

/// The bytes of the next field with the lines that it is folded into, or of the empty line that
/// ends the head. Zero while it is not whole: only the byte behind a line tells whether it goes on.
SIMRUNS_INLINE std::size_t field_size(std::string_view bytes) noexcept {
  if (bytes.starts_with("\r\n")) return 2;
  auto end = bytes.find('\n') + 1;
  while (end != 0 && end < bytes.size() && (bytes[end] == ' ' || bytes[end] == '\t')) {
    end = bytes.find('\n', end) + 1;
  }
  return end < bytes.size() ? end : 0;
}

SIMRUNS_INLINE bool head_reader::feed(response_parser& parser, boost::beast::flat_buffer& buffer,
                                      error_code& failed) {
  namespace http = boost::beast::http;
  failed = {};
  while (!parser.is_header_done()) {
    std::string_view const bytes(static_cast<char const*>(buffer.data().data()), buffer.size());
    bool const first = parser.status() == 0;
    if (first && !begins_as_status_line(bytes)) failed = http::error::bad_version;
    auto const size = first ? status_line_size(bytes) : field_size(bytes);
    if (!failed && taken_ + (size == 0 ? bytes.size() : size) > most_) {
      failed = http::error::header_limit;
    }
    if (failed || size == 0) return false;
    auto const line = first ? mended_status_line(bytes.substr(0, size)) : std::string();
    // Beast, too, looks at the byte behind a field.
    bool const looks_on = !first && size < bytes.size();
    auto const given = first ? std::string_view(line) : bytes.substr(0, size + (looks_on ? 1 : 0));
    auto const used = parser.put(boost::asio::const_buffer(given.data(), given.size()), failed);
    if (failed == http::error::need_more) failed = {};
    if (!failed && used != given.size() - (looks_on ? 1 : 0)) failed = http::error::bad_field;
    if (failed) return false;
    buffer.consume(size);
    taken_ += size;
  }
  return true;
}

}  // namespace simruns::detail
