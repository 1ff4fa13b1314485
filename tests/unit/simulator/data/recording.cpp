#include "simruns/simulator/data/recording.hpp"

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "support/catch.hpp"
#include "support/file_size_limit.hpp"
#include "support/scratch.hpp"

#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

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

TEST_CASE("scenarios, batches and single runs are kept beside the runs of pages") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::batch_key const asked{"p", "s", "b"};
  std::string const scenario = R"({"referenceId":"s","name":"Eins"})";
  {
    sim::recording kept{path};
    kept.add(page(scenario), sim::endpoint::scenarios, asked);
    kept.add(page(R"({"referenceId":"b","runs":1})"), sim::endpoint::batches, {"p", "s", {}});
    kept.add(run("r1"), sim::endpoint::run, asked);
    kept.add("{\"referenceId\":\"b\",\n\"runs\":2}", sim::endpoint::batch, asked);
    CHECK(kept.size() == 1);
    CHECK(kept.left_out() == 0);
  }
  sim::recording again{path};
  CHECK(again.size() == 1);
  again.close();
  auto const runs = sim::load_jsonl(path);
  CHECK(runs.size() == 1);
  CHECK(runs.told_scenario({"p", "s", {}})->json == scenario);
  CHECK(runs.told_batch(asked)->runs == 2);
}

TEST_CASE("what is no scenario or batch is not kept, and spoils nothing") {
  test::scratch const folder;
  sim::recording kept{folder.file("runs.jsonl")};
  kept.add("not JSON", sim::endpoint::batch);
  kept.add("[]", sim::endpoint::scenarios);
  kept.add(page("{},7," + std::string{R"({"referenceId":"b"})"}), sim::endpoint::batches,
           {"p", "s", {}});
  CHECK(kept.left_out() == 2);
  kept.add(page(run("r1")), sim::endpoint::batch, {"p", "s", "b"});
  CHECK(kept.size() == 0);
  kept.add(page(run("r1")));
  kept.close();
  CHECK(sim::load_jsonl(folder.file("runs.jsonl")).told_batch({"p", "s", "b"}) != nullptr);
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

TEST_CASE("one id in two batches is two runs, and a run without an id is known by its text") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  auto const other = R"({"id":"r1","projectReference":"p","simulationReference":"s",)"
                     R"("simulationRunBatchReference":"c"})";
  auto const nameless = "{" + run("").substr(9);
  sim::recording kept{path};
  for (int times = 0; times < 2; ++times) {
    kept.add(page(run("r1") + "," + other));
    kept.add(page(nameless + ",{\"x\":1," + nameless.substr(1) + "," + nameless));
  }
  kept.close();
  CHECK(kept.size() == 5);
  CHECK(kept.left_out() == 0);
  sim::recording again{path};
  again.add(page(nameless + "," + nameless));
  CHECK(again.size() == 5);
}

TEST_CASE("half an emoji is recorded, and goes on") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  auto const odd = run("r1", R"(,"turns":[{"text":"\ud83d"}],"big":1e99999999999)");
  {
    sim::recording kept{path};
    kept.add(page(odd));
    CHECK(kept.left_out() == 0);
  }
  sim::recording kept{path};
  kept.add(page(run("r2")));
  CHECK(text_of_file(path) == odd + "\n" + run("r2") + "\n");
}

TEST_CASE("the beginning of a line, which a killed process leaves, is cut off") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  auto const torn = run("r2", R"(,"text":"\u20ac é")");
  for (std::size_t size = 1; size < torn.size(); ++size) {
    test::write_file(path, run("r1") + "\n" + torn.substr(0, size));
    sim::recording kept{path};
    CHECK(kept.size() == 1);
    kept.add(page(torn));
    CHECK(text_of_file(path) == run("r1") + "\n" + torn + "\n");
  }
}

TEST_CASE("a line that is no run is refused and kept, wherever it stands") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  for (std::string const& text :
       {run("r1").substr(0, 20) + "\n" + run("r2"), run("r1") + "\n" + R"({"name":"none of ours"})",
        run("r1") + "\nbuy milk", run("r1") + "\n" + run("r2") + "}"}) {
    test::write_file(path, text);
    CHECK_THROWS_AS(sim::recording{path}, sim::dataset_error);
    CHECK(text_of_file(path) == text);
  }
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

