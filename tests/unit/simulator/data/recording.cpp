#include "simruns/simulator/data/recording.hpp"

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <filesystem>
#include <string>

namespace sim = simruns::simulator;
using Catch::Matchers::ContainsSubstring;
using test::text_of_file;

namespace {

std::string run(std::string const& id, std::string const& more = "") {
  return R"({"id":")" + id +
         R"(","projectReference":"p","simulationReference":"s","simulationRunBatchReference":"b")" +
         more + "}";
}

std::string page(std::string const& runs) {
  return R"({"data":[)" + runs +
         R"(],"pagination":{"limit":2,"skip":0,"total":2,"hasNext":false,"hasPrevious":false}})";
}

}  // namespace

TEST_CASE("the runs of pages are kept, a line each, as they came") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::recording kept{path};
  kept.add(page(run("r1") + "," + run("r2", ",\"odd\": 1.50")));
  kept.add(page(run("r3")));
  CHECK(text_of_file(path) ==
        run("r1") + "\n" + run("r2", ",\"odd\": 1.50") + "\n" + run("r3") + "\n");
  kept.close();
  CHECK(kept.size() == 3);
  CHECK(kept.left_out() == 0);
  CHECK(sim::load_jsonl(path).size() == 3);
}

TEST_CASE("a run that comes again replaces the one before, in its place") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::recording kept{path};
  kept.add(page(run("r1", ",\"metrics\":{}") + "," + run("r2")));
  kept.add(page(run("r1", ",\"metrics\":{\"success\":true}")));
  kept.add(page(run("r2")));
  kept.close();
  CHECK(kept.size() == 2);
  CHECK(text_of_file(path) ==
        run("r1", ",\"metrics\":{\"success\":true}") + "\n" + run("r2") + "\n");
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
  kept.close();
}

TEST_CASE("a recording goes on with the runs that its file has") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  test::write_file(path, run("r1") + "\n" + run("r2"));  // the last line is not ended
  {
    sim::recording kept{path};
    CHECK(kept.size() == 2);
    kept.add(page(run("r3") + "," + run("r1")));
  }
  CHECK(text_of_file(path) == run("r1") + "\n" + run("r2") + "\n" + run("r3") + "\n");
}

TEST_CASE("a run that is laid out over lines is kept on one") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::recording{path}.add(page(run("r1", ",\r\n \"a\":\n\"x\\ny\"")));
  CHECK(text_of_file(path) == run("r1", ",   \"a\": \"x\\ny\"") + "\n");
}

TEST_CASE("what cannot be served is left out, counted, and spoils nothing") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::recording kept{path};
  kept.add("<html>");
  kept.add(page(R"({"id":"r0"},)" + run("r1")));
  CHECK(kept.left_out() == 2);
  CHECK(kept.size() == 1);
  CHECK(text_of_file(path) == run("r1") + "\n");
}

TEST_CASE("a file that cannot be written, or holds no runs, is named") {
  test::scratch const folder;
  CHECK_THROWS_WITH(sim::recording{folder.file("none/runs.jsonl")},
                    ContainsSubstring("none/runs.jsonl: cannot be written"));
  test::write_file(folder.file("notes.txt"), "buy milk\n");
  CHECK_THROWS_WITH(sim::recording{folder.file("notes.txt")},
                    ContainsSubstring("notes.txt:1: not JSON"));
  CHECK(text_of_file(folder.file("notes.txt")) == "buy milk\n");
}
