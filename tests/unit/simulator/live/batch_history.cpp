#include "simruns/simulator/live/detail/batch_history.hpp"

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/schedule.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using sim::detail::batch_history;

namespace {

sim::stored_run run_of(std::string id, std::string status, std::int64_t created_at) {
  sim::stored_run run;
  run.id = std::move(id);
  run.status = std::move(status);
  run.created_at = created_at;
  run.duration = 1000;
  return run;
}

batch_history history_of(std::vector<sim::stored_run> const& runs, std::string_view live) {
  std::vector<sim::stored_run const*> pointers;
  for (auto const& run : runs) pointers.push_back(&run);
  auto const told = sim::read_schedule(live);
  return {pointers, &told};
}

std::vector<sim::stored_run> three() {
  return {run_of("a", "SUCCESS", 1'000'000'000'000), run_of("b", "ERROR", 1'000'000'010'000),
          run_of("c", "FAILED", 1'000'000'020'000)};
}

}  // namespace

TEST_CASE("a batch is in progress until all its runs have come and settled") {
  auto const history = history_of(three(), "{}");
  struct moment {
    std::chrono::milliseconds at;
    std::string_view status;
    std::int64_t completed;
    std::int64_t failed;
  };
  for (auto const& [at, status, completed, failed] :
       {moment{0ms, "IN_PROGRESS", 0, 0}, moment{999ms, "IN_PROGRESS", 0, 0},
        moment{1000ms, "IN_PROGRESS", 1, 0}, moment{11'000ms, "IN_PROGRESS", 1, 1},
        moment{20'999ms, "IN_PROGRESS", 1, 1}, moment{21'000ms, "COMPLETED", 2, 1}}) {
    INFO(at.count());
    auto const now = history.at(at);
    CHECK(now.status == status);
    CHECK(now.completed_runs == completed);
    CHECK(now.failed_runs == failed);
    CHECK(now.started == 0ms);
    CHECK(now.completed.has_value() == (status == "COMPLETED"));
  }
}

TEST_CASE("runs that have expired count on, and one that expires before it settles never counts") {
  auto const history = history_of(
      three(), R"({"expire_after": 5, "runs": {"b": {"appears": 1, "settles": 9, "expires": 3}}})");
  auto const last = history.at(1h);
  CHECK(last.status == "COMPLETED");
  CHECK(last.completed_runs == 2);
  CHECK(last.failed_runs == 0);
  CHECK(last.completed == 21'000ms);
}

TEST_CASE("a batch whose first run is yet to come has not begun") {
  std::vector<sim::stored_run> const one{run_of("a", "SUCCESS", 1'000'000'000'000)};
  auto const history = history_of(one, R"({"runs": {"a": {"appears": 5, "settles": 6}}})");
  CHECK_FALSE(history.at(4s).started);
  CHECK(history.at(5s).started == 5s);
  CHECK(history.at(6s).completed == 6s);
}

TEST_CASE("a batch is stopped if the run that was created last was") {
  auto runs = three();
  runs.front().stopped = true;
  CHECK(history_of(runs, "{}").at(1h).status == "COMPLETED");
  runs.front().created_at = 1'000'000'030'000;
  CHECK(history_of(runs, "{}").at(1h).status == "STOPPED");
}

TEST_CASE("without a schedule runs never expire, whatever they say of it") {
  auto runs = three();
  for (auto& run : runs) run.expires_at = "1999-01-01T00:00:00Z";
  std::vector<sim::stored_run const*> pointers;
  for (auto const& run : runs) pointers.push_back(&run);
  auto const last = batch_history{pointers, nullptr}.at(batch_history::end_of_time);
  CHECK(last.status == "COMPLETED");
  CHECK(last.completed_runs == 2);
  CHECK(last.failed_runs == 1);
}
