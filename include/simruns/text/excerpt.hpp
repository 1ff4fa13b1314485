#pragma once

#include "simruns/config.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace simruns::detail {

/// Makes a text of unknown origin fit for a message: valid UTF-8 on one line, at most `most_bytes`
/// bytes of it, and `...` where it goes on. A run of white space becomes one space. `?` stands for
/// whatever a terminal may obey (control characters, marks of direction) and for bytes that are not
/// UTF-8.
std::string excerpt(std::string_view text, std::size_t most_bytes);

/// Writes a time in seconds, to the millisecond, without zeros at the end: `0.3 s`, `12 s`.
std::string seconds_text(std::chrono::milliseconds time);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/excerpt.ipp"
#endif
