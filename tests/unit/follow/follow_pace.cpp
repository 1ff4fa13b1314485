#include "simruns/follow/follow_pace.hpp"

#include "simruns/error.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using simruns::follow_end;
using simruns::follow_options;
using simruns::follow_pace;

namespace {

constexpr follow_pace::time_point zero{};

}  // namespace

TEST_CASE("polls begin an interval apart, give or take the jitter") {
  follow_pace pace(follow_options().poll_interval(5s).jitter(0.2));
  pace.start(zero + 1s);
  CHECK(pace.due() == zero + 1s);
  pace.poll_began(zero + 1s);
  pace.poll_ended(zero + 2s, true, 0.0);
  CHECK(pace.due() == zero + 5s);
  pace.poll_ended(zero + 2s, true, 0.5);
  CHECK(pace.due() == zero + 6s);
  pace.poll_ended(zero + 2s, true, 1.0);
  CHECK(pace.due() == zero + 7s);
}

TEST_CASE("a server that needs longer than the interval is left a quarter of it") {
  follow_pace pace(follow_options().poll_interval(4s));
  pace.start(zero);
  pace.poll_began(zero);
  pace.poll_ended(zero + 10s, true, 0.5);
  CHECK(pace.due() == zero + 11s);
}

TEST_CASE("a poll that finds nothing new for long enough is the last one, and comes in time") {
  follow_pace pace(follow_options().poll_interval(5s).jitter(0).idle(7s));
  pace.start(zero);
  pace.poll_began(zero);
  pace.poll_ended(zero + 1s, true, 0.5);
  CHECK(pace.due() == zero + 5s);
  pace.poll_began(zero + 5s);
  pace.poll_ended(zero + 6s, false, 0.5);
  CHECK_FALSE(pace.over(zero + 6s));
  CHECK(pace.due() == zero + 8s);
  pace.poll_began(zero + 8s);
  pace.poll_ended(zero + 8s, false, 0.5);
  CHECK(pace.over(zero + 8s) == follow_end::idle);
}

TEST_CASE("a change holds idleness off") {
  follow_pace pace(follow_options().poll_interval(5s).jitter(0).idle(7s));
  pace.start(zero);
  pace.poll_began(zero);
  pace.poll_ended(zero + 8s, true, 0.5);
  CHECK_FALSE(pace.over(zero + 8s));
}

TEST_CASE("the deadline counts from the first start") {
  follow_pace pace(follow_options().deadline(10s));
  CHECK(pace.deadline() == follow_pace::time_point::max());
  pace.start(zero + 1s);
  pace.start(zero + 5s);
  CHECK(pace.deadline() == zero + 11s);
  CHECK_FALSE(pace.over(zero + 10s));
  CHECK(pace.over(zero + 11s) == follow_end::deadline);
}

TEST_CASE("without ends, following is never over") {
  follow_pace pace{follow_options()};
  pace.start(zero);
  pace.poll_began(zero);
  pace.poll_ended(zero, false, 0.5);
  CHECK_FALSE(pace.over(zero + 24h * 365));
}

TEST_CASE("options that make no sense are refused") {
  follow_options options;
  CHECK_THROWS_AS(options.poll_interval(-1ms), simruns::request_error);
  CHECK_THROWS_AS(options.idle(-1ms), simruns::request_error);
  CHECK_THROWS_AS(options.deadline(24h * 365 * 40), simruns::request_error);
  CHECK_THROWS_AS(options.jitter(1.1), simruns::request_error);
  CHECK_THROWS_AS(options.jitter(-0.1), simruns::request_error);
  CHECK_THROWS_AS(options.until_count(0), simruns::request_error);
}

TEST_CASE("the status of a follow is one line") {
  simruns::follow_status status;
  status.seen = 500;
  status.settled = 480;
  status.pending = 12;
  status.lost = 8;
  status.polls = 31;
  status.requests = 97;
  CHECK(to_string(status) ==
        "480 settled, 12 pending, 8 lost, of 500 runs seen; 31 polls, 97 requests");
  status.ended = follow_end::idle;
  CHECK(to_string(status).ends_with("97 requests; ended by idle"));
}
