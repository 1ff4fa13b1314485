#include "simruns/error.hpp"

#include "simruns/page/parse_page.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <array>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using simruns::condition;
using simruns::errc;
using simruns::error_code;

namespace {

struct word_of {
  errc code;
  std::string_view word;
};

constexpr std::array<word_of, 20> words{{
    {errc::connect, "connect"},
    {errc::timeout, "timeout"},
    {errc::tls, "tls"},
    {errc::transport, "transport"},
    {errc::truncated, "truncated"},
    {errc::protocol, "protocol"},
    {errc::too_large, "too_large"},
    {errc::decode, "decode"},
    {errc::auth, "auth"},
    {errc::forbidden, "forbidden"},
    {errc::bad_request, "bad_request"},
    {errc::not_found, "not_found"},
    {errc::rate_limited, "rate_limited"},
    {errc::server, "server"},
    {errc::http, "http"},
    {errc::redirect, "redirect"},
    {errc::pagination, "pagination"},
    {errc::incomplete, "incomplete"},
    {errc::invalid_argument, "invalid_argument"},
    {errc::cancelled, "cancelled"},
}};

std::set<std::string_view> members_of(condition group) {
  std::set<std::string_view> out;
  for (auto const& [code, word] : words) {
    if (error_code(code) == group) out.insert(word);
  }
  return out;
}

simruns::request_failure forbidden() {
  simruns::request_failure out;
  out.code = errc::forbidden;
  out.status = 403;
  out.attempts = 1;
  out.message = "no access to project p";
  out.trace_id = "7f3a";
  return out;
}

}  // namespace

TEST_CASE("every code has a word of its own, and is numbered from 1 without a gap") {
  for (std::size_t i = 0; i < words.size(); ++i) {
    CAPTURE(words[i].word);
    CHECK(static_cast<int>(words[i].code) == static_cast<int>(i) + 1);
    CHECK(simruns::to_string(words[i].code) == words[i].word);
    CHECK(error_code(words[i].code).message() == words[i].word);
    CHECK(error_code(words[i].code).category().name() == std::string_view("simruns"));
  }
}

TEST_CASE("a value that is no code has a word too, and does not crash") {
  for (int value : {-1, 21, 1000, -2147483647}) {
    CHECK(simruns::to_string(static_cast<errc>(value)) == "unknown");
    CHECK(error_code(value, simruns::simruns_category()).message() == "unknown");
  }
}

TEST_CASE("zero is never an error") {
  CHECK_FALSE(error_code().failed());
  CHECK_FALSE(error_code(0, simruns::simruns_category()).failed());
  for (auto const& [code, word] : words) CHECK(error_code(code).failed());
  for (int group = 1; group <= 6; ++group) {
    CHECK_FALSE(error_code() == static_cast<condition>(group));
    CHECK_FALSE(error_code(0, simruns::simruns_category()) == static_cast<condition>(group));
  }
}

TEST_CASE("each group holds exactly the codes that it names") {
  using set = std::set<std::string_view>;
  CHECK(members_of(condition::retryable) ==
        set{"connect", "timeout", "transport", "truncated", "rate_limited", "server"});
  CHECK(members_of(condition::auth) == set{"auth", "forbidden"});
  CHECK(members_of(condition::timeout) == set{"timeout"});
  CHECK(members_of(condition::cancelled) == set{"cancelled"});
  CHECK(members_of(condition::malformed) == set{"protocol", "truncated", "too_large", "decode"});
  CHECK(members_of(condition::incomplete) == set{"pagination", "incomplete"});
}

TEST_CASE("a code of another category is in no group") {
  for (int group = 1; group <= 6; ++group) {
    for (int value = 0; value <= 20; ++value) {
      CHECK_FALSE(error_code(value, boost::system::generic_category()) ==
                  static_cast<condition>(group));
    }
  }
}

