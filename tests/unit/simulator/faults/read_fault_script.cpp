#include "simruns/simulator/faults/read_fault_script.hpp"

#include "request_facts.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using test::request;
using kind = sim::fault::kind;

namespace {

/// What a script of this one rule does to the first request.
sim::fault first_of(std::string const& rule) {
  auto const found = sim::read_fault_script("{\"faults\": [" + rule + "]}")(request(1));
  REQUIRE(found);
  return *found;
}

/// How many of ten requests, all for page 3 of batch `b`, meet a rule.
int met(std::string const& rule) {
  auto const script = sim::read_fault_script("{\"faults\": [" + rule + "]}");
  int count = 0;
  for (std::uint64_t n = 1; n <= 10; ++n) count += script(request(n, 3)).has_value();
  return count;
}

std::string problem_of(std::string const& script) {
  try {
    sim::read_fault_script(script);
  } catch (sim::script_error const& refused) {
    return refused.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a script has a seed and rules, in their order") {
  CHECK(sim::read_fault_script(R"({"faults": []})").size() == 0);
  auto const script = sim::read_fault_script(
      R"({"seed": 7, "faults": [{"status": 500}, {"requests": 1, "status": 404}]})");
  CHECK(script.size() == 2);
  CHECK(script(request(1))->status == 500);
}

TEST_CASE("the seed decides what chance hits") {
  auto const hits = [](std::string const& seed) {
    auto const script = sim::read_fault_script("{\"seed\": " + seed +
                                               R"(, "faults": [{"chance": 0.5, "reset": true}]})");
    std::string found;
    for (std::uint64_t n = 1; n <= 64; ++n) found += script(request(n)) ? 'x' : '.';
    return found;
  };
  CHECK(hits("1") == hits("1"));
  CHECK(hits("1") != hits("2"));
}

TEST_CASE("every word that says when is read") {
  CHECK(met(R"({"requests": 4, "status": 500})") == 1);
  CHECK(met(R"({"requests": [4, 5, 11], "status": 500})") == 2);
  CHECK(met(R"({"every": 5, "status": 500})") == 2);
  CHECK(met(R"({"page": 3, "status": 500})") == 10);
  CHECK(met(R"({"page": 2, "status": 500})") == 0);
  CHECK(met(R"({"batch": "b", "status": 500})") == 10);
  CHECK(met(R"({"batch": "c", "status": 500})") == 0);
  CHECK(met(R"({"times": 3, "status": 500})") == 3);
  CHECK(met(R"({"chance": 0, "status": 500})") == 0);
  CHECK(met(R"({"on": "runs", "status": 500})") == 10);
  CHECK(met(R"({"on": "batch", "status": 500})") == 0);
}

TEST_CASE("every word of an answer is read") {
  auto const plain = first_of(R"({"status": 503, "retry_after": 2})");
  CHECK(plain.what == kind::response);
  CHECK(plain.status == 503);
  CHECK_FALSE(plain.body);
  CHECK(plain.retry_after == 2s);
  CHECK_FALSE(plain.retry_after_is_date);
  auto const rich = first_of(
      R"({"status": 429, "body": {"a": [1]}, "headers": {"X-A": "1"}, "retry_after": {"date": -5}})");
  CHECK(rich.body == R"({"a":[1]})");
  CHECK(rich.headers == std::vector<sim::header_field>{{"X-A", "1"}});
  CHECK(rich.retry_after == -5s);
  CHECK(rich.retry_after_is_date);
  CHECK(first_of(R"({"status": 500, "body": "<h1>"})").body == "<h1>");
  CHECK(first_of(R"({"status": 500, "body": ""})").body == "");
}

TEST_CASE("every word of the wire is read") {
  CHECK(first_of(R"({"reset": true})").what == kind::reset);
  CHECK(first_of(R"({"reset": false, "delay": 1})").what == kind::none);
  auto const cut = first_of(R"({"truncate": 10})");
  CHECK(cut.what == kind::truncate);
  CHECK(cut.body_bytes == 10);
  auto const slow = first_of(R"({"drip": {"bytes": 5, "every": 0.25}})");
  CHECK(slow.drip_bytes == 5);
  CHECK(slow.drip_every == 250ms);
  CHECK(first_of(R"({"content_length": 7})").content_length == 7);
  CHECK(first_of(R"({"content_length_add": -7})").content_length_add == -7);
}

TEST_CASE("every form of a delay is read") {
  CHECK(first_of(R"({"delay": 1.5})").delay == 1500ms);
  auto const uniform = first_of(R"({"delay": {"uniform": [1, 2]}})").delay;
  CHECK(uniform >= 1s);
  CHECK(uniform <= 2s);
  CHECK(first_of(R"({"delay": {"exponential": 0}})").delay == 0ms);
  CHECK(first_of(R"({"delay": {"lognormal": [3, 0]}})").delay == 3s);
}

TEST_CASE("every word of a page is read") {
  auto const edit = first_of(R"({"total": -1, "total_add": 5, "has_next": true,
    "repeat_cursor": true, "drop_cursor": true, "mutate": {"member": "sequence", "make": "float"}})")
                        .edit;
  CHECK(edit.total == -1);
  CHECK(edit.total_add == 5);
  CHECK(edit.has_next == true);
  CHECK(edit.repeat_cursor);
  CHECK(edit.drop_cursor);
  REQUIRE(edit.mutations.size() == 1);
  CHECK(edit.mutations[0].member == "sequence");
  CHECK(edit.mutations[0].what == sim::mutation::kind::as_float);
  CHECK(edit.mutations[0].runs.empty());
  CHECK(first_of(R"({"has_next": false})").edit.has_next == false);
}

TEST_CASE("every form of a mutation is read") {
  auto const all = first_of(R"({"mutate": [
      {"member": "a", "make": "null"}, {"member": "n", "make": null}, {"member": "b", "make": "absent", "runs": [0, 99]},
      {"member": "c", "make": "unknown"}, {"member": "d/e", "to": {"x": "ö"}}]})")
                       .edit.mutations;
  REQUIRE(all.size() == 5);
  CHECK(all[0].what == sim::mutation::kind::null);
  CHECK(all[1].what == sim::mutation::kind::null);
  CHECK(all[2].what == sim::mutation::kind::absent);
  CHECK(all[2].runs == std::vector<std::size_t>{0, 99});
  CHECK(all[3].what == sim::mutation::kind::unknown);
  CHECK(all[4].what == sim::mutation::kind::value);
  CHECK(all[4].member == "d/e");
  CHECK(all[4].json == R"({"x":"ö"})");
}

