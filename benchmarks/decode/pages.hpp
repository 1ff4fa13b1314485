#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// Bodies of distinct pages of 100 runs, each the only page of its batch, as the Simulator answers.
std::vector<std::string> generated_pages(std::uint64_t seed, std::size_t count);

/// The pages that `write_pages` wrote to a directory: `page-NN.json`.
std::vector<std::string> read_pages(std::string const& directory);

/// Writes each page, and beside it `page-NN.normal.json`, its normal form.
void write_pages(std::string const& directory, std::vector<std::string> const& pages);

}  // namespace bench
