#include "simruns/page/gather.hpp"

#include "simruns/page/notes.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <optional>
#include <string>
#include <vector>

using simruns::errc;
using simruns::page;
using simruns::page_notes;
using simruns::run_ptr;
using simruns::testing::page_of;
using test::page_around;
using test::parsed;

namespace {

/// Two runs with an issue each, and one without between them.
page odd_page() {
  return parsed(page_around(R"({"id":"a","sequence":"x"},{"id":"b"},{"id":"c","sequence":false})"));
}

std::string joined_ids(page const& source) {
  std::string out;
  for (auto const& run : source) out += run.id;
  return out;
}

/// The paths of the issues about the member `sequence`.
std::vector<std::string> sequence_paths(std::span<simruns::issue const> issues) {
  std::vector<std::string> out;
  for (auto const& noted : issues) {
    if (noted.path.ends_with("sequence") && noted.message.starts_with("expected")) {
      out.emplace_back(noted.path);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("gathered runs stand in the order that was asked for, and keep their pages alive") {
  page const gathered = [] {
    auto const first = parsed(page_of({"a", "b"}));
    auto const second = parsed(page_of({"c", "d"}));
    std::vector<run_ptr> const runs{second.share(1), first.share(0), second.share(0)};
    return simruns::gather(runs);
  }();
  CHECK(joined_ids(gathered) == "dac");
  CHECK(gathered.share(1)->json() == simruns::testing::sample_run("a", 1));
  CHECK(gathered.body().empty());
  CHECK(gathered.bad_runs().empty());
  CHECK_FALSE(gathered.pagination().total);
  CHECK(simruns::gather({}).empty());
}

TEST_CASE("gathered runs have their issues, and their page no others") {
  auto const source = odd_page();
  std::vector<run_ptr> const runs{source.share(2), source.share(1), source.share(0)};
  auto const gathered = simruns::gather(runs);
  CHECK(sequence_paths(gathered.issues()) ==
        std::vector<std::string>{"/data/2/sequence", "/data/0/sequence"});
  CHECK(sequence_paths(gathered[0].issues) == std::vector<std::string>{"/data/2/sequence"});
  CHECK(sequence_paths(gathered[2].issues) == std::vector<std::string>{"/data/0/sequence"});
}

TEST_CASE("the notes of a page make the same page odd in the same way") {
  auto const source = odd_page();
  auto const notes = simruns::notes_of(source);
  auto const again = simruns::with_notes(source, notes);
  REQUIRE(again.issues().size() == source.issues().size());
  for (std::size_t i = 0; i < source.issues().size(); ++i) {
    CHECK(again.issues()[i].path == source.issues()[i].path);
    CHECK(again.issues()[i].message == source.issues()[i].message);
  }
  for (std::size_t i = 0; i < source.size(); ++i) {
    CHECK(again[i].issues.size() == source[i].issues.size());
  }
}

TEST_CASE("the notes of a selection leave out issues of runs that it left out") {
  std::vector<std::size_t> const last{2};
  auto const notes = simruns::notes_of(odd_page().select(last));
  std::vector<std::string> paths;
  for (auto const& note : notes.issues) {
    if (!note.path.starts_with("/data/")) continue;
    CHECK(note.run == std::optional<std::size_t>(0));
    CHECK(note.path.starts_with("/data/2"));
    paths.push_back(note.path);
  }
  CHECK_FALSE(paths.empty());
}

TEST_CASE("notes that are of no page of this size are refused") {
  auto const source = parsed(page_of({"a", "b"}));
  auto const refused = [&](std::vector<page_notes::note> issues) {
    try {
      simruns::with_notes(source, {std::move(issues), {}});
    } catch (simruns::request_error const& error) {
      return error.code() == errc::invalid_argument;
    }
    return false;
  };
  CHECK(refused({{2, "/data/2", "x"}}));
  CHECK(refused({{0, "/data/0", "x"}, {1, "/data/1", "x"}, {0, "/data/0", "y"}}));
  CHECK_FALSE(refused({{0, "/data/0", "x"}, {0, "/data/0", "y"}, {std::nullopt, "/data", "z"}}));
}
