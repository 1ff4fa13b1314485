#include "simruns/fetch/redaction.hpp"

#include "support/catch.hpp"

using simruns::credentials;
using simruns::detail::redaction;

TEST_CASE("the values of headers are struck out as the credentials are, and so are long parts") {
  redaction const redact(credentials::api_key("hunter22"),
                         {{"X-Gate", "gate-secret"},
                          {"Cookie", "session=0123456789; theme=dark"},
                          {"X-Short", "q7"},
                          {"X-Longer", "gate-secret-too"}});
  CHECK(redact("key hunter22, gate-secret, gate-secret-too") == "key ***, ***, ***");
  CHECK(redact("no session 0123456789 here") == "no session *** here");
  CHECK(redact("session=0123456789; theme=dark") == "***");
  CHECK(redact("gate%2Dsecret and gate\\u002dsecret") == "*** and ***");
  CHECK(redact("q7 and q77, the theme is dark") == "*** and q77, the theme is dark");
  CHECK(redaction(credentials::api_key("k"), {{"X-E", ""}})("nothing") == "nothing");
}
