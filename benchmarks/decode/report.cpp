#include "report.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>
#include <rapidjson/rapidjson.h>
#include <simdjson.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

namespace bench {
namespace {

constexpr double runs_a_page = 100;

struct bar {
  std::string_view ours;
  std::string_view peer;
  double to_hold;
  double goal;  ///< As `to_hold` where there is no further one.
};
constexpr std::array<bar, 7> bars{{
    {"simruns views", "simdjson strings", 1.0, 1.3},
    {"simruns views", "simdjson views", 0, 0},
    {"simruns columns", "simdjson columns", 0, 0},
    {"simruns columns", "Boost.JSON DOM", 2, 2},
    {"simruns columns", "nlohmann DOM", 12, 12},
    {"simruns views", "rapidjson SAX", 0, 0},
    {"simruns columns", "simdjson strings", 0, 0},
}};

measured const* find(std::vector<measured> const& results, std::string_view name) {
  for (auto const& r : results) {
    if (r.what->name() == name) return &r;
  }
  return nullptr;
}

double bytes_of(page_list const& pages) {
  std::size_t sum = 0;
  for (auto const& page : pages) sum += page.size();
  return static_cast<double>(sum);
}

double microseconds_a_run(double seconds, page_list const& pages) {
  return seconds * 1e6 / (static_cast<double>(pages.size()) * runs_a_page);
}

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

/// simdjson finds the structure with what it picks at run time, and inlines the rest.
std::string versions() {
  auto const boost = BOOST_VERSION;
  std::string out = "Boost " + dotted(boost / 100000, boost / 100 % 1000, boost % 100);
  out += ", simdjson " SIMDJSON_STRINGIFY(SIMDJSON_VERSION) " (";
  out += simdjson::get_active_implementation()->name();
  out += ", inlined " SIMDJSON_STRINGIFY(SIMDJSON_BUILTIN_IMPLEMENTATION) "), nlohmann ";
  out +=
      dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
  return out + ", rapidjson " RAPIDJSON_VERSION_STRING;
}

}  // namespace

void print_table(std::vector<measured> const& results, page_list const& pages) {
  double const bytes = bytes_of(pages);
  std::printf("%zu pages of 100 runs, %.0f KB each; %s\n\n", pages.size(),
              bytes / 1e3 / static_cast<double>(pages.size()), versions().c_str());
  std::printf("%-18s %8s %10s %10s %12s %12s\n", "", "GB/s", "us a run", "median", "allocations",
              "peak");
  std::printf("%-18s %8s %10s %10s %12s %12s\n", "", "best", "best", "us a run", "a page",
              "KB a page");
  for (auto const& r : results) {
    std::printf("%-18.*s %8.3f %10.2f %10.2f %12.0f %12.0f\n",
                static_cast<int>(r.what->name().size()), r.what->name().data(),
                bytes / r.best() / 1e9, microseconds_a_run(r.best(), pages),
                microseconds_a_run(r.median(), pages), r.allocations(),
                static_cast<double>(r.peak_bytes()) / 1e3);
  }
  std::printf("\n%-38s %8s %8s %8s %8s\n", "times as fast", "of best", "median", "to hold", "goal");
  for (auto const& b : bars) {
    auto const* const ours = find(results, b.ours);
    auto const* const peer = find(results, b.peer);
    if (ours == nullptr || peer == nullptr) continue;
    auto const got = compare(*peer, *ours);
    auto const label = std::string(b.ours) + " / " + std::string(b.peer);
    std::printf("%-38s %8.2f %8.2f", label.c_str(), got.of_best, got.median);
    if (b.to_hold > 0) std::printf(" %8.1f %8.1f", b.to_hold, b.goal);
    std::printf("\n");
  }
}

void print_json(std::vector<measured> const& results, page_list const& pages) {
  for (auto const& r : results) {
    boost::json::object line;
    line["variant"] = std::string(r.what->name()).c_str();
    line["gigabytes_a_second"] = bytes_of(pages) / r.best() / 1e9;
    line["microseconds_a_run"] = microseconds_a_run(r.best(), pages);
    line["median_microseconds_a_run"] = microseconds_a_run(r.median(), pages);
    line["allocations_a_page"] = r.allocations();
    line["peak_bytes"] = r.peak_bytes();
    std::cout << boost::json::serialize(line) << '\n';
  }
  for (auto const& b : bars) {
    auto const* const ours = find(results, b.ours);
    auto const* const peer = find(results, b.peer);
    if (ours == nullptr || peer == nullptr) continue;
    auto const got = compare(*peer, *ours);
    boost::json::object line;
    line["ours"] = std::string(b.ours).c_str();
    line["peer"] = std::string(b.peer).c_str();
    line["ratio"] = got.of_best;
    line["median_ratio"] = got.median;
    if (b.to_hold > 0) line["to_hold"] = b.to_hold;
    std::cout << boost::json::serialize(line) << '\n';
  }
}

}  // namespace bench
