#include "simruns/page/judged_criteria.hpp"

#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace {

simruns::run_ptr run_judged(std::string const& criteria, std::string const& results) {
  auto run = simruns::testing::sample_run("a");
  run = test::replace_member(run, "successCriteria", criteria);
  run = test::replace_member(run, "metrics", R"({"results":)" + results + "}");
  return test::parsed(test::page_around(run)).share(0);
}

/// The reason of each criterion, `-` where it has none.
std::vector<std::string> reasons(simruns::judged_criteria& judged, simruns::run const& run) {
  std::vector<std::string> out;
  for (auto const& one : judged.of(run)) {
    out.emplace_back(one.result.reason.value_or(std::string_view("-")));
  }
  return out;
}

}  // namespace

TEST_CASE("what is said of a run's criteria does not depend on the runs before it") {
  auto const two = R"([{"type":"t","params":{"name":"a"}},{"type":"t","params":{"name":"b"}}])";
  auto const results = R"([{"name":"b","reason":"of b"},{"name":"a","reason":"of a"}])";
  std::vector const runs{
      run_judged(two, results),
      run_judged("[]", "[]"),
      run_judged(two, R"([{"name":"b","reason":"alone"}])"),
      run_judged(R"([{"type":"t","params":{"name":"a"}}])", "null"),
      run_judged(R"([{"type":"t","params":{}},{"type":"t"}])", results),
      run_judged(two, results),
  };
  std::vector<std::vector<std::string>> const wanted{
      {"of a", "of b"}, {}, {"-", "alone"}, {"-"}, {"of b", "of a"}, {"of a", "of b"},
  };
  simruns::judged_criteria shared;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    CAPTURE(i);
    simruns::judged_criteria own;
    CHECK(reasons(shared, *runs[i]) == wanted[i]);
    CHECK(reasons(own, *runs[i]) == wanted[i]);
  }
}

TEST_CASE("an object cut at any byte is read to there and no further") {
  std::string const whole =
      R"( {"a\"":"\\", "b":[{"]":"}"},1e5] ,"success":true,"name":"x\\\"","reason":null})";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::string const exact = whole.substr(0, cut);
    simruns::detail::result_reader reader;
    auto const got = reader.result(exact);
    if (cut == whole.size()) CHECK(got.success == simruns::maybe<bool>(true));
    if (cut == whole.size()) CHECK(got.name == simruns::maybe<std::string_view>("x\\\""));
  }
}
