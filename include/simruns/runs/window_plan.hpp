#pragma once

#include "simruns/page/page.hpp"
#include "simruns/page/verdict.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/runs/run_tally.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// The pages of a batch by their numbers, so that they can be asked for side by side. The contract
/// does not say whether a batch is settled, so each page is checked, in order: full, of the same
/// `total`, no run pending or seen before; and at the end, that no number was left out between two
/// pages, and that the first run is where it was. A batch that moved while it was read fails one of
/// these. No clock, no socket.
class window_plan {
 public:
  /// Whether the batch whose first page is `first` may be read so.
  static bool suits(run_query const& query, page const& first, std::uint64_t max_pages);

  /// Requires: `suits(query, first)`.
  window_plan(run_query const& query, page const& first);

  /// Pages in all, the first among them.
  std::uint64_t pages() const noexcept { return pages_; }

  /// The pages reach the end: no `max_runs` cuts them short.
  bool whole() const noexcept { return whole_; }

  page_start start(std::uint64_t number) const {
    return page_start::at_skip(skip_ + static_cast<std::int64_t>(number) * size_);
  }

  /// Why the page `number` proves that the batch moved, if it does; `seen` is what came before it.
  /// Pages are shown in order.
  std::optional<std::string> doubt(std::uint64_t number, page const& got, run_tally const& seen);

  /// The same of the batch as a whole, from its first page (or its first run), looked at again.
  std::optional<std::string> doubt_at_end(page const& look, run_tally const& seen) const;

 private:
  /// So few pages are not worth the last look.
  static constexpr std::int64_t few_pages = 4;

  static bool is_numbered(run_query const& query, page const& first);
  static bool is_settled(page const& got);
  static std::string name(std::uint64_t number) { return "page " + std::to_string(number + 1); }
  std::int64_t expected_size(std::uint64_t number) const {
    return std::min(size_, total_ - skip_ - static_cast<std::int64_t>(number) * size_);
  }
  std::optional<std::string> total_moved(page const& got) const;
  std::optional<std::string> note_numbers(std::uint64_t number, page const& got);

  std::int64_t size_;
  std::int64_t skip_;
  std::int64_t total_;
  std::uint64_t pages_;
  bool whole_;
  bool numbered_;             ///< Sequences must follow each other from page to page.
  bool rising_ = true;        ///< So far each run's number is above that of the one before.
  bool gap_between_ = false;  ///< While that held, a number was left out between two pages.
  std::string first_id_;
  std::int64_t latest_ = 0;  ///< The last run's number.
};

inline bool window_plan::is_settled(page const& got) {
  return std::ranges::none_of(
      got, [](run const& one) { return verdict_of(one) == verdict::pending || one.id.empty(); });
}

/// Whether the runs' numbers must follow each other: those of a whole batch, in its order.
inline bool window_plan::is_numbered(run_query const& query, page const& first) {
  bool const plain = query.filter().empty() && query.endpoint_type().empty() && query.skip() == 0 &&
                     query.sort() == "createdAt:asc";
  return plain && std::ranges::all_of(
                      first, [](run const& one) { return one.sequence && *one.sequence >= 1; });
}

inline bool window_plan::suits(run_query const& query, page const& first, std::uint64_t max_pages) {
  auto const& paging = first.pagination();
  auto const size = static_cast<std::int64_t>(query.page_size());
  bool const more = paging.total && *paging.total > 0 && paging.has_next && *paging.has_next;
  if (query.walk() == walk_mode::cursor || query.start() || !more) return false;
  if (static_cast<std::int64_t>(first.size()) != size || !is_settled(first)) return false;
  auto const total = *paging.total - query.skip();
  if (total <= size || static_cast<std::uint64_t>((total - 1) / size) >= max_pages) return false;
  if (query.walk() == walk_mode::windows) return true;
  auto const wanted = std::min(total, query.max_runs().value_or(total));
  return is_numbered(query, first) && wanted > few_pages * size;
}

inline window_plan::window_plan(run_query const& query, page const& first)
    : size_(query.page_size()),
      skip_(query.skip()),
      total_(*first.pagination().total),
      whole_(!query.max_runs() || *query.max_runs() >= total_ - skip_),
      numbered_(is_numbered(query, first)),
      first_id_(first[0].id) {
  auto const wanted = whole_ ? total_ - skip_ : *query.max_runs();
  pages_ = static_cast<std::uint64_t>((wanted - 1) / size_ + 1);
  latest_ = first[0].sequence ? *first[0].sequence - 1 : 0;
  note_numbers(0, first);
}

inline std::optional<std::string> window_plan::total_moved(page const& got) const {
  auto const& total = got.pagination().total;
  if (total && *total == total_) return std::nullopt;
  return "the total moved from " + std::to_string(total_) + " to " +
         (total ? std::to_string(*total) : "none");
}

/// Within a page, which was read at one moment, a number may be left out: that run is gone for
/// good. Between two pages, it may be one that slipped from the one to the other as they were read.
inline std::optional<std::string> window_plan::note_numbers(std::uint64_t number, page const& got) {
  if (!numbered_) return std::nullopt;
  bool first = true;
  for (auto const& one : got) {
    if (!one.sequence) return "a run of " + name(number) + " has no number";
    auto const here = *one.sequence;
    if (here <= latest_) rising_ = false;
    if (first && rising_ && here - 1 != latest_) gap_between_ = true;
    latest_ = std::max(latest_, here);
    first = false;
  }
  return std::nullopt;
}

inline std::optional<std::string> window_plan::doubt(std::uint64_t number, page const& got,
                                                     run_tally const& seen) {
  if (auto moved = total_moved(got)) return moved;
  if (static_cast<std::int64_t>(got.size()) != expected_size(number)) {
    return "runs in " + name(number) + ": " + std::to_string(got.size()) + ", not " +
           std::to_string(expected_size(number));
  }
  auto const& more = got.pagination().has_next;
  bool const last = whole_ && number + 1 == pages_;
  if (whole_ && more && *more == last) return name(number) + " is wrong about the pages after it";
  if (!is_settled(got)) return "a run of " + name(number) + " is pending";
  if (std::ranges::any_of(got, [&](run const& one) { return seen.contains(one.id); })) {
    return "a run of " + name(number) + " was there before";
  }
  return note_numbers(number, got);
}

inline std::optional<std::string> window_plan::doubt_at_end(page const& look,
                                                            run_tally const& seen) const {
  if (auto moved = total_moved(look)) return moved;
  if (look.empty() || look[0].id != first_id_) return "the first run is another one";
  bool const missing = numbered_ && seen.state().missing.value_or(0) > 0;
  if (missing && (gap_between_ || !rising_)) {
    return "runs are missing: sequence " + missing_text(seen.state());
  }
  return std::nullopt;
}

}  // namespace simruns
