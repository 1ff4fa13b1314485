#include "simruns/fetch/retry_policy.hpp"

#include "simruns/fetch/request_budget.hpp"
#include "support/catch.hpp"

#include <set>
#include <string>
#include <vector>

using simruns::errc;
using namespace std::chrono_literals;

namespace {

simruns::request_failure failure(errc code, int status = 0) {
  simruns::request_failure out;
  out.code = code;
  out.status = status;
  return out;
}

std::optional<std::chrono::seconds> asked(std::string after, std::string date = "") {
  simruns::http_response response(503, "");
  if (!date.empty()) response.headers.emplace_back("Date", date);
  response.headers.emplace_back("retry-after", after);
  auto const now = std::chrono::sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min;
  return simruns::detail::retry_after(response, now);
}

}  // namespace

TEST_CASE("only what may pass by itself is tried again") {
  for (auto const code : {errc::connect, errc::transport, errc::timeout, errc::truncated}) {
    CHECK(simruns::detail::is_retried(failure(code), true));
  }
  // An answer that ends where the connection does has a status already.
  CHECK(simruns::detail::is_retried(failure(errc::truncated, 200), true));
  for (auto const code : {errc::tls, errc::protocol, errc::too_large, errc::decode,
                          errc::invalid_argument, errc::cancelled}) {
    CHECK_FALSE(simruns::detail::is_retried(failure(code), true));
  }
  CHECK_FALSE(simruns::detail::is_retried(failure(errc::decode, 200), true));
  std::set<int> const retried{408, 425, 429, 500, 502, 503, 504};
  for (int status = 200; status < 600; ++status) {
    INFO(status);
    CHECK(simruns::detail::is_retried(failure(errc::http, status), true) ==
          retried.contains(status));
  }
  CHECK_FALSE(simruns::detail::is_retried(failure(errc::server, 500), false));
  CHECK(simruns::detail::is_retried(failure(errc::server, 503), false));
}

TEST_CASE("the backoff doubles up to its cap, and is drawn from all of it") {
  CHECK(simruns::detail::backoff(0, 100ms, 20s, 0.5) == 50ms);
  CHECK(simruns::detail::backoff(1, 100ms, 20s, 0.5) == 100ms);
  CHECK(simruns::detail::backoff(4, 100ms, 20s, 0.5) == 800ms);
  CHECK(simruns::detail::backoff(8, 100ms, 20s, 0.5) == 10s);
  CHECK(simruns::detail::backoff(1'000'000, 100ms, 20s, 0.5) == 10s);
  CHECK(simruns::detail::backoff(3, 100ms, 20s, 0) == 0ms);
  CHECK(simruns::detail::backoff(3, 100ms, 50ms, 0.5) == 25ms);
  CHECK(simruns::detail::backoff(3, 0ms, 20s, 0.9) == 0ms);
}

TEST_CASE("Retry-After is read in each of its forms") {
  CHECK(asked("0") == 0s);
  CHECK(asked("120") == 120s);
  CHECK(asked("99999999999999999999") > 24h * 365);
  CHECK(asked("99999999999999999999.5") > 24h * 365);
  for (auto const* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    INFO(date);
    CHECK(asked(date) == 37s);
    CHECK(asked(date, "Sun, 06 Nov 1994 08:49:30 GMT") == 7s);
    CHECK(asked(date, "Sun, 06 Nov 1994 08:50:00 GMT") == 0s);
    CHECK(asked(date, "yesterday") == 37s);
  }
  CHECK(asked("Sun, 06 Nov 2094 08:49:37 GMT") > 24h * 365);
  CHECK(asked("Sun, 07-Nov-69 08:49:37 GMT") > 24h * 365);
}

TEST_CASE("seconds of Retry-After with a sign or a fraction are taken, and rounded up") {
  struct row {
    char const* text;
    std::chrono::seconds want;
  };
  for (row const& one :
       {row{"+3", 3s}, row{"2.5", 3s}, row{"2.000001", 3s}, row{"2.0", 2s}, row{"2.", 2s},
        row{"0.1", 1s}, row{".5", 1s}, row{"0.0", 0s}, row{"+0.25", 1s}, row{"007", 7s},
        row{"+120", 120s}, row{"3.99999999999999999999", 4s}}) {
    INFO(one.text);
    CHECK(asked(one.text) == one.want);
  }
}

TEST_CASE("what is no Retry-After asks for nothing") {
  for (auto const* text : {"",
                           "-1",
                           "-1.5",
                           "+",
                           ".",
                           "+.",
                           "++3",
                           "+-3",
                           "1.5.2",
                           "1,5",
                           "1e3",
                           "0x10",
                           "2.5s",
                           "+ 3",
                           "soon",
                           "1 s",
                           "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994",
                           "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 06 Nov 1994 25:49:37 GMT",
                           "Sun Nov 6",
                           ", ",
                           "Sun,",
                           "Sun, 06 Nov 1994 08:49:37 GMT and more",
                           "Sun Nov  6 08:49:37 1994 or so"}) {
    INFO(text);
    CHECK_FALSE(asked(text));
  }
  CHECK_FALSE(simruns::detail::retry_after(simruns::http_response(503, "")));
}

TEST_CASE("the retry budget pays for a hundred retries, and half as many after timeouts") {
  simruns::detail::retry_budget budget;
  for (int i = 0; i < 100; ++i) REQUIRE(budget.take(false));
  CHECK_FALSE(budget.take(false));
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(budget.take(false));
    budget.earn();
  }
  CHECK_FALSE(budget.take(true));
  CHECK(budget.take(false));

  simruns::detail::retry_budget slow;
  for (int i = 0; i < 50; ++i) REQUIRE(slow.take(true));
  CHECK_FALSE(slow.take(true));
  for (int i = 0; i < 10'000; ++i) slow.earn();
  CHECK(slow.left() == 500);
}

TEST_CASE("in no stretch of time are there more requests than the rate allows") {
  using clock = std::chrono::steady_clock;
  simruns::detail::request_times times(simruns::request_rate(3, 100ms));
  std::vector<clock::time_point> sent;
  auto now = clock::time_point{};
  for (int i = 0; i < 50; ++i) {
    now += std::chrono::milliseconds((i * 37) % 60);
    now = times.next(now);
    times.add(now);
    sent.push_back(now);
  }
  for (std::size_t i = 3; i < sent.size(); ++i) CHECK(sent[i] - sent[i - 3] >= 100ms);
  // And none waits for longer than it must.
  CHECK(times.next(sent.back() + 100ms) == sent.back() + 100ms);
  // What was not sent after all leaves its own place, and no other's.
  simruns::detail::request_times two(simruns::request_rate(2, 100ms));
  clock::time_point const start{};
  two.add(start);
  two.add(start + 60ms);
  two.remove(start);
  CHECK(two.next(start + 60ms) == start + 60ms);
  two.add(start + 60ms);
  CHECK(two.next(start + 120ms) == start + 160ms);
}
