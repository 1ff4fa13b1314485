#pragma once

/// Catch2, version 2 (Debian 12) or 3, under the names of version 3.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

#include <string>

#define STATIC_CHECK STATIC_REQUIRE
#define STATIC_CHECK_FALSE STATIC_REQUIRE_FALSE

namespace Catch {

using Detail::Approx;

namespace Matchers {

inline auto ContainsSubstring(std::string const& part,
                              CaseSensitive::Choice sense = CaseSensitive::Yes) {
  return Contains(part, sense);
}

}  // namespace Matchers
}  // namespace Catch
#endif
