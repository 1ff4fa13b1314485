#include "simruns/page/verdict.hpp"

#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

using simruns::verdict;

namespace {

struct example {
  std::string metrics;
  verdict is;
  bool contradictory = false;
};

simruns::run_ptr run_measured(std::string const& metrics) {
  auto const run = test::replace_member(simruns::testing::sample_run("a"), "metrics", metrics);
  return test::parsed(test::page_around(run)).share(0);
}

void check(std::vector<example> const& examples) {
  for (auto const& want : examples) {
    CAPTURE(want.metrics);
    auto const run = run_measured(want.metrics);
    CHECK(to_string(verdict_of(*run)) == to_string(want.is));
    CHECK(is_contradictory(*run) == want.contradictory);
  }
}

}  // namespace

TEST_CASE("a run without an outcome is pending") {
  check({
      {"{}", verdict::pending},
      {"null", verdict::pending},
      {"7", verdict::pending},
      {R"({"success":null,"status":null,"results":null})", verdict::pending},
      {R"({"results":[]})", verdict::pending},
      {R"({"isBatchStopped":false,"isConversationEnded":false})", verdict::pending},
  });
}

TEST_CASE("an outcome that cannot be read is no pending one") {
  check({
      {R"({"summary":"done"})", verdict::unknown_error},
      {R"({"status":"CANCELLED"})", verdict::unknown_error},
      {R"({"status":"success"})", verdict::unknown_error},
      {R"({"isConversationEnded":true})", verdict::unknown_error},
      {R"({"sentiment":"neutral"})", verdict::unknown_error},
      {R"({"outcome":"won"})", verdict::unknown_error},
  });
}

TEST_CASE("the status decides first") {
  check({
      {R"({"status":"SUCCESS"})", verdict::success},
      {R"({"status":"FAILED"})", verdict::failure},
      {R"({"status":"SUCCESS","success":true,"results":[{"success":true}]})", verdict::success},
      {R"({"status":"FAILED","success":false,"results":[{"success":false}]})", verdict::failure},
      {R"({"status":"SUCCESS","success":false})", verdict::success, true},
      {R"({"status":"FAILED","success":true})", verdict::failure, true},
      {R"({"status":"FAILED","results":[{"success":true}]})", verdict::failure, true},
  });
}

TEST_CASE("success decides where there is no status that is known") {
  check({
      {R"({"success":true})", verdict::success},
      {R"({"success":false})", verdict::failure},
      {R"({"success":true,"status":"PAUSED"})", verdict::success},
      {R"({"success":false,"status":null})", verdict::failure},
      {R"({"success":true,"results":[{"success":false}]})", verdict::success, true},
      {R"({"success":"yes"})", verdict::pending},
  });
}

TEST_CASE("the results decide where nothing else does: all of them have to succeed") {
  check({
      {R"({"results":[{"success":true}]})", verdict::success},
      {R"({"results":[{"success":true},{"success":true,"x":[]}]})", verdict::success},
      {R"({"results":[{"success":true},{"success":false}]})", verdict::failure},
      {R"({"results":[{"passed":true}]})", verdict::success},
      {R"({"results":[{"passed":false}]})", verdict::failure},
      {R"({"results":[{"passed":true,"success":false}]})", verdict::failure},
      {R"({"results":[{"success":true},{}]})", verdict::unknown_error},
      {R"({"results":[{"success":"true"}]})", verdict::unknown_error},
      {R"({"results":[{"success":true},7]})", verdict::unknown_error},
      {R"({"results":[{"success":false},{}]})", verdict::failure},
      {R"({"results":[{},{"success":false}]})", verdict::failure},
      {R"({"success":true,"results":[{"success":false},{"note":1}]})", verdict::success, true},
  });
}

TEST_CASE("a result that is nested deep says as much as another") {
  std::string const deep(400, '[');
  std::string const end(400, ']');
  check({{R"({"results":[{"success":false,"x":)" + deep + end + "}]}", verdict::failure},
         {R"({"success":true,"results":[{"success":false,"x":)" + deep + end + "}]}",
          verdict::success, true}});
}

TEST_CASE("an error counts against whoever made it") {
  check({
      {R"({"status":"ERROR"})", verdict::unknown_error},
      {R"({"status":"ERROR","errorInfo":null})", verdict::unknown_error},
      {R"({"status":"ERROR","errorInfo":{}})", verdict::unknown_error},
      {R"({"status":"ERROR","errorInfo":{"category":null}})", verdict::unknown_error},
      {R"({"status":"ERROR","errorInfo":{"category":"NONE"}})", verdict::unknown_error},
      {R"({"status":"ERROR","errorInfo":{"category":"UNKNOWN"}})", verdict::unknown_error},
      {R"({"status":"ERROR","errorInfo":{"category":"NEW_ONE"}})", verdict::unknown_error},
      {R"({"status":"ERROR","errorInfo":{"category":"AI_AGENT_TIMEOUT"}})", verdict::agent_error},
      {R"({"status":"ERROR","errorInfo":{"category":"AI_AGENT_ERROR"}})", verdict::agent_error},
      {R"({"status":"ERROR","errorInfo":{"category":"LLM_PROVIDER_ERROR"}})",
       verdict::platform_error},
      {R"({"status":"ERROR","success":false})", verdict::unknown_error},
      {R"({"status":"ERROR","success":true})", verdict::unknown_error, true},
      {R"({"status":"ERROR","results":[{"success":true}]})", verdict::unknown_error, true},
  });
}

TEST_CASE("the category of an error says nothing where the status is none") {
  check({
      {R"({"status":"SUCCESS","errorInfo":{"category":"AI_AGENT_ERROR"}})", verdict::success},
      {R"({"success":true,"errorInfo":{"category":"NONE"}})", verdict::success},
  });
}

TEST_CASE("a conversation that was cut off is neither success nor failure") {
  check({
      {R"({"isBatchStopped":true})", verdict::stopped},
      {R"({"isBatchStopped":true,"isConversationEnded":false})", verdict::stopped},
      {R"({"isBatchStopped":true,"success":false})", verdict::stopped},
      {R"({"isBatchStopped":true,"status":"FAILED","success":false})", verdict::stopped},
      {R"({"isBatchStopped":true,"isConversationEnded":true,"success":false})", verdict::failure},
      {R"({"isBatchStopped":true,"isConversationEnded":true})", verdict::unknown_error},
      {R"({"isBatchStopped":true,"status":"SUCCESS"})", verdict::success},
      {R"({"isBatchStopped":true,"status":"ERROR","errorInfo":{"category":"AI_AGENT_TIMEOUT"}})",
       verdict::agent_error},
  });
}

TEST_CASE("results that disagree among themselves are no contradiction") {
  check(
      {{R"({"success":false,"results":[{"success":true},{"success":false}]})", verdict::failure}});
}

TEST_CASE("only success, failure and errors of the agent are judged; each verdict has a word") {
  struct row {
    verdict is;
    std::string_view word;
    bool judged;
  };
  for (row const& want :
       {row{verdict::success, "success", true}, row{verdict::failure, "failure", true},
        row{verdict::agent_error, "agent_error", true},
        row{verdict::platform_error, "platform_error", false},
        row{verdict::unknown_error, "unknown_error", false},
        row{verdict::stopped, "stopped", false}, row{verdict::pending, "pending", false}}) {
    CHECK(to_string(want.is) == want.word);
    CHECK(is_judged(want.is) == want.judged);
  }
}
