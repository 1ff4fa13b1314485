#include "simruns/simulator/answer/detail/parameters.hpp"

#include "simruns/simulator/store/detail/bad_request.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace sim = simruns::simulator;

namespace {

std::string refused_field(std::string_view query) {
  try {
    sim::detail::read_parameters(query);
  } catch (sim::detail::bad_request const& problem) {
    CHECK(std::string_view{problem.what()}.size() > 10);
    return problem.field();
  }
  return "";
}

}  // namespace

TEST_CASE("a query that names only its project has the contract's defaults") {
  auto const query = sim::detail::read_parameters("projectId=p");
  CHECK(query.batch.project == "p");
  CHECK(query.limit == 20);
  CHECK(query.skip == 0);
  CHECK(query.order.text() == "createdAt:asc");
  CHECK(query.filter.text().empty());
  CHECK(query.end_point_type.empty());
  CHECK_FALSE(query.next.has_value());
  CHECK_FALSE(query.previous.has_value());
}

TEST_CASE("names and values are percent-decoded, and a plus is a space") {
  auto const query =
      sim::detail::read_parameters("project%49d=a+b%2Bc%20%C3%B6&endPointType=%26%3D");
  CHECK(query.batch.project == "a b+c ö");
  CHECK(query.end_point_type == "&=");
}

TEST_CASE("the project is required") {
  CHECK(refused_field("") == "projectId");
  CHECK(refused_field("projectId=") == "projectId");
  CHECK(refused_field("projectId") == "projectId");
  CHECK(refused_field("projectid=p") == "projectId");
}

TEST_CASE("limit is a whole number from 1 to 100") {
  CHECK(sim::detail::read_parameters("projectId=p&limit=1").limit == 1);
  CHECK(sim::detail::read_parameters("projectId=p&limit=100").limit == 100);
  for (std::string const bad : {"0", "101", "-1", "", "1.0", "ten", "+5", "%205", "1e2", "0x10",
                                "99999999999999999999999", "5%00"}) {
    INFO(bad);
    CHECK(refused_field("projectId=p&limit=" + bad) == "limit");
  }
}

TEST_CASE("skip is a whole number of 0 or more, without an upper bound") {
  CHECK(sim::detail::read_parameters("projectId=p&skip=0").skip == 0);
  CHECK(sim::detail::read_parameters("projectId=p&skip=99999999999999999999999").skip ==
        9007199254740991);
  for (std::string const bad : {"-1", "", "1.5", "x", "%2B1"}) {
    INFO(bad);
    CHECK(refused_field("projectId=p&skip=" + bad) == "skip");
  }
}

TEST_CASE("sort is a list of known fields, each with a direction") {
  CHECK(
      sim::detail::read_parameters("projectId=p&sort=createdAt:desc,id:asc").order.keys().size() ==
      2);
  CHECK(sim::detail::read_parameters("projectId=p&sort=name%3Aasc").order.keys().size() == 1);
  for (std::string const bad :
       {"", "createdAt", "createdAt:", "createdAt:up", "createdAt:ASC", ":asc", "nonsense:asc",
        "createdAt:asc,", ",createdAt:asc", "createdAt:asc,createdAt:desc", "createdAt:asc:desc"}) {
    INFO(bad);
    CHECK(refused_field("projectId=p&sort=" + bad) == "sort");
  }
}

TEST_CASE("filter is a list of known fields, each with a value") {
  CHECK(refused_field("projectId=p&filter=status:FAILED,success:true,sequence:-3").empty());
  CHECK(refused_field("projectId=p&filter=endPointType:a:b").empty());
  for (std::string const bad : {"", "status", "status:", ":x", "nonsense:x", "name:x", "sequence:x",
                                "sequence:1.5", "success:yes", "status:A,", ","}) {
    INFO(bad);
    CHECK(refused_field("projectId=p&filter=" + bad) == "filter");
  }
}

TEST_CASE("a known parameter given twice is refused, even with the same value") {
  CHECK(refused_field("projectId=p&projectId=p") == "projectId");
  CHECK(refused_field("projectId=p&limit=5&limit=5") == "limit");
  CHECK(refused_field("projectId=p&next=a&n%65xt=a") == "next");
}

TEST_CASE("unknown parameters are ignored, doubled or not") {
  CHECK(refused_field("projectId=p&x=1&x=2&&=&%zz=1&y=%zz").empty());
}

TEST_CASE("a bad escape is refused with the name of its parameter") {
  CHECK(refused_field("projectId=%zz") == "projectId");
  CHECK(refused_field("projectId=p&sort=%2") == "sort");
  CHECK(refused_field("projectId=p&endPointType=%") == "endPointType");
}

TEST_CASE("one cursor is taken as it is, both are refused, and skip beside one is ignored") {
  CHECK(sim::detail::read_parameters("projectId=p&next=abc").next == "abc");
  CHECK(sim::detail::read_parameters("projectId=p&previous=").previous == "");
  CHECK(refused_field("projectId=p&next=a&previous=b") == "next");
  CHECK(refused_field("projectId=p&next=a&skip=5").empty());
}

TEST_CASE("a message shows a client's text only as far as it is harmless") {
  CHECK(sim::detail::shown("a\n\xff\"") == "'a ?\"'");
  CHECK(sim::detail::shown(std::string(100, 'x')) == "'" + std::string(40, 'x') + "...'");
}
