#include "peer.hpp"
#include "server_process.hpp"
#include "simruns/query/position.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/make_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <curl/curlver.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

/// Fetches the same pages by this library's transport and by its peers, in turns, and compares the
/// processor time that they cost the client.
namespace bench {
namespace {

constexpr std::size_t page_size = 100;
constexpr std::size_t distinct_pages = 20;
constexpr long read_bytes = 64 * 1024;
constexpr double to_hold = 1.1;

struct options {
  std::size_t rounds = 15;
  std::size_t pages = 1000;
  std::string only;  ///< A part of the names of those who take part.
  bool json = false;
};

constexpr std::string_view usage =
    "usage: transport [--rounds N] [--pages N] [--only NAME] [--json]\n";

options parse(int count, char** arguments) {
  options out;
  for (int i = 1; i < count; ++i) {
    std::string_view const name = arguments[i];
    if (name == "--json") {
      out.json = true;
      continue;
    }
    if (++i == count) throw std::invalid_argument(std::string(usage));
    std::string const value = arguments[i];
    if (name == "--rounds")
      out.rounds = std::stoul(value);
    else if (name == "--pages")
      out.pages = std::stoul(value);
    else if (name == "--only")
      out.only = value;
    else
      throw std::invalid_argument(std::string(usage));
  }
  if (out.rounds == 0 || out.pages == 0) throw std::invalid_argument(std::string(usage));
  return out;
}

request_list requests_for(server_process const& server) {
  simruns::client_config const config(server.url);
  auto const who = simruns::credentials::api_key(server.api_key);
  simruns::run_query query(server.project, server.scenario, server.batch);
  query.page_size(page_size);
  request_list out;
  for (std::size_t i = 0; i < distinct_pages; ++i) {
    simruns::page_start start;
    start.by = simruns::page_start::kind::skip;
    start.skip = i * page_size;
    out.push_back(simruns::make_request(config, who, query, start));
  }
  return out;
}

/// What was measured of one: processor time of each round, in microseconds a page.
struct measured {
  std::unique_ptr<peer> what;
  std::vector<double> user;
  std::vector<double> system;
  std::vector<double> both;
};

double median_of(std::vector<double> values) {
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double least_of(std::vector<double> const& values) {
  return *std::min_element(values.begin(), values.end());
}

double microseconds(timeval const& t) {
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
}

/// Nothing else runs in this process: its time is that of the one whose turn it is.
void take_turn(measured& of, std::size_t pages, std::vector<std::size_t> const& sizes) {
  rusage before{};
  rusage after{};
  bool whole = true;
  ::getrusage(RUSAGE_SELF, &before);
  of.what->fetch(pages, [&](std::size_t i, std::string const& body) {
    whole = whole && body.size() == sizes[i % sizes.size()];
  });
  ::getrusage(RUSAGE_SELF, &after);
  if (!whole) throw std::runtime_error(std::string(of.what->name()) + ": a page of another size");
  auto const count = static_cast<double>(pages);
  of.user.push_back((microseconds(after.ru_utime) - microseconds(before.ru_utime)) / count);
  of.system.push_back((microseconds(after.ru_stime) - microseconds(before.ru_stime)) / count);
  of.both.push_back(of.user.back() + of.system.back());
}

/// Each page as each of them gets it, byte by byte; also the first round, which warms up.
std::vector<std::size_t> check_equal(std::vector<measured>& all) {
  std::vector<std::string> first(distinct_pages);
  for (auto& one : all) {
    one.what->fetch(distinct_pages, [&](std::size_t i, std::string body) {
      if (first[i].empty())
        first[i] = std::move(body);
      else if (body != first[i])
        throw std::runtime_error(std::string(one.what->name()) + ": another page than the others");
    });
  }
  std::vector<std::size_t> sizes;
  for (auto const& body : first) sizes.push_back(body.size());
  return sizes;
}

std::vector<measured> chosen(options const& wanted, server_process const& server) {
  auto const requests = requests_for(server);
  std::vector<std::unique_ptr<peer>> all;
  all.push_back(make_ours(server.url, requests));
  all.push_back(make_curl("libcurl", requests, read_bytes));
  all.push_back(make_curl("libcurl, 16 KiB", requests, 0));
  all.push_back(make_bare(requests, read_bytes));
  std::vector<measured> out;
  for (auto& one : all) {
    if (one->name().find(wanted.only) == std::string_view::npos) continue;
    out.emplace_back();
    out.back().what = std::move(one);
  }
  if (out.empty()) throw std::invalid_argument("nobody has a name with '" + wanted.only + "'");
  return out;
}

struct ratio {
  double of_least;
  double median;
};

/// The first, ours unless it is left out, over another: of the least times, and the median of each
/// round's.
ratio compare(measured const& first, measured const& other) {
  std::vector<double> paired;
  for (std::size_t i = 0; i < first.both.size(); ++i) {
    paired.push_back(first.both[i] / other.both[i]);
  }
  return {least_of(first.both) / least_of(other.both), median_of(paired)};
}

void print_table(std::vector<measured> const& all, options const& wanted, double bytes,
                 bool apart) {
  std::printf(
      "Transport, %zu pages of %zu runs a round, %.0f KB each, %zu rounds; libcurl %s%s\n\n",
      wanted.pages, page_size, bytes / 1e3, wanted.rounds, LIBCURL_VERSION,
      apart ? "" : "; client and server share cores");
  std::printf("%-18s %10s %10s %10s %10s\n", "processor us", "a page", "", "of them", "");
  std::printf("%-18s %10s %10s %10s %10s\n", "", "least", "median", "user", "system");
  for (auto const& one : all) {
    std::printf("%-18s %10.1f %10.1f %10.1f %10.1f\n", std::string(one.what->name()).c_str(),
                least_of(one.both), median_of(one.both), median_of(one.user),
                median_of(one.system));
  }
  std::printf("\n%-38s %8s %8s %8s\n", "processor time, ratio", "of least", "median", "at most");
  for (std::size_t i = 1; i < all.size(); ++i) {
    auto const got = compare(all[0], all[i]);
    auto const label = std::string(all[0].what->name()) + " / " + std::string(all[i].what->name());
    std::printf("%-38s %8.2f %8.2f", label.c_str(), got.of_least, got.median);
    if (all[i].what->name() == "libcurl") std::printf(" %8.1f", to_hold);
    std::printf("\n");
  }
}

void print_json(std::vector<measured> const& all, double bytes, bool apart) {
  for (auto const& one : all) {
    boost::json::object line;
    line["transport"] = std::string(one.what->name()).c_str();
    line["processor_microseconds_a_page"] = least_of(one.both);
    line["median_processor_microseconds_a_page"] = median_of(one.both);
    line["median_user_microseconds_a_page"] = median_of(one.user);
    line["median_system_microseconds_a_page"] = median_of(one.system);
    line["bytes_a_page"] = bytes;
    line["cores_of_their_own"] = apart;
    std::cout << boost::json::serialize(line) << '\n';
  }
  for (std::size_t i = 1; i < all.size(); ++i) {
    auto const got = compare(all[0], all[i]);
    boost::json::object line;
    line["transport"] = std::string(all[0].what->name()).c_str();
    line["peer"] = std::string(all[i].what->name()).c_str();
    line["processor_time_ratio"] = got.of_least;
    line["median_processor_time_ratio"] = got.median;
    if (all[i].what->name() == "libcurl") line["at_most"] = to_hold;
    std::cout << boost::json::serialize(line) << '\n';
  }
}

void run(options const& wanted) {
  server_process const server(page_size * distinct_pages);
  auto all = chosen(wanted, server);
  auto const sizes = check_equal(all);
  for (std::size_t round = 0; round < wanted.rounds; ++round) {
    for (std::size_t turn = 0; turn < all.size(); ++turn) {
      take_turn(all[(turn + round) % all.size()], wanted.pages, sizes);
    }
  }
  double bytes = 0;
  for (auto const size : sizes) bytes += static_cast<double>(size);
  bytes /= static_cast<double>(sizes.size());
  if (wanted.json) {
    print_json(all, bytes, server.apart);
  } else {
    print_table(all, wanted, bytes, server.apart);
  }
}

}  // namespace
}  // namespace bench

int main(int count, char** arguments) {
  try {
    bench::run(bench::parse(count, arguments));
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
