#include "simruns/query/discovery_query.hpp"

#include "simruns/error.hpp"
#include "simruns/query/run_query.hpp"
#include "support/catch.hpp"

#include <string>

using simruns::batches_query;
using simruns::resource;
using simruns::run_query;
using simruns::scenarios_query;

TEST_CASE("a query of scenarios or batches starts with the defaults that lose nothing") {
  scenarios_query const scenarios("p");
  CHECK(scenarios.of() == resource::scenarios);
  CHECK(scenarios.project() == "p");
  CHECK(scenarios.sort() == "createdAt:asc");
  CHECK(scenarios.page_size() == 100);
  CHECK_FALSE(scenarios.filtered());
  batches_query const batches("p", "s");
  CHECK(batches.of() == resource::batches);
  CHECK(batches.scenario() == "s");
  CHECK_FALSE(batches.max_items());
}

TEST_CASE("a query of scenarios or batches refuses what cannot be asked") {
  CHECK_THROWS_AS(scenarios_query(""), simruns::request_error);
  CHECK_THROWS_AS(batches_query("p", ".."), simruns::request_error);
  CHECK_THROWS_AS(batches_query("p", "s").status("A\nB"), simruns::request_error);
  CHECK_THROWS_AS(batches_query("p", "s").max_batches(0), simruns::request_error);
  CHECK_THROWS_AS(scenarios_query("p").page_size(101), simruns::request_error);
  CHECK_THROWS_AS(run_query("p", "s", "b").for_run("."), simruns::request_error);
}

TEST_CASE("a position of one list is of no use to another") {
  auto const scenarios = scenarios_query("p").digest();
  auto const batches = batches_query("p", "s").digest();
  CHECK(scenarios != batches);
  CHECK(batches != run_query("p", "s", "b").digest());
  CHECK(batches_query("p", "s").status("COMPLETED").digest() != batches);
  CHECK(batches_query("p", "s").endpoint_type("rest").digest() != batches);
  CHECK(batches_query("p", "s").max_batches(3).digest() == batches);
}

TEST_CASE("a status, an endpoint type and a filter leave out items") {
  CHECK(batches_query("p", "s").status("FAILED").filtered());
  CHECK(batches_query("p", "s").endpoint_type("rest").filtered());
  CHECK(scenarios_query("p").filter("refund").filtered());
}
