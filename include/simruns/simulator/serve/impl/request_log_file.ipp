#pragma once

#include "simruns/config.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/request_log_file.hpp"
#include "simruns/text/date_time.hpp"
#include "simruns/text/percent.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ios>
#include <mutex>
#include <ostream>
#include <stdexcept>
#include <string>

namespace simruns::simulator {

SIMRUNS_INLINE std::string log_line(request_record const& record) {
  std::string target;
  for (char const c : record.target) {
    if (static_cast<unsigned char>(c) < 0x80) {
      target += c;
    } else {
      target += simruns::detail::percent_encode(std::string{c});
    }
  }
  auto const at = std::chrono::floor<std::chrono::milliseconds>(record.at).time_since_epoch();
  std::string out = "{\"number\":" + std::to_string(record.number);
  simruns::detail::append_json_string(out += ",\"at\":", simruns::detail::iso_time(at.count()));
  simruns::detail::append_json_string(out += ",\"method\":", record.method);
  simruns::detail::append_json_string(out += ",\"target\":", target);
  out += ",\"status\":" + std::to_string(record.status);
  out += ",\"bytes\":" + std::to_string(record.bytes);
  out.append(",\"faulty\":").append(record.faulty ? "true" : "false");
  return out += "}";
}

SIMRUNS_INLINE request_log_file::request_log_file(std::string const& path)
    : file_{path, std::ios::app} {
  if (file_) return;
  throw std::runtime_error(path + ": the request log cannot be written (" + std::strerror(errno) +
                           ")");
}

SIMRUNS_INLINE void request_log_file::add(request_record const& record) {
  auto const line = log_line(record);
  std::scoped_lock const lock{mutex_};
  file_ << line << '\n' << std::flush;
}

}  // namespace simruns::simulator
