#pragma once

#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

/// What a line of a file says that is of no run.
using told_item = std::variant<stored_scenario, stored_batch>;

/// Reads `{"scenario": {...}}` or `{"batch": {...}}`, each perhaps with `"of": {...}` behind it,
/// which has the references that the item itself does not name. None: the line is of a run, or is
/// no JSON. Throws: std::invalid_argument for an item that nobody could ask for.
std::optional<told_item> read_told_line(std::string const& line);

/// The line of a scenario or a batch, without its line break.
std::string told_line(told_item const& item);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/told_line.ipp"
#endif
