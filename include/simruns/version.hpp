#pragma once

#include <string_view>

namespace simruns {

/// The one place that holds the version: the build system and the Python package read it here.
inline constexpr std::string_view version = "0.1.0";
inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

}  // namespace simruns
