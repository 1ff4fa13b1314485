#include "simruns/simulator/answer/detail/edit_page.hpp"

#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>
#include <utility>

namespace sim = simruns::simulator;
using kind = sim::mutation::kind;

namespace {

std::string const plain_run =
    R"({"sequence": 7, "rate": 1.50, "metrics": {"success": true, "status": "SUCCESS"},)"
    R"( "turns": [{"text": "a"}, {"text": "b"}]})";

std::string edited(std::string member, kind what, std::string json = "") {
  sim::page_edit edit;
  edit.mutations.push_back({std::move(member), what, std::move(json), {}});
  return sim::detail::edited_item(plain_run, edit, 0);
}

std::string replaced(std::string text, std::string const& what, std::string const& by) {
  return text.replace(text.find(what), what.size(), by);
}

sim::detail::stored_page middle_page() {
  sim::detail::stored_page page;
  page.total = 30;
  page.has_next = true;
  page.has_previous = true;
  page.next = "n2";
  page.previous = "p2";
  return page;
}

}  // namespace

TEST_CASE("each mutation changes its member and not one other byte") {
  CHECK(edited("metrics/success", kind::null) == replaced(plain_run, "true", "null"));
  CHECK(edited("sequence", kind::as_float) == replaced(plain_run, "7", "7.0"));
  CHECK(edited("metrics/status", kind::unknown) == replaced(plain_run, "SUCCESS", "SOMETHING_NEW"));
  CHECK(edited("turns/1/text", kind::value, "[1]") == replaced(plain_run, "\"b\"", "[1]"));
  CHECK(edited("metrics/status", kind::absent) ==
        replaced(plain_run, ", \"status\": \"SUCCESS\"", ""));
  CHECK(edited("turns/0", kind::absent) == replaced(plain_run, "{\"text\": \"a\"},", ""));
}

TEST_CASE("only a whole number becomes a float") {
  CHECK(edited("rate", kind::as_float) == plain_run);
  CHECK(edited("metrics/status", kind::as_float) == plain_run);
  sim::page_edit edit;
  edit.mutations.push_back({"a", kind::as_float, "", {}});
  CHECK(sim::detail::edited_item(R"({"a": -1764000000000})", edit, 0) ==
        R"({"a": -1764000000000.0})");
}

TEST_CASE("what is not there stays so, but for a value that is given") {
  for (auto const what : {kind::null, kind::absent, kind::as_float, kind::unknown}) {
    CHECK(edited("nothing", what) == plain_run);
    CHECK(edited("nothing/below", what) == plain_run);
  }
  CHECK(edited("metrics/new", kind::value, "1") ==
        replaced(plain_run, "\"SUCCESS\"", "\"SUCCESS\",\"new\":1"));
}

TEST_CASE("a mutation is of the runs that it names, or of all; several come in their order") {
  sim::page_edit edit;
  edit.mutations.push_back({"sequence", kind::value, "1", {0, 2}});
  edit.mutations.push_back({"sequence", kind::as_float, "", {}});
  CHECK(sim::detail::edited_item(plain_run, edit, 0) == replaced(plain_run, "7", "1.0"));
  CHECK(sim::detail::edited_item(plain_run, edit, 1) == replaced(plain_run, "7", "7.0"));
  CHECK(sim::detail::edited_item(plain_run, edit, 2) == replaced(plain_run, "7", "1.0"));
}

TEST_CASE("the total is another one, a shifted one, or both") {
  auto page = middle_page();
  sim::page_edit edit;
  edit.total_add = -5;
  sim::detail::edit_pagination(page, edit, {});
  CHECK(page.total == 25);
  edit.total = -1;
  sim::detail::edit_pagination(page, edit, {});
  CHECK(page.total == -6);
}

TEST_CASE("has_next says what it is told, and touches no cursor") {
  auto page = middle_page();
  sim::page_edit edit;
  edit.has_next = false;
  sim::detail::edit_pagination(page, edit, {});
  CHECK_FALSE(page.has_next);
  CHECK(page.next == "n2");
}

TEST_CASE("a repeated cursor is the one that was sent, in the direction it was sent in") {
  sim::page_edit edit;
  edit.repeat_cursor = true;
  sim::detail::page_query query;
  auto untouched = middle_page();
  sim::detail::edit_pagination(untouched, edit, query);
  CHECK(untouched.next == "n2");
  query.next = "n1";
  auto forward = middle_page();
  forward.has_next = false;
  forward.next.reset();
  sim::detail::edit_pagination(forward, edit, query);
  CHECK(forward.has_next);
  CHECK(forward.next == "n1");
  CHECK(forward.previous == "p2");
  query.next.reset();
  query.previous = "p1";
  auto backward = middle_page();
  sim::detail::edit_pagination(backward, edit, query);
  CHECK(backward.has_previous);
  CHECK(backward.previous == "p1");
  CHECK(backward.next == "n2");
}

TEST_CASE("a dropped cursor is missing though there is more") {
  auto page = middle_page();
  sim::page_edit edit;
  edit.drop_cursor = true;
  sim::detail::edit_pagination(page, edit, {});
  CHECK(page.has_next);
  CHECK(page.has_previous);
  CHECK_FALSE(page.next);
  CHECK_FALSE(page.previous);
}
