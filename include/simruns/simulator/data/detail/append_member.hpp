#pragma once

#include "simruns/json/write.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// Writes a member behind others of the same object.
inline void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  simruns::detail::append_json_string(out, text);
}

inline void append_member(std::string& out, std::string_view name, std::int64_t number) {
  out.append(",\"").append(name).append("\":").append(std::to_string(number));
}

}  // namespace simruns::simulator::detail
