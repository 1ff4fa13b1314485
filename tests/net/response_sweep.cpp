#include "response_sweep.hpp"

using test::answer;
using test::chunked;
using test::swept_body;

TEST_CASE("a damaged response is a named error or the right page, never another one") {
  auto const packed = simruns::simulator::detail::gzip(swept_body);
  auto const coding = std::string("Content-Encoding: gzip\r\n");
  SECTION("plain") { test::sweep_all(answer(swept_body)); }
  SECTION("chunked") { test::sweep_all(chunked(swept_body, 40)); }
  SECTION("gzip, each byte of it: its checksum finds them") {
    test::sweep_all(answer(packed, coding), true);
  }
  SECTION("gzip, chunked") { test::sweep_all(chunked(packed, 20, coding)); }
  SECTION("ended by the connection: its JSON shows the end") {
    test::sweep_all("HTTP/1.1 200 OK\r\n\r\n" + swept_body);
  }
  SECTION("gzip, ended by the connection: its last member shows the end") {
    test::sweep_all("HTTP/1.1 200 OK\r\n" + coding + "\r\n" + packed, true);
  }
}
