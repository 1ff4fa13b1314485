#include "simruns/testing/scripted_transport.hpp"

#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using simruns::errc;
using simruns::testing::sample_batch;
using simruns::testing::scripted_transport;

namespace {

struct outcome {
  std::vector<std::string> ids;
  simruns::request_failure failure;
  simruns::completeness tally;
  outcome() = default;
};

test::asio::awaitable<outcome> read(std::shared_ptr<simruns::run_generator> runs) {
  outcome out;
  try {
    while (simruns::run_ptr run = co_await runs->next()) out.ids.emplace_back(run->id);
  } catch (simruns::request_error const& error) {
    out.failure = error.failure();
  }
  out.tally = runs->completeness();
  co_return out;
}

outcome read_all(std::shared_ptr<scripted_transport> network) {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), std::move(network));
  return test::run(context, read(test::share(client.runs(test::query()))));
}

}  // namespace

TEST_CASE("a sample batch is a walk that is complete") {
  auto network = std::make_shared<scripted_transport>();
  network->then_pages(sample_batch({"a", "b", "c"}, 2));
  auto const walked = read_all(network);
  CHECK(walked.ids == std::vector<std::string>{"a", "b", "c"});
  CHECK_FALSE(walked.failure.code);
  CHECK(walked.tally.verdict() == simruns::walk_verdict::complete);
  CHECK(walked.tally.missing == 0);
  auto const asked = network->requests();
  REQUIRE(asked.size() == 2);
  CHECK_THAT(asked[1], EndsWith("&next=c1"));
}

TEST_CASE("a request beyond the script fails, and the error names it") {
  auto network = std::make_shared<scripted_transport>();
  network->then_page(sample_batch({"a", "b", "c"}, 2)[0]);
  auto const walked = read_all(network);
  CHECK(walked.ids == std::vector<std::string>{"a", "b"});
  CHECK(walked.failure.code == errc::invalid_argument);
  CHECK_THAT(walked.failure.message, ContainsSubstring("request 2, /testing/"));
  CHECK_THAT(walked.failure.message, ContainsSubstring("&next=c1, is beyond the script of 1 step"));
}

TEST_CASE("a script without a step says so at the first request") {
  auto const walked = read_all(std::make_shared<scripted_transport>());
  CHECK(walked.failure.code == errc::invalid_argument);
  CHECK_THAT(walked.failure.message, ContainsSubstring("request 1, "));
  CHECK_THAT(walked.failure.message, ContainsSubstring("is beyond the script of 0 steps"));
}

TEST_CASE("what answers always answers beyond the script too") {
  auto network = std::make_shared<scripted_transport>();
  auto const pages = sample_batch({"a", "b", "c"}, 2);
  network->then_page(pages[0]).always_call([body = pages[1]](simruns::http_request const&) {
    return simruns::http_response(200, body);
  });
  CHECK(read_all(network).ids == std::vector<std::string>{"a", "b", "c"});
}
