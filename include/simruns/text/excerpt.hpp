#pragma once

#include <chrono>
#include <string>

namespace simruns::detail {

/// `0.3 s`, `12 s`: to the millisecond, without zeros at the end.
inline std::string seconds_text(std::chrono::milliseconds time) {
  auto const thousandths = std::to_string(1000 + time.count() % 1000).substr(1);
  auto out = std::to_string(time.count() / 1000) + "." + thousandths;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out + " s";
}

}  // namespace simruns::detail
