#include "measure.hpp"
#include "pages.hpp"
#include "report.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

/// Decodes the same pages with this library and with its peers, in turns, and compares.
namespace bench {
namespace {

struct options {
  std::size_t rounds = 15;
  std::size_t pages = 20;
  std::uint64_t seed = 1;
  bool json = false;
  std::string only;         ///< A part of the names of the variants to run.
  std::string pages_from;   ///< A directory to read pages from, instead of generating them.
  std::string write_pages;  ///< A directory to write them to, and be done.
  std::string on_request;   ///< The variant that runs a round for each line of input.
};

constexpr std::string_view usage =
    "usage: decode [--rounds N] [--pages N] [--seed N] [--only NAME] [--json]\n"
    "              [--pages-from DIRECTORY] [--write-pages DIRECTORY] [--on-request NAME]\n";

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
    else if (name == "--seed")
      out.seed = std::stoull(value);
    else if (name == "--only")
      out.only = value;
    else if (name == "--pages-from")
      out.pages_from = value;
    else if (name == "--write-pages")
      out.write_pages = value;
    else if (name == "--on-request")
      out.on_request = value;
    else
      throw std::invalid_argument(std::string(usage));
  }
  if (out.rounds == 0 || out.pages == 0) throw std::invalid_argument(std::string(usage));
  return out;
}

std::vector<std::unique_ptr<variant>> chosen(std::string const& part) {
  std::vector<std::unique_ptr<variant>> out;
  for (auto& v : all_variants()) {
    if (v->name().find(part) != std::string_view::npos) out.push_back(std::move(v));
  }
  if (out.empty()) throw std::invalid_argument("no variant has a name with '" + part + "'");
  return out;
}

/// For a program that takes turns with this one: a round for each line, answered by its seconds.
void serve(variant& what, page_list const& pages) {
  time_round(what, pages);
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << time_round(what, pages) << std::endl;
  }
}

void run(options const& wanted) {
  auto const pages = wanted.pages_from.empty() ? generated_pages(wanted.seed, wanted.pages)
                                               : read_pages(wanted.pages_from);
  if (!wanted.write_pages.empty()) return write_pages(wanted.write_pages, pages);
  if (!wanted.on_request.empty()) return serve(*chosen(wanted.on_request).front(), pages);
  auto const variants = chosen(wanted.only);
  check_equal(variants, pages);
  auto const results = measure(variants, pages, wanted.rounds);
  if (wanted.json) {
    print_json(results, pages);
  } else {
    print_table(results, pages);
  }
}

}  // namespace

std::vector<std::unique_ptr<variant>> all_variants() {
  std::vector<std::unique_ptr<variant>> out;
  out.push_back(make_ours_views());
  out.push_back(make_ours_columns(false));
  out.push_back(make_ours_columns(true));
  out.push_back(make_simdjson_strings());
  out.push_back(make_simdjson_views());
  out.push_back(make_simdjson_columns());
  out.push_back(make_boost_dom());
  out.push_back(make_nlohmann());
  out.push_back(make_rapidjson_sax());
  return out;
}

}  // namespace bench

int main(int count, char** arguments) {
  try {
    bench::run(bench::parse(count, arguments));
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
