#include "pages.hpp"

#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/data/generate.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "variant.hpp"

#include <boost/json/serialize.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

std::string file_name(std::string const& directory, std::size_t index, char const* ending) {
  return directory + "/page-" + (index < 10 ? "0" : "") + std::to_string(index) + ending;
}

void write(std::string const& path, std::string const& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

std::vector<std::string> generated_pages(std::uint64_t seed, std::size_t count) {
  simruns::simulator::generator_options options;
  options.seed = seed;
  options.scenarios = count;
  options.runs = 100;
  auto const runs =
      std::make_shared<simruns::simulator::dataset const>(simruns::simulator::generate(options));
  std::vector<std::string> out;
  for (auto const& key : runs->batches()) {
    simruns::simulator::detail::stored_page page;
    page.runs = runs->runs_of(key);
    page.limit = 100;
    page.total = page.runs.size();
    out.push_back(simruns::simulator::detail::page_response(
                      simruns::simulator::detail::texts_of(std::move(page)))
                      .body);
  }
  return out;
}

std::vector<std::string> read_pages(std::string const& directory) {
  std::vector<std::string> out;
  for (;;) {
    std::ifstream file(file_name(directory, out.size(), ".json"), std::ios::binary);
    if (!file) break;
    out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  if (out.empty()) throw std::runtime_error("no pages in " + directory);
  return out;
}

void write_pages(std::string const& directory, std::vector<std::string> const& pages) {
  std::filesystem::create_directories(directory);
  auto const ours = make_ours_views();
  for (std::size_t i = 0; i < pages.size(); ++i) {
    write(file_name(directory, i, ".json"), pages[i]);
    ours->decode(pages[i]);
    write(file_name(directory, i, ".normal.json"), boost::json::serialize(ours->normal_form()));
  }
}

}  // namespace bench
