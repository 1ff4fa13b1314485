#include "simruns/request/make_request.hpp"

#include "simruns/query/discovery_query.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/text/percent.hpp"
#include "simruns/version.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using simruns::base_url;
using simruns::make_target;
using simruns::page_start;
using simruns::run_query;
using simruns::detail::percent_decode;
using simruns::detail::percent_encode;

namespace {

base_url const base("https://h/testing");

std::string target(run_query const& query, page_start const& start = {}) {
  return make_target(base, query, start);
}

std::string_view header(simruns::http_request const& request, std::string_view name) {
  for (auto const& [key, value] : request.headers) {
    if (simruns::same_header(key, name)) return value;
  }
  return "(none)";
}

}  // namespace

TEST_CASE("the target of a first page is the contract's path and its parameters") {
  CHECK(target(run_query("p", "s", "b")) ==
        "/testing/simulations/s/batches/b/runs?projectId=p&limit=100&sort=createdAt%3Aasc");
}

TEST_CASE("every parameter that is set is sent, in one order") {
  run_query query("p", "s", "b");
  query.sort("a:asc,b:desc").filter("x = 1").endpoint_type("rest").page_size(7);
  CHECK(target(query, page_start::at_skip(14)) ==
        "/testing/simulations/s/batches/b/runs?projectId=p&limit=7&sort=a%3Aasc%2Cb%3Adesc"
        "&filter=x%20%3D%201&endPointType=rest&skip=14");
}

TEST_CASE("what is empty is not sent") {
  run_query query("p", "s", "b");
  query.sort("");
  CHECK(make_target(base_url("https://h"), query, {}) ==
        "/simulations/s/batches/b/runs?projectId=p&limit=100");
}

TEST_CASE("a cursor goes with filter, sort and limit, and never beside skip or the other cursor") {
  run_query query("p", "s", "b");
  query.filter("f").skip(200);
  CHECK(target(query, page_start::at_next("c/1=")) ==
        "/testing/simulations/s/batches/b/runs?projectId=p&limit=100&sort=createdAt%3Aasc"
        "&filter=f&next=c%2F1%3D");
  CHECK(target(query, page_start::at_previous("c+1")) ==
        "/testing/simulations/s/batches/b/runs?projectId=p&limit=100&sort=createdAt%3Aasc"
        "&filter=f&previous=c%2B1");
}

TEST_CASE("references cannot leave their place in the path") {
  run_query const query("a&limit=1", "simulation/../x", "b?c#d;%2e");
  CHECK(target(query) ==
        "/testing/simulations/simulation%2F..%2Fx/batches/b%3Fc%23d%3B%252e/runs"
        "?projectId=a%26limit%3D1&limit=100&sort=createdAt%3Aasc");
}

TEST_CASE("a target is of harmless ASCII, whatever bytes a cursor holds") {
  std::string cursor;
  for (int c = 0; c < 256; ++c) cursor += static_cast<char>(c);
  auto const text =
      target(run_query("p\xc3\xb6", "s\xf0\x9f\x98\x80", "b"), page_start::at_next(cursor));
  CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }));
  CHECK(text.find("simulations/s%F0%9F%98%80/") != text.npos);
  auto const sent = text.substr(text.find("next=") + 5);
  CHECK(sent.find_first_of("&=+?#/") == sent.npos);
  CHECK(percent_decode(sent) == cursor);
}

TEST_CASE("a request is a GET to the base URL's host with the credential in its header") {
  simruns::client_config const config("http://Api.Example:8080/testing");
  auto const request = simruns::make_request(config, simruns::credentials::bearer("t0ken"),
                                             run_query("p", "s", "b"), page_start::at_next("c"));
  CHECK(request.host == "api.example");
  CHECK(request.port == 8080);
  CHECK_FALSE(request.tls);
  CHECK(request.target ==
        make_target(config.base, run_query("p", "s", "b"), page_start::at_next("c")));
  CHECK(request.target.find("t0ken") == request.target.npos);
  CHECK(header(request, "host") == "api.example:8080");
  CHECK(header(request, "accept") == "application/json");
  CHECK(header(request, "accept-encoding") == "(none)");  // the transport's, which unpacks
  CHECK(header(request, "authorization") == "Bearer t0ken");
  CHECK(header(request, "x-api-key") == "(none)");
  CHECK(header(request, "user-agent").starts_with("simruns/"));
}

TEST_CASE("gzip may be used where the configuration says so") {
  for (bool const compression : {true, false}) {
    simruns::client_config config("https://api.example/testing");
    config.compression = compression;
    auto const request = simruns::make_request(config, simruns::credentials::bearer("t"),
                                               run_query("p", "s", "b"), page_start());
    CHECK(request.gzip == compression);
  }
}

TEST_CASE("percent-encoding leaves the unreserved characters and comes back from any bytes") {
  CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(percent_encode(" %/\xff") == "%20%25%2F%FF");
  CHECK(percent_encode(std::string_view("\0", 1)) == "%00");
  test::random_source random(3);
  for (int i = 0; i < 2000; ++i) {
    auto const bytes = random.bytes(50);
    CHECK(percent_decode(percent_encode(bytes)) == bytes);
  }
}

TEST_CASE("an escape that is not two hexadecimal digits is refused") {
  CHECK(percent_decode("%4a%4A") == "JJ");
  for (std::string_view bad : {"%", "%4", "a%", "a%4", "%g0", "%0g", "%%41", "% 1", "%+1"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decode(bad).has_value());
  }
}

TEST_CASE("a response's headers are found in any case, the first one first") {
  simruns::http_response response(200, "body");
  response.headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  CHECK(response.header("CONTENT-TYPE") == "a");
  CHECK(response.header("content").empty());
  CHECK_FALSE(simruns::same_header("a[", "a{"));
}

TEST_CASE("scenarios, batches, one batch and one run are asked for by the paths of the contract") {
  run_query const runs("p 1", "s/2", "b?3");
  CHECK(make_target(base, simruns::scenarios_query("p 1"), {}) ==
        "/testing/simulations?projectId=p%201&limit=100&sort=createdAt%3Aasc");
  auto batches = simruns::batches_query("p 1", "s/2").status("COMPLETED").endpoint_type("rest");
  CHECK(make_target(base, batches.page_size(7), page_start::at_next("c+1")) ==
        "/testing/simulations/s%2F2/batches?projectId=p%201&limit=7&sort=createdAt%3Aasc"
        "&endPointType=rest&status=COMPLETED&next=c%2B1");
  CHECK(make_target(base, runs.for_batch(), {}) ==
        "/testing/simulations/s%2F2/batches/b%3F3?projectId=p%201");
  CHECK(make_target(base, runs.for_run("r 4"), {}) ==
        "/testing/simulations/s%2F2/batches/b%3F3/runs/r%204?projectId=p%201");
}