TEST_CASE("a cancelled operation is that of the standard library and of Asio, too") {
  error_code const ours = errc::cancelled;
  error_code const of_asio = boost::asio::error::operation_aborted;
  CHECK(ours == std::errc::operation_canceled);
  CHECK(ours == boost::system::errc::operation_canceled);
  CHECK(ours == of_asio.default_error_condition());
  CHECK(std::error_code(ours) == std::errc::operation_canceled);
  CHECK(of_asio == condition::cancelled);
  CHECK(error_code(std::make_error_code(std::errc::operation_canceled)) == condition::cancelled);
  for (auto const& [code, word] : words) {
    CAPTURE(word);
    CHECK((error_code(code) == std::errc::operation_canceled) == (code == errc::cancelled));
    CHECK(error_code(code).default_error_condition().category() ==
          (code == errc::cancelled ? boost::system::generic_category()
                                   : simruns::simruns_category()));
  }
  CHECK_FALSE(error_code(boost::asio::error::timed_out) == condition::cancelled);
  CHECK_FALSE(of_asio == condition::retryable);
}

TEST_CASE("groups have words") {
  std::vector<std::string> found;
  for (int group = 1; group <= 6; ++group) {
    found.push_back(make_error_condition(static_cast<condition>(group)).message());
  }
  CHECK(found == std::vector<std::string>{"retryable", "auth", "timeout", "cancelled", "malformed",
                                          "incomplete"});
  CHECK(simruns::condition_category().message(-1) == "unknown");
  CHECK(simruns::condition_category().message(7) == "unknown");
}

TEST_CASE("a failure is one line: the status, the attempts, the message, the trace") {
  CHECK(to_string(forbidden()) ==
        "HTTP 403 after 1 attempt: no access to project p (traceId 7f3a)");
}

TEST_CASE("a failure without an answer starts with the word of its code") {
  simruns::request_failure failure;
  failure.code = errc::connect;
  failure.attempts = 4;
  failure.elapsed = std::chrono::milliseconds(1700);
  failure.message = "no connection to host:443";
  failure.cause =
      error_code(boost::system::errc::connection_refused, boost::system::generic_category());
  CHECK(to_string(failure) == "connect after 4 attempts in 1.7 s: no connection to host:443 [" +
                                  failure.cause.message() + "]");
}

TEST_CASE("a failure names the field that the server refused, and no attempt if none was made") {
  simruns::request_failure failure;
  failure.code = errc::bad_request;
  failure.status = 400;
  failure.field = "limit";
  failure.message = "must be at most 100";
  CHECK(to_string(failure) == "HTTP 400: must be at most 100 (field limit)");
}

TEST_CASE("an error carries its failure, its code and its line") {
  simruns::request_error const error(forbidden());
  CHECK(error.code() == errc::forbidden);
  CHECK(error.code() == condition::auth);
  CHECK(error.failure().trace_id == "7f3a");
  CHECK(error.describe() == to_string(forbidden()));
  CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring(error.describe()));
}

TEST_CASE("a mistake of the caller is an error with no status and no attempt") {
  simruns::request_error const error(errc::invalid_argument, "skip is -1");
  CHECK(error.code() == errc::invalid_argument);
  CHECK(error.failure().status == 0);
  CHECK(error.failure().attempts == 0);
  CHECK(error.describe() == "invalid_argument: skip is -1");
}

TEST_CASE("value() of a result that failed throws a request_error with the whole failure") {
  simruns::result<int> const bad = forbidden();
  CHECK_FALSE(bad.has_value());
  try {
    static_cast<void>(bad.value());
    FAIL("value() returned");
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == errc::forbidden);
    CHECK(error.failure().status == 403);
    CHECK(error.failure().trace_id == "7f3a");
  }
  simruns::result<int> const good = 7;
  CHECK(good.value() == 7);
}

TEST_CASE("value() of a page that did not parse throws a request_error too") {
  simruns::parse_error failure;
  failure.code = errc::too_large;
  failure.message = "more than 10 runs in one page";
  boost::system::result<int, simruns::parse_error> const bad = failure;
  try {
    static_cast<void>(bad.value());
    FAIL("value() returned");
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == errc::too_large);
    CHECK(error.failure().message == "more than 10 runs in one page");
  }
}
