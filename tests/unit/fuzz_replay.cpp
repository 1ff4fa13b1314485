#include "fuzz/page_cursor.hpp"
#include "fuzz/page_structure.hpp"
#include "fuzz/parse_page.hpp"
#include "fuzz/response_reader.hpp"
#include "fuzz/texts.hpp"
#include "fuzz/walk_plan.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// The corpus of the fuzzers, and all its beginnings, without a fuzzer.

namespace {

std::filesystem::path const corpus =
    std::filesystem::path(SIMRUNS_TEST_DATA).parent_path() / "fuzz" / "corpus";

std::vector<std::filesystem::path> inputs_of(std::string const& target) {
  std::vector<std::filesystem::path> out;
  for (auto const& entry : std::filesystem::directory_iterator(corpus / target)) {
    out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::uint8_t> contents(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void replay(std::string const& target, std::size_t step, void (*run)(fuzz::bytes)) {
  auto const inputs = inputs_of(target);
  REQUIRE_FALSE(inputs.empty());
  for (auto const& path : inputs) {
    INFO(path.filename().string());
    auto const whole = contents(path);
    CHECK_NOTHROW(run(whole));
    for (std::size_t size = 0; size < whole.size(); size += step) {
      INFO("the first " << size << " bytes");
      CHECK_NOTHROW(run(fuzz::bytes(whole).first(size)));
    }
  }
}

}  // namespace

TEST_CASE("whatever the bytes, a body is a whole page or refused with a reason", "[fuzz]") {
  replay("fuzz_parse_page", 7, fuzz::parse_any_page);
}

TEST_CASE("whatever is odd in a page, no run is lost", "[fuzz]") {
  replay("fuzz_page_structure", 11, fuzz::parse_odd_page);
}

TEST_CASE("whatever the pages, a walk ends and yields each id once", "[fuzz]") {
  replay("fuzz_page_cursor", 1, fuzz::walk_odd_pages);
}

TEST_CASE("whatever the pages of a walk by windows, it ends and yields each id once", "[fuzz]") {
  replay("fuzz_walk_plan", 1, fuzz::walk_odd_windows);
}

TEST_CASE("whatever the bytes, and however they are cut, a response is whole or refused",
          "[fuzz]") {
  replay("fuzz_response_reader", 1, fuzz::read_any_response);
}

TEST_CASE("whatever a short text holds, it is refused or means the same when read again",
          "[fuzz]") {
  replay("fuzz_texts", 1, fuzz::read_any_text);
}
