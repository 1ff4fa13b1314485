#pragma once

#include "simruns/config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {

/// How a page is asked for: by a count of runs to skip, or by one of the two cursors.
struct page_start {
  enum class kind {
    skip,      ///< By the count of runs before the page.
    next,      ///< By the `next` cursor of the page before.
    previous,  ///< By the `previous` cursor of the page behind.
  };

  kind by = kind::skip;  ///< What names the page. Default `kind::skip`.
  std::int64_t skip =
      0;               ///< Runs before the page, 0 or more. Default 0. Only `kind::skip` uses it.
  std::string cursor;  ///< An opaque text of the server. Only the other two kinds use it.

  static page_start at_skip(std::int64_t runs) { return page_start(kind::skip, runs, {}); }
  static page_start at_next(std::string cursor) {
    return page_start(kind::next, 0, std::move(cursor));
  }
  static page_start at_previous(std::string cursor) {
    return page_start(kind::previous, 0, std::move(cursor));
  }

  page_start() = default;
  page_start(kind k, std::int64_t runs, std::string text)
      : by(k), skip(runs), cursor(std::move(text)) {}

  friend bool operator==(page_start const&, page_start const&) = default;
};

/// Where a consumer of runs stands in a walk. `text()` goes into a file or an error, and
/// `run_query::start_at` takes it back. A position holds no credential.
struct position {
  page_start page;           ///< The page of the next run.
  std::uint64_t offset = 0;  ///< Runs of `page` before the next one. Used if `last_id` is empty.
  std::string last_id;       ///< The id of the last run yielded. Empty: none was yielded.
  std::uint64_t digest = 0;  ///< `run_query::digest` of the query that the position belongs to.

  position() = default;

  /// The position as one line of printable ASCII, which `parse` reads.
  std::string text() const;

  /// Reads what `text()` gave. The result is empty if `text` is not a whole position; it may be a
  /// cursor, unless it is `marked`.
  static std::optional<position> parse(std::string_view text);

  /// Whether `text` starts as a position does, and so is no cursor.
  static bool marked(std::string_view text) noexcept { return text.starts_with(mark); }

  friend bool operator==(position const&, position const&) = default;

 private:
  static constexpr std::string_view mark = "simruns:1:";
  static constexpr std::size_t digest_digits =
      16;  // Zeros included, so that a cut text is refused.
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/query/impl/position.ipp"
#endif
