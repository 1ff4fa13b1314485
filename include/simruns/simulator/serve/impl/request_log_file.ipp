#pragma once

#include "simruns/config.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/request_log_file.hpp"
#include "simruns/text/date_time.hpp"
#include "simruns/text/percent.hpp"

#include <chrono>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

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

SIMRUNS_INLINE request_log_file::request_log_file(std::string const& path) : file_{path} {
  if (file_.is_open()) return;
  throw std::runtime_error(path + ": the request log cannot be written (" +
                           std::strerror(file_.error()) + ")");
}

SIMRUNS_INLINE void request_log_file::add(request_record const& record) {
  auto line = log_line(record);
  std::scoped_lock const lock{mutex_};
  if (!file_.append(std::move(line))) ++lacking_;
}

SIMRUNS_INLINE void request_log_file::close() {
  std::scoped_lock const lock{mutex_};
  file_.close();
  auto const lacking = std::exchange(lacking_, 0);
  if (lacking == 0) return;
  throw std::runtime_error(file_.path() + ": the request log lacks " + std::to_string(lacking) +
                           " requests that could not be written (" + std::strerror(file_.error()) +
                           ")");
}

}  // namespace simruns::simulator
