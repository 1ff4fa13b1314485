#include "simruns/transport/detail/response_reader.hpp"

#include "simruns/simulator/serve/detail/gzip.hpp"
#include "support/catch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using simruns::errc;
using simruns::detail::response_reader;

namespace {

simruns::attempt_limits const usual;

void give(boost::beast::flat_buffer& buffer, std::string_view bytes) {
  auto const room = buffer.prepare(bytes.size());
  boost::asio::buffer_copy(room, boost::asio::const_buffer(bytes.data(), bytes.size()));
  buffer.commit(bytes.size());
}

/// What becomes of a response that comes in these pieces, after which the server closes.
std::string outcome(std::vector<std::string_view> const& pieces,
                    simruns::attempt_limits const& limits = usual) {
  try {
    response_reader reader(limits);
    boost::beast::flat_buffer buffer;
    bool whole = false;
    for (auto piece = pieces.begin(); piece != pieces.end() && !whole; ++piece) {
      give(buffer, *piece);
      whole = reader.feed(buffer);
    }
    if (!whole) reader.end(true);
    auto const response = reader.take();
    return std::to_string(response.status) + " " + response.body;
  } catch (simruns::request_error const& error) {
    auto const code = static_cast<errc>(error.failure().code.value());
    return std::string(to_string(code)) + ": " + error.failure().message;
  }
}

std::vector<std::string_view> bytewise(std::string_view whole) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < whole.size(); ++i) out.push_back(whole.substr(i, 1));
  return out;
}

/// Has the bytes come as one, byte by byte, and in two pieces cut at each byte. All outcomes are
/// that of the whole, which is returned.
std::string same_outcome(std::string_view bytes, simruns::attempt_limits const& limits = usual) {
  auto const expected = outcome({bytes}, limits);
  INFO(bytes);
  CHECK(outcome(bytewise(bytes), limits) == expected);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    auto const cut_there = outcome({bytes.substr(0, cut), bytes.substr(cut)}, limits);
    if (cut_there != expected) FAIL(cut << ": " << cut_there << "\nnot: " << expected);
  }
  return expected;
}

/// The response ended at each byte, and with each byte changed in several ways.
std::vector<std::string> damaged(std::string const& response) {
  static constexpr std::string_view instead("\r\n :;0Tf\0", 9);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < response.size(); ++at) {
    out.push_back(response.substr(0, at));
    for (char const c : instead) {
      out.push_back(response);
      out.back()[at] = c;
    }
    out.push_back(response.substr(0, at) + response.substr(at + 1));
  }
  return out;
}

std::string with_length(std::string const& head, std::string const& body) {
  return "HTTP/1.1 " + head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string const chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
std::string const gzip_head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";

std::string packed(std::string const& text) { return simruns::simulator::detail::gzip(text); }

errc code_of(std::string const& outcome) {
  for (auto const code : {errc::truncated, errc::protocol, errc::too_large, errc::decode}) {
    if (outcome.starts_with(std::string(to_string(code)) + ":")) return code;
  }
  return {};
}

}  // namespace

TEST_CASE("the same bytes come to the same end, however they are cut") {
  std::string response;
  SECTION("of a known length") { response = with_length("200 OK\r\nA: b\r\n c\r\n", "{\"a\":1}"); }
  SECTION("without a reason") { response = with_length("200\r\n", "{}"); }
  SECTION("behind an interim one") {
    response = "HTTP/1.1 100 Continue\r\n\r\n" + with_length("200 OK\r\n", "{}");
  }
  SECTION("in chunks") {
    response = chunked_head + "3;a=b\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n";
  }
  SECTION("in chunks, with trailers") { response = chunked_head + "1\r\na\r\n0;x\r\nT: u\r\n\r\n"; }
  SECTION("ended by the connection") { response = "HTTP/1.1 200 OK\r\n\r\n{\"a\":1}"; }
  SECTION("gzip") { response = gzip_head + packed("{\"a\":1,\"b\":1}"); }
  SECTION("an error") { response = with_length("503 Down\r\n", "{\"message\":\"no\"}"); }
  SECTION("an error in chunks") {
    response = "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n";
  }
  CHECK(same_outcome(response).find(": ") == std::string::npos);
  std::set<std::string> outcomes;
  for (auto const& bytes : damaged(response)) outcomes.insert(same_outcome(bytes));
  CHECK(outcomes.size() > 1);
}

TEST_CASE("what was wrong before a limit was passed is told, whatever comes at once") {
  simruns::attempt_limits limits;
  auto const long_head =
      "HTTP/1.1 200 OK\r\nLong: " + std::string(300, 'a') + "\r\nB ad: c\r\n\r\n";
  limits.max_header_bytes = 256;
  CHECK(code_of(same_outcome(long_head, limits)) == errc::too_large);
  limits.max_header_bytes = 400;
  CHECK(code_of(same_outcome(long_head, limits)) == errc::protocol);

  limits.max_body_bytes = 5;
  CHECK(code_of(same_outcome(gzip_head + "no gzip", limits)) == errc::decode);
  limits.max_body_bytes = 1;
  CHECK(code_of(same_outcome(gzip_head + "no gzip", limits)) == errc::too_large);
}

TEST_CASE("chunk extensions and trailers without end are too large, wherever they are cut") {
  auto const extras = std::string(std::size_t{66} * 1024, 'x');
  for (auto const& bytes : {chunked_head + "1;" + extras + "\r\na\r\nz\r\n",
                            chunked_head + "0\r\nT: " + extras + "\r\nB ad: c\r\n\r\n"}) {
    auto const whole = outcome({bytes});
    CHECK(code_of(whole) == errc::too_large);
    CHECK(outcome(bytewise(bytes)) == whole);
  }
}

TEST_CASE("gzip that is corrupt is no page; gzip that ends early was cut") {
  auto const whole = packed("{\"a\":1,\"b\":[1,2,3]}");
  auto corrupt = whole;
  corrupt[corrupt.size() - 6] ^= 1;  // The checksum.
  CHECK(code_of(same_outcome(gzip_head + corrupt)) == errc::decode);
  CHECK(code_of(same_outcome(gzip_head + "no gzip")) == errc::decode);
  CHECK(code_of(same_outcome(gzip_head + whole + "more")) == errc::decode);
  CHECK(code_of(same_outcome(gzip_head + whole.substr(0, whole.size() - 1))) == errc::truncated);
}

TEST_CASE("a server of another protocol is told from one that was cut by its first byte") {
  for (auto const* other : {"S", "\x15\x03\x01", "SSH-2.0-OpenSSH\r\n", "HTTP/2", "\n", "<html>"}) {
    CHECK(code_of(same_outcome(other)) == errc::protocol);
  }
  CHECK(code_of(same_outcome("HTTP/1.1 2")) == errc::truncated);
}