TEST_CASE("a rate limit is read, measured by the clock that is given") {
  auto now = 0ms;
  auto const script = sim::read_fault_script(
      R"({"faults": [{"rate_limit": {"requests": 1, "per": 2}}]})", [&now] { return now; });
  CHECK_FALSE(script(request(1)));
  CHECK(script(request(2))->retry_after == 2s);
  now = 2s;
  CHECK_FALSE(script(request(3)));
}

TEST_CASE("a window of a rate limit is a minute unless told") {
  auto const script = sim::read_fault_script(R"({"faults": [{"rate_limit": {"requests": 1}}]})",
                                             [] { return 0ms; });
  CHECK_FALSE(script(request(1)));
  CHECK(script(request(2))->retry_after == 60s);
}

TEST_CASE("whatever is wrong in a script is refused by its place and what would be right") {
  std::vector<std::pair<std::string, std::string>> const wrong{
      {"{", "not JSON"},
      {"[]", "script: must be an object"},
      {"{}", "script: needs faults"},
      {R"({"faults": {}})", "script.faults: must be a list"},
      {R"({"faults": [], "sead": 1})", "script.sead: is not known here; there is seed, faults"},
      {R"({"faults": [], "seed": -1})", "script.seed: must be a whole number from 0"},
      {R"({"faults": [], "seed": "1"})", "script.seed: must be a whole number from 0"},
  };
  for (auto const& [script, expected] : wrong) {
    INFO(script);
    CHECK_THAT(problem_of(script), ContainsSubstring(expected));
  }
}

