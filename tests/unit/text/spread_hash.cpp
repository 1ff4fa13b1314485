#include "simruns/text/spread_hash.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using simruns::detail::spread_hash;

TEST_CASE("threads that hash the first texts of a process at once hash them alike") {
  static constexpr std::size_t all = 8;
  std::vector<std::size_t> hashes(all);
  std::atomic<std::size_t> here{0};
  std::vector<std::thread> threads;
  for (auto& mine : hashes) {
    threads.emplace_back([&mine, &here] {
      ++here;
      while (here != all) {
      }
      mine = spread_hash{}("a text");
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(hashes == std::vector<std::size_t>(all, spread_hash{}("a text")));
}
