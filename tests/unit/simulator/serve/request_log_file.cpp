#include "simruns/simulator/serve/request_log_file.hpp"

#include "simruns/simulator/serve/request_log.hpp"
#include "support/catch.hpp"
#include "support/file_size_limit.hpp"
#include "support/scratch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace sim = simruns::simulator;
using Catch::Matchers::ContainsSubstring;

namespace {

sim::request_record record_of(std::string target) {
  sim::request_record made;
  made.number = 12;
  made.method = "GET";
  made.target = std::move(target);
  made.status = 200;
  made.bytes = 345;
  made.faulty = true;
  made.at = std::chrono::sys_days{std::chrono::year{2025} / 6 / 2} + std::chrono::hours{9} +
            std::chrono::microseconds{1'234'567};
  return made;
}

}  // namespace

TEST_CASE("a request is a line of JSON with all that the log knows of it") {
  CHECK(sim::log_line(record_of("/runs?limit=5")) ==
        R"({"number":12,"at":"2025-06-02T09:00:01.234Z","method":"GET","target":"/runs?limit=5",)"
        R"("status":200,"bytes":345,"faulty":true})");
}

TEST_CASE("a line is JSON on one line, whatever bytes a client sends") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  auto const line = sim::log_line(record_of(all));
  CHECK(line.find('\n') == line.npos);
  auto const read = boost::json::parse(line).at("target").as_string();
  std::string expected = all.substr(0, 128);
  for (int byte = 128; byte < 256; ++byte) {
    expected += '%';
    expected += "0123456789ABCDEF"[byte / 16];
    expected += "0123456789ABCDEF"[byte % 16];
  }
  CHECK(std::string{read.data(), read.size()} == expected);
}

TEST_CASE("a log file is appended to, a line as soon as its request is answered") {
  test::scratch const folder;
  auto const path = folder.file("requests.jsonl");
  sim::request_log_file{path}.add(record_of("/a"));
  sim::request_log_file again{path};
  again.add(record_of("/b"));
  CHECK(test::text_of_file(path) ==
        sim::log_line(record_of("/a")) + "\n" + sim::log_line(record_of("/b")) + "\n");
}

TEST_CASE("a log file that cannot grow holds whole lines, and says at its end what it lacks") {
  test::scratch const folder;
  auto const path = folder.file("requests.jsonl");
  auto const line = sim::log_line(record_of("/a")) + "\n";
  sim::request_log_file log{path};
  log.add(record_of("/a"));
  {
    test::file_size_limit const limit{line.size() + 9};
    log.add(record_of("/b"));
    log.add(record_of("/c"));
    CHECK(test::text_of_file(path) == line);
  }
  log.add(record_of("/d"));
  CHECK_THROWS_WITH(log.close(), ContainsSubstring(path + ": the request log lacks 2 requests") &&
                                     ContainsSubstring("File too large"));
  CHECK_NOTHROW(log.close());
  CHECK(test::text_of_file(path) == line + sim::log_line(record_of("/d")) + "\n");
}

TEST_CASE("a log file that cannot be written is named") {
  test::scratch const folder;
  CHECK_THROWS_WITH(sim::request_log_file{folder.file("none/log")},
                    ContainsSubstring("none/log: the request log cannot be written"));
}
