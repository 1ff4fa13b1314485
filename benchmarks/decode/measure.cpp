#include "measure.hpp"

#include "normal_columns.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

double median_of(std::vector<double> values) {
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string padded_copy(std::string const& page) {
  std::string body;
  body.reserve(page.size() + padding);
  body = page;
  return body;
}

std::vector<allocation_counts> count_allocations(variant& what, page_list const& pages) {
  std::vector<allocation_counts> out;
  for (auto const& page : pages) {
    auto body = padded_copy(page);
    start_counting();
    what.decode(std::move(body));
    out.push_back(stop_counting());
    what.drop();
  }
  return out;
}

}  // namespace

double measured::best() const { return *std::min_element(seconds.begin(), seconds.end()); }
double measured::median() const { return median_of(seconds); }

double measured::allocations() const {
  std::size_t sum = 0;
  for (auto const& page : counts) sum += page.allocations;
  return static_cast<double>(sum) / static_cast<double>(counts.size());
}

std::size_t measured::peak_bytes() const {
  std::size_t out = 0;
  for (auto const& page : counts) out = std::max(out, page.peak_bytes);
  return out;
}

void check_equal(std::vector<std::unique_ptr<variant>> const& variants, page_list const& pages) {
  auto const reference = make_ours_views();
  for (auto const& page : pages) {
    reference->decode(padded_copy(page));
    auto const wanted = reference->normal_form();
    auto const wanted_columns = columns_of(wanted);
    for (auto const& v : variants) {
      v->decode(padded_copy(page));
      auto const got = v->normal_form();
      v->drop();
      bool const same =
          v->makes() == product::columns ? same_columns(got, wanted_columns) : got == wanted;
      if (!same) throw std::runtime_error(std::string(v->name()) + ": another result than ours");
    }
  }
}

double time_round(variant& what, page_list const& pages) {
  using clock = std::chrono::steady_clock;
  clock::duration total{};
  for (auto const& page : pages) {
    auto body = padded_copy(page);
    auto const start = clock::now();
    what.decode(std::move(body));
    what.drop();
    total += clock::now() - start;
  }
  return std::chrono::duration<double>(total).count();
}

std::vector<measured> measure(std::vector<std::unique_ptr<variant>> const& variants,
                              page_list const& pages, std::size_t rounds) {
  std::vector<measured> out(variants.size());
  for (std::size_t i = 0; i < variants.size(); ++i) {
    out[i].what = variants[i].get();
    time_round(*variants[i], pages);
    out[i].counts = count_allocations(*variants[i], pages);
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t turn = 0; turn < variants.size(); ++turn) {
      auto const i = (turn + round) % variants.size();
      out[i].seconds.push_back(time_round(*variants[i], pages));
    }
  }
  return out;
}

ratio compare(measured const& slow, measured const& fast) {
  std::vector<double> paired;
  for (std::size_t i = 0; i < slow.seconds.size(); ++i) {
    paired.push_back(slow.seconds[i] / fast.seconds[i]);
  }
  return {slow.best() / fast.best(), median_of(paired)};
}

}  // namespace bench
