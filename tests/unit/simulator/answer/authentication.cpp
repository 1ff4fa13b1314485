#include "simruns/simulator/answer/detail/authentication.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <string_view>

namespace sim = simruns::simulator;

namespace {

sim::detail::accepted_credentials const accepted{"the-key", "the.token"};

bool passes(std::initializer_list<std::string_view> authorization,
            std::initializer_list<std::string_view> keys,
            sim::detail::accepted_credentials const& right = accepted) {
  return sim::detail::authenticate(right, {authorization, keys});
}

}  // namespace

TEST_CASE("the key alone, the token alone and both together pass") {
  CHECK(passes({}, {"the-key"}));
  CHECK(passes({"Bearer the.token"}, {}));
  CHECK(passes({"bEARER the.token"}, {}));
  CHECK(passes({"Bearer the.token"}, {"the-key"}));
}

TEST_CASE("no credential does not pass") { CHECK_FALSE(passes({}, {})); }

TEST_CASE("a wrong credential beside a right one does not pass") {
  CHECK_FALSE(passes({"Bearer wrong"}, {"the-key"}));
  CHECK_FALSE(passes({""}, {"the-key"}));
  CHECK_FALSE(passes({"Basic dGhl"}, {"the-key"}));
  CHECK_FALSE(passes({"Bearer the.token"}, {"wrong"}));
  CHECK_FALSE(passes({"Bearer the.token"}, {""}));
  CHECK_FALSE(passes({}, {"the-key", "wrong"}));
  CHECK_FALSE(passes({"Bearer the.token", "Bearer x"}, {}));
}

TEST_CASE("nothing near a right credential passes") {
  for (std::string_view const wrong :
       {"", " ", "the-ke", "the-keyy", "the-kez", "The-key", " the-key", "the-keythe-key"}) {
    CHECK_FALSE(passes({}, {wrong}));
  }
  for (std::string_view const wrong : {"Bearer", "Bearer ", "Bearer  the.token", "Bearerthe.token",
                                       "the.token", "Token the.token"}) {
    CHECK_FALSE(passes({wrong}, {}));
  }
}

TEST_CASE("a credential that was not set up accepts nothing, not even emptiness") {
  CHECK_FALSE(passes({}, {""}, {"", "token"}));
  CHECK_FALSE(passes({"Bearer "}, {}, {"key", ""}));
  CHECK_FALSE(passes({"Bearer x"}, {"key"}, {"key", ""}));
}

TEST_CASE("random secrets are long, fit for a header and not repeated") {
  auto const secret = sim::detail::random_secret();
  CHECK(secret.size() == 32);
  CHECK(secret.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(secret != sim::detail::random_secret());
}
