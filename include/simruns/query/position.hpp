#pragma once

#include "simruns/text/parse_integer.hpp"
#include "simruns/text/percent.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// How a page is asked for: by a count of runs to skip, or by one of the two cursors.
struct page_start {
  enum class kind { skip, next, previous };
  kind by = kind::skip;
  std::int64_t skip = 0;  ///< Runs before the page; used by `kind::skip`.
  std::string cursor;     ///< Opaque; used by `kind::next` and `kind::previous`.

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

/// Where a consumer of runs stands: the page of the next run, the runs of that page before it, and
/// the last run that was yielded. As text it goes into a file or an error and comes back by
/// `run_query::start_at`. It holds no credential.
struct position {
  page_start page;
  std::uint64_t offset = 0;  ///< Runs of `page` before the next one; counts if `last_id` is empty.
  std::string last_id;       ///< The id of the last run yielded; empty if none was.
  std::uint64_t digest = 0;  ///< Of the query that it belongs to: `run_query::digest`.

  position() = default;

  std::string text() const;

  /// Empty if `text` is not a whole position; if it is not `marked` either, it may be a cursor.
  static std::optional<position> parse(std::string_view text);

  /// Whether `text` starts as positions do, and so is no cursor.
  static bool marked(std::string_view text) noexcept { return text.starts_with(mark); }

  friend bool operator==(position const&, position const&) = default;

 private:
  static constexpr std::string_view mark = "simruns:1:";
  static constexpr std::size_t digest_digits = 16;  ///< All of them, so that a cut text is refused.
};

inline std::string position::text() const {
  static constexpr std::array<char, 3> kinds{'s', 'n', 'p'};
  std::array<char, digest_digits> hex{};
  auto const end = std::to_chars(hex.data(), hex.data() + hex.size(), digest, 16).ptr;
  std::string out{mark};
  out += kinds[static_cast<std::size_t>(page.by)];
  out += ':';
  out += page.by == page_start::kind::skip ? std::to_string(page.skip)
                                           : detail::percent_encode(page.cursor);
  out += ':' + std::to_string(offset) + ':' + detail::percent_encode(last_id) + ':';
  out.append(static_cast<std::size_t>(hex.data() + hex.size() - end), '0').append(hex.data(), end);
  return out;
}

inline std::optional<position> position::parse(std::string_view text) {
  if (!text.starts_with(mark)) return std::nullopt;
  text.remove_prefix(mark.size());
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const colon = text.find(':');
    if ((colon == text.npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = text.substr(0, colon);
    if (colon != text.npos) text.remove_prefix(colon + 1);
  }
  auto const where = detail::percent_decode(parts[1]);
  auto const offset = detail::parse_integer<std::uint64_t>(parts[2]);
  auto const id = detail::percent_decode(parts[3]);
  auto const digest = detail::parse_integer<std::uint64_t>(parts[4], 16);
  if (!where || !offset || !id || !digest || parts[4].size() != digest_digits) return std::nullopt;

  position out;
  out.offset = *offset;
  out.last_id = *id;
  out.digest = *digest;
  if (parts[0] == "s") {
    auto const skip = detail::parse_integer<std::int64_t>(*where);
    if (!skip || *skip < 0) return std::nullopt;
    out.page = page_start::at_skip(*skip);
  } else if (where->empty()) {
    return std::nullopt;
  } else if (parts[0] == "n") {
    out.page = page_start::at_next(*where);
  } else if (parts[0] == "p") {
    out.page = page_start::at_previous(*where);
  } else {
    return std::nullopt;
  }
  return out;
}

}  // namespace simruns
