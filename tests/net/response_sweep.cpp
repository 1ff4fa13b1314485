#include "response_sweep.hpp"

using test::answer;
using test::chunked;
using test::two_runs;

TEST_CASE("a damaged response is a named error or the right page, never another one") {
  auto const packed = simruns::simulator::detail::gzip(two_runs);
  auto const gzipped = std::string("Content-Encoding: gzip\r\n");
  SECTION("plain") { test::sweep_all(answer(two_runs)); }
  SECTION("chunked") { test::sweep_all(chunked(two_runs, 40)); }
  SECTION("gzip, each byte of it: its checksum finds them") {
    test::sweep_all(answer(packed, gzipped), true);
  }
  SECTION("gzip, chunked") { test::sweep_all(chunked(packed, 20, gzipped)); }
  SECTION("ended by the connection: its JSON shows the end") {
    test::sweep_all("HTTP/1.1 200 OK\r\n\r\n" + two_runs);
  }
  SECTION("gzip, ended by the connection: its last member shows the end") {
    test::sweep_all("HTTP/1.1 200 OK\r\n" + gzipped + "\r\n" + packed, true);
  }
}
