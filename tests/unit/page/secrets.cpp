#include "simruns/page/parse_page.hpp"
#include "support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

using simruns::resource;
using simruns::detail::redactor;

namespace {

std::string const secret = "a-secret-of-many-characters-0123456789";

/// All that the messages say of a page whose one run has these members.
std::string told_of(std::string const& members, simruns::parse_limits limits) {
  auto const strike = std::make_shared<redactor const>(std::vector<std::string>{secret});
  auto body = R"({"data":[{"id":"r",)" + members + R"(}],"pagination":{}})";
  auto const parsed = simruns::parse_response(resource::runs, std::move(body), limits, strike);
  if (!parsed) return parsed.error().message;
  std::string out;
  for (auto const& issue : parsed->issues()) out.append(issue.message).append("\n");
  for (auto const& bad : parsed->bad_runs()) out.append(bad.message).append(bad.text);
  return out;
}

}  // namespace

TEST_CASE("no message about a page shows a secret, wherever its text is cut") {
  for (std::size_t before = 0; before < 64; ++before) {
    auto const text = std::string(before, 'x') + " " + secret;
    for (auto const& members :
         {R"("metrics":{"status":")" + text + R"("})", R"("expiresAt":")" + text + "\"",
          "\"" + text + R"(":1,")" + text + R"(":2)", R"("a":nul,"id":")" + text + "\"",
          "\"a\":" + std::string(before, '1') + "-" + secret}) {
      for (bool const strict : {false, true}) {
        INFO(members << (strict ? " (strict)" : ""));
        simruns::parse_limits limits;
        limits.strict = strict;
        limits.skip_bad_runs = !strict;
        auto const told = told_of(members, limits);
        CHECK_FALSE(told.empty());
        CHECK(told.find(secret.substr(0, 4)) == told.npos);
      }
    }
  }
}

TEST_CASE("a key of megabytes makes no message of megabytes") {
  simruns::parse_limits limits;
  limits.strict = true;
  auto const key = "\"" + std::string(3'000'000, 'k') + "\\n\"";
  auto const run = R"("turns":[],"metrics":{)" + key + ":1," + key + ":2}";
  auto const told = told_of(run, limits);
  CHECK(told.size() < 300);
  CHECK(told.find("duplicate member") != told.npos);
  CHECK(told.find('\n') == told.npos);
}
