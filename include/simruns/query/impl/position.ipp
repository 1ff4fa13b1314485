#pragma once

#include "simruns/config.hpp"
#include "simruns/query/position.hpp"
#include "simruns/text/parse_integer.hpp"
#include "simruns/text/percent.hpp"

#include <array>
#include <charconv>

namespace simruns {

SIMRUNS_INLINE std::string position::text() const {
  static constexpr std::array<char, 3> kinds{'s', 'n', 'p'};
  std::array<char, digest_digits> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), digest, 16).ptr;
  std::string out{mark};
  out += kinds[static_cast<std::size_t>(page.by)];
  out += ':';
  out += page.by == page_start::kind::skip ? std::to_string(page.skip)
                                           : detail::percent_encode(page.cursor);
  out += ':' + std::to_string(offset) + ':' + detail::percent_encode(last_id) + ':';
  out.append(static_cast<std::size_t>(digits.data() + digits.size() - end), '0')
      .append(digits.data(), end);
  return out;
}

SIMRUNS_INLINE std::optional<position> position::parse(std::string_view text) {
  if (!text.starts_with(mark)) return std::nullopt;
  text.remove_prefix(mark.size());
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const colon = text.find(':');
    if ((colon == text.npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = text.substr(0, colon);
    if (colon != text.npos) text.remove_prefix(colon + 1);
  }
  auto const start = detail::percent_decode(parts[1]);
  auto const offset = detail::parse_integer<std::uint64_t>(parts[2]);
  auto const id = detail::percent_decode(parts[3]);
  auto const digest = detail::parse_integer<std::uint64_t>(parts[4], 16);
  if (!start || !offset || !id || !digest || parts[4].size() != digest_digits) return std::nullopt;

  position out;
  out.offset = *offset;
  out.last_id = *id;
  out.digest = *digest;
  if (parts[0] == "s") {
    auto const skip = detail::parse_integer<std::int64_t>(*start);
    if (!skip || *skip < 0) return std::nullopt;
    out.page = page_start::at_skip(*skip);
  } else if (start->empty()) {
    return std::nullopt;
  } else if (parts[0] == "n") {
    out.page = page_start::at_next(*start);
  } else if (parts[0] == "p") {
    out.page = page_start::at_previous(*start);
  } else {
    return std::nullopt;
  }
  return out;
}

}  // namespace simruns
