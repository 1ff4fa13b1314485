#include "hanging_once.hpp"
#include "support/catch.hpp"

using simruns::errc;
using test::hanging_once;
using test::moment;

TEST_CASE("at every moment of an attempt a cancellation ends it, and the client goes on") {
  auto const when = GENERATE(moment::resolving, moment::connecting, moment::shaking_hands,
                             moment::in_the_tunnel, moment::sending, moment::reading);
  INFO(name_of(when));
  hanging_once hanging(when);
  hanging.begin();
  CHECK(hanging.client().cancel() < std::chrono::seconds(20));
  auto const got = std::move(hanging.client().got);
  REQUIRE(got.has_value());
  REQUIRE(got->has_error());
  CHECK(got->error().code == errc::cancelled);
  CHECK(hanging.client().fetch().has_value());
}

TEST_CASE("at every moment of an attempt its context can go") {
  auto const when = GENERATE(moment::resolving, moment::connecting, moment::shaking_hands,
                             moment::in_the_tunnel, moment::sending, moment::reading);
  auto const context_first = GENERATE(false, true);
  INFO(name_of(when) << (context_first ? ", before the client" : ", after the client"));
  hanging_once hanging(when);
  hanging.begin();
  if (!context_first) hanging.client().client.reset();
  hanging.client().context.reset();
  CHECK_FALSE(hanging.client().got.has_value());
}
