// Walks over pages of which a run is no JSON.

#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using simruns::errc;
using simruns::walk_verdict;
using simruns::testing::page_of;
using simruns::testing::sample_paging;
using simruns::testing::scripted_transport;
using id_list = std::vector<std::string>;

namespace {

/// A page of these runs, of which those whose id begins with `bad` hold a NaN.
std::string page_with(id_list const& runs, std::int64_t total, std::string const& cursor = {}) {
  sample_paging paging;
  if (!cursor.empty()) paging.next = cursor;
  paging.total = total;
  auto out = page_of(runs, paging);
  for (auto at = out.find("\"id\":\"bad"); at != out.npos; at = out.find("\"id\":\"bad", at + 1)) {
    auto const duration = out.find("\"duration\":1500", at);
    out.replace(duration, 15, "\"duration\":NaN");
  }
  return out;
}

simruns::run_query leaving_out() { return test::query().skip_bad_runs(true); }

struct outcome {
  test::walked got;
  simruns::completeness tally;
  std::vector<simruns::bad_run> bad;
  std::size_t requests = 0;
};

outcome walked(simruns::run_query const& query, std::vector<std::string> pages) {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_pages(std::move(pages));
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(query));
  outcome out;
  out.got = test::run(context, test::read_all(runs));
  out.tally = runs->completeness();
  out.bad = runs->bad_runs();
  out.requests = link->requests().size();
  return out;
}

}  // namespace

TEST_CASE("a run that is no JSON ends a walk with its name, unless it may be left out") {
  std::vector<std::string> const pages{page_with({"a", "b"}, 5, "c1"),
                                       page_with({"c", "bad1", "d"}, 5)};
  auto const ended = walked(test::query(), pages);
  CHECK(ended.got.ids == id_list{"a", "b"});
  CHECK(ended.got.code == errc::decode);
  CHECK_FALSE(ended.got.position.empty());
  auto const whole = walked(leaving_out(), pages);
  CHECK(whole.got.ids == id_list{"a", "b", "c", "d"});
  CHECK_FALSE(whole.got.code);
  REQUIRE(whole.bad.size() == 1);
  CHECK(whole.bad[0].path == "/data/1");
  CHECK(whole.bad[0].text.starts_with("{\"id\":\"bad1\""));
  CHECK(whole.tally.bad == 1);
  CHECK(whole.tally.received == 4);
  CHECK(whole.tally.verdict() == walk_verdict::unverified);
  CHECK(to_string(whole.tally).find(", 1 left out as bad") != std::string::npos);
}

TEST_CASE("a walk whose runs may be left out, and that has none to leave out, is complete") {
  auto const whole = walked(leaving_out(), {page_with({"a"}, 2, "c1"), page_with({"b"}, 2)});
  CHECK(whole.tally.verdict() == walk_verdict::complete);
  CHECK(whole.bad.empty());
}

TEST_CASE("a page of bad runs only does not end the walk, nor count as an empty one") {
  std::vector<std::string> pages;
  for (int i = 0; i < 6; ++i) {
    pages.push_back(page_with({"bad" + std::to_string(i)}, 7, "c" + std::to_string(i)));
  }
  pages.push_back(page_with({"a"}, 7));
  auto const whole = walked(leaving_out(), pages);
  CHECK(whole.got.ids == id_list{"a"});
  CHECK_FALSE(whole.got.code);
  CHECK(whole.tally.bad == 6);
  CHECK(whole.bad.size() == 6);
  CHECK(whole.tally.verdict() == walk_verdict::unverified);
}

TEST_CASE("a batch of bad runs only is none without runs") {
  auto const whole = walked(leaving_out(), {page_with({"bad"}, 1)});
  CHECK(whole.got.ids.empty());
  CHECK_FALSE(whole.tally.empty());
  CHECK(whole.tally.verdict() == walk_verdict::unverified);
}

TEST_CASE("runs that did not come are missing beside those that were left out") {
  auto const whole = walked(leaving_out(), {page_with({"a", "bad"}, 3)});
  CHECK(whole.got.code == errc::incomplete);
  CHECK(whole.tally.verdict() == walk_verdict::incomplete);
}

TEST_CASE("a bad run that comes again on a later page is counted and told of once") {
  auto const whole =
      walked(leaving_out(), {page_with({"bad", "a"}, 3, "c1"), page_with({"bad", "b"}, 3)});
  CHECK(whole.got.ids == id_list{"a", "b"});
  CHECK(whole.tally.bad == 1);
  CHECK(whole.bad.size() == 1);
}

TEST_CASE("a walk that must count its way counts the runs that were left out") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  auto first = page_with({"bad", "a"}, 3, "x");
  first.replace(first.find(R"("next":"x")"), 10, R"("next":"")");
  link->then_page(first).then_page(page_with({"b"}, 3));
  auto client = test::scripted_client(context.get_executor(), link, 0);
  auto runs = test::share(client.runs(leaving_out()));
  CHECK(test::run(context, test::read_all(runs)).ids == id_list{"a", "b"});
  CHECK(link->requests()[1].find("skip=2") != std::string::npos);
}

TEST_CASE("page by page, a page whose runs were all left out comes too, once") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_with({"bad1"}, 3, "c1"))
      .then_page(page_with({"a"}, 3, "c2"))
      .then_page(page_with({"bad2"}, 3));
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(leaving_out()));
  std::vector<std::size_t> sizes;
  std::size_t bad = 0;
  while (auto const page = test::run(context, runs->next_page())) {
    sizes.push_back(page.size());
    bad += page.bad_runs().size();
  }
  CHECK(sizes == std::vector<std::size_t>{0, 1, 0});
  CHECK(bad == 2);
  CHECK(runs->bad_runs().size() == 2);
}

TEST_CASE("windows leave a batch with a bad run to the cursor, and tell of it once") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->always_call([](simruns::http_request const& request) {
    auto const& target = request.target;
    auto const skip = target.find("skip=");
    auto const next = target.find("next=c");
    std::int64_t first = 0;
    if (skip != target.npos) first = std::stoll(target.substr(skip + 5));
    if (next != target.npos) first = std::stoll(target.substr(next + 6));
    id_list runs;
    for (auto i = first; i < std::min<std::int64_t>(first + 4, 40); ++i) {
      runs.push_back((i == 17 ? "bad" : "r") + std::to_string(i));
    }
    auto const more = first + 4 < 40 ? "c" + std::to_string(first + 4) : std::string();
    return simruns::http_response(200, page_with(runs, 40, more));
  });
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(leaving_out().page_size(4)));
  CHECK(test::run(context, test::read_all(runs)).ids.size() == 39);
  CHECK(runs->completeness().walk == simruns::walk_kind::restarted);
  CHECK(runs->completeness().bad == 1);
  CHECK(runs->bad_runs().size() == 1);
}

TEST_CASE("a followed batch leaves no run out") {
  test::asio::io_context context;
  auto client =
      test::scripted_client(context.get_executor(), std::make_shared<scripted_transport>());
  CHECK_THROWS_AS(client.follow(leaving_out()), simruns::request_error);
}