TEST_CASE("whatever is wrong in a rule is refused by its place and what would be right") {
  std::vector<std::pair<std::string, std::string>> const wrong{
      {"1", ": must be an object"},
      {R"({"page": 2})", ": says when, but not what goes wrong"},
      {R"({"status": 500, "colour": 1})", ".colour: is not known here"},
      {R"({"status": 199})", ".status: must be a whole number from 200 to 599"},
      {R"({"status": 500.5})", ".status: must be a whole number"},
      {R"({"status": 500, "requests": 0})", ".requests: must be a whole number from 1"},
      {R"({"status": 500, "requests": [1, 0]})", ".requests[1]: must be a whole number from 1"},
      {R"({"status": 500, "every": 0})", ".every: must be a whole number from 1"},
      {R"({"status": 500, "page": 0})", ".page: must be a whole number from 1"},
      {R"({"status": 500, "times": 0})", ".times: must be a whole number from 1"},
      {R"({"status": 500, "batch": 1})", ".batch: must be a text"},
      {R"({"status": 500, "chance": 1.5})", ".chance: must be a number from 0 to 1"},
      {R"({"body": "x"})", ".body: is of an answer: name its status"},
      {R"({"headers": {}})", ".headers: is of an answer"},
      {R"({"retry_after": 1})", ".retry_after: is of an answer"},
      {R"({"status": 500, "headers": []})", ".headers: must be an object"},
      {R"({"status": 500, "headers": {"A": 1}})", ".headers.A: must be a text"},
      {R"({"status": 500, "headers": {"A": "1\nB: 2"}})", ".headers.A: must have a name, and no"},
      {R"({"status": 500, "headers": {"": "1"}})", ".headers.: must have a name"},
      {R"({"status": 500, "retry_after": {}})", ".retry_after: must be seconds, or {date"},
      {R"({"status": 500, "retry_after": {"day": 1}})", ".retry_after.day: is not known here"},
      {R"({"status": 500, "retry_after": 1.5})", ".retry_after: must be a whole number"},
      {R"({"reset": 1})", ".reset: must be true or false"},
      {R"({"status": 500, "reset": true})", ".reset: cannot stand beside a status"},
      {R"({"reset": true, "truncate": 1})", ".truncate: cannot stand beside a status or a reset"},
      {R"({"truncate": -1})", ".truncate: must be a whole number from 0"},
      {R"({"drip": {"bytes": 1}})", ".drip: needs bytes, and every"},
      {R"({"drip": {"bytes": 0, "every": 1}})", ".drip.bytes: must be a whole number from 1"},
      {R"({"drip": {"bytes": 1, "every": -1}})", ".drip.every: must be a number from 0"},
      {R"({"content_length": -1})", ".content_length: must be a whole number from 0"},
      {R"({"content_length_add": 1e3})", ".content_length_add: must be a whole number"},
      {R"({"delay": -1})", ".delay: must be a number from 0 to 31622400"},
      {R"({"delay": "1s"})", ".delay: must be an object"},
      {R"({"delay": {}})", ".delay: must be seconds or one of"},
      {R"({"delay": {"uniform": [1, 2], "exponential": 1}})", ".delay: must be seconds or one of"},
      {R"({"delay": {"uniform": [2, 1]}})", ".delay.uniform: must name the shortest first"},
      {R"({"delay": {"uniform": [2]}})", ".delay.uniform: must be the shortest and the longest"},
      {R"({"delay": {"uniform": [1, "2"]}})", ".delay.uniform[1]: must be a number"},
      {R"({"delay": {"lognormal": 1}})", ".delay.lognormal: must be a list"},
      {R"({"delay": {"lognormal": [1]}})", ".delay.lognormal: must be the median"},
      {R"({"delay": {"lognormal": [1, 11]}})",
       ".delay.lognormal[1]: must be a number from 0 to 10"},
      {R"({"delay": {"normal": 1}})", ".delay.normal: is not known here"},
      {R"({"total": 1.5})", ".total: must be a whole number"},
      {R"({"has_next": 1})", ".has_next: must be true or false"},
      {R"({"repeat_cursor": "yes"})", ".repeat_cursor: must be true or false"},
      {R"({"drop_cursor": 0})", ".drop_cursor: must be true or false"},
      {R"({"mutate": 1})", ".mutate: must be a list"},
      {R"({"mutate": {"make": "null"}})", ".mutate: needs member"},
      {R"({"mutate": {"member": "", "make": "null"}})", ".mutate.member: must not be empty"},
      {R"({"mutate": {"member": "a"}})", ".mutate: needs make or to, and not both"},
      {R"({"mutate": {"member": "a", "make": "null", "to": 1}})", ".mutate: needs make or to"},
      {R"({"mutate": [{"member": "a", "make": "nil"}]})", ".mutate[0].make: must be null, absent"},
      {R"({"mutate": {"member": "a", "to": 1, "runs": [100]}})",
       ".mutate.runs[0]: must be a whole"},
      {R"({"rate_limit": {}})", ".rate_limit: needs requests"},
      {R"({"rate_limit": {"requests": 0}})", ".rate_limit.requests: must be a whole number from 1"},
      {R"({"rate_limit": {"requests": 1, "per": 0}})", ".rate_limit: needs per"},
  };
  for (auto const& [rule, expected] : wrong) {
    INFO(rule);
    CHECK_THAT(problem_of("{\"faults\": [{\"status\": 500}, " + rule + "]}"),
               ContainsSubstring("script.faults[1]" + expected));
  }
}