TEST_CASE("a file that cannot grow holds whole lines, and the recording says what it lacks") {
  std::string const lines = run("r1") + "\n" + run("r2") + "\n";
  for (auto const most : {std::size_t{1}, run("r1").size(), run("r1").size() + 1,
                          run("r1").size() + 9, lines.size() - 1}) {
    test::scratch const folder;
    auto const path = folder.file("runs.jsonl");
    auto const whole = most > run("r1").size() ? std::size_t{1} : std::size_t{0};
    {
      sim::recording kept{path};
      {
        test::file_size_limit const limit{most};
        CHECK_THROWS_WITH(kept.add(page(run("r1") + "," + run("r2"))),
                          ContainsSubstring(path + ": cannot be written (File too large)"));
        CHECK(kept.size() == whole);
        CHECK(text_of_file(path) == lines.substr(0, whole * (lines.size() / 2)));
      }
      CHECK_THROWS_WITH(kept.close(),
                        ContainsSubstring(path + ": holds " + std::to_string(whole) +
                                          " runs, and lacks " + std::to_string(2 - whole)) &&
                            ContainsSubstring("File too large"));
      CHECK_NOTHROW(kept.close());
    }
    sim::recording kept{path};
    kept.add(page(run("r1") + "," + run("r2")));
    CHECK_NOTHROW(kept.close());
    CHECK(kept.size() == 2);
    CHECK(text_of_file(path) == lines);
  }
}

TEST_CASE("a page that is sent again when there is room completes the recording") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::recording kept{path};
  {
    test::file_size_limit const limit{run("r1").size() + 9};
    CHECK_THROWS_AS(kept.add(page(run("r1") + "," + run("r2"))), sim::dataset_error);
    CHECK_THROWS_AS(kept.add(page(run("r2"))), sim::dataset_error);
  }
  kept.add(page(run("r2") + "," + run("r3")));
  CHECK_NOTHROW(kept.close());
  CHECK(text_of_file(path) == run("r1") + "\n" + run("r2") + "\n" + run("r3") + "\n");
}

TEST_CASE("what came again and cannot be written leaves the file as it was") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::recording kept{path};
  kept.add(page(run("r1") + "," + run("r2")));
  kept.add(page(run("r1", ",\"new\":true")));
  {
    test::file_size_limit const limit{run("r1").size() + 9};
    CHECK_THROWS_WITH(kept.close(), ContainsSubstring(path) && ContainsSubstring("latest texts") &&
                                        ContainsSubstring("File too large"));
  }
  CHECK(text_of_file(path) == run("r1") + "\n" + run("r2") + "\n");
  CHECK(folder.names() == std::vector<std::string>{"runs.jsonl"});
}

TEST_CASE("a recording that is replaced touches no other file, whatever its name") {
  namespace fs = std::filesystem;
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  test::write_file(folder.file("other"), "buy milk\n");
  test::write_file(path + ".new", "buy bread\n");
  fs::create_symlink(folder.file("other"), folder.file(".runs.jsonl.new"));
  sim::recording kept{path};
  kept.add(page(run("r1")));
  kept.add(page(run("r1", ",\"new\":true")));
  kept.close();
  CHECK(text_of_file(path) == run("r1", ",\"new\":true") + "\n");
  CHECK(text_of_file(folder.file("other")) == "buy milk\n");
  CHECK(text_of_file(path + ".new") == "buy bread\n");
  CHECK(folder.names() ==
        std::vector<std::string>{".runs.jsonl.new", "other", "runs.jsonl", "runs.jsonl.new"});
}

TEST_CASE("a recording to a pipe or a folder is refused, and waits for nobody") {
  test::scratch const folder;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(sim::recording{folder.file("pipe")}, ContainsSubstring("no regular file"));
  CHECK_THROWS_WITH(sim::recording{folder.file("")}, ContainsSubstring("no regular file"));
}

TEST_CASE("a recording that is replaced keeps its mode, and a link to it stays one") {
  namespace fs = std::filesystem;
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  test::write_file(path, run("r1") + "\n");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(path, folder.file("link"));
  sim::recording kept{folder.file("link")};
  kept.add(page(run("r1", ",\"new\":true")));
  kept.close();
  CHECK(text_of_file(path) == run("r1", ",\"new\":true") + "\n");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(fs::is_symlink(folder.file("link")));
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
