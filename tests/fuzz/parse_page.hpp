#pragma once

#include "fuzz/promise.hpp"
#include "fuzz/touch.hpp"
#include "simruns/page/parse_page.hpp"

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Any bytes as the body of a page.
namespace fuzz {

/// Small, so that short inputs reach them.
inline simruns::parse_limits small_limits() {
  simruns::parse_limits limits;
  limits.max_depth = 32;
  limits.max_runs = 16;
  limits.max_arena_bytes = std::size_t{1} << 20;
  limits.max_issues = 8;
  return limits;
}

/// What a plain parse says of a body.
struct plain_parse {
  std::optional<std::size_t> runs;  ///< How many are in `data`; nothing where the body is no page.
  bool undecided = false;  ///< The plain parser reads less than JSON here, which proves nothing.
};

inline plain_parse parse_plainly(std::string_view body, std::size_t depth) {
  boost::json::parse_options options;
  options.max_depth = depth;
  boost::system::error_code failed;
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);  // a byte order mark is no JSON
  auto const value =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), failed, {}, options);
  plain_parse out;
  // It refuses halves of surrogate pairs, each release with a code of its own.
  bool const surrogates = body.find("\\ud") != body.npos || body.find("\\uD") != body.npos;
  out.undecided = failed == boost::json::error::exponent_overflow || (failed && surrogates);
  if (failed || !value.is_object()) return out;
  auto const* const data = value.get_object().if_contains("data");
  if (data != nullptr && data->is_array()) out.runs = data->get_array().size();
  return out;
}

inline void check_strict_twin(std::string const& body, simruns::parse_limits limits,
                              simruns::page const& got) {
  limits.strict = true;
  auto const strict = parse_page(body, limits);
  bool const odd = !got.issues().empty() || got.issues_dropped() != 0;
  promise(strict.has_error() == odd, "strict refuses what has issues, and nothing else");
}

inline void parse_any_page(bytes input) {
  std::string const body(input.begin(), input.end());
  auto const limits = small_limits();
  auto const got = parse_page(body, limits);
  auto const expected = parse_plainly(body, limits.max_depth);
  if (!got) {
    auto const& error = got.error();
    promise(!error.message.empty(), "a refusal says why");
    promise(error.offset <= body.size(), "a refusal points into the body");
    bool const limited = error.code == simruns::errc::too_large;
    promise(limited || !expected.runs, "only what is no page is refused");
    return;
  }
  promise(expected.undecided || expected.runs.has_value(), "what is no page is refused");
  promise(expected.undecided || got->size() == *expected.runs, "no run is lost");
  promise(got->body() == body, "the page keeps its body");
  toucher(got->body()).touch(*got);
  touch_columns(*got);
  check_strict_twin(body, limits, *got);
}

}  // namespace fuzz
