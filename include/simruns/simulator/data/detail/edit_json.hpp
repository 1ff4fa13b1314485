#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Changes of single values in a JSON text that leave every other byte as it is: no number is
/// written anew. A path is the names of members and the indices of elements that lead to a value,
/// joined by `/`. The text must be valid JSON.
namespace simruns::simulator::detail {

/// The text of the value at `path`. None: there is no value.
std::optional<std::string_view> json_at(std::string const& text, std::string_view path);

/// Replaces the value at `path` by `json`. A member that is not there is added to its object, if
/// that object is there.
void set_json(std::string& text, std::string_view path, std::string_view json);

/// Removes the value at `path`, with its name and one comma beside it.
void erase_json(std::string& text, std::string_view path);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/edit_json.ipp"
#endif
