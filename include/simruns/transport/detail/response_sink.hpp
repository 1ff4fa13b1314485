#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/detail/gunzip.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace simruns::detail {

/// Where a body goes: unpacked while it comes, so that its limits hold at every moment.
struct response_sink {
  std::string text;
  std::unique_ptr<gunzip> unpack;  ///< None: the text comes as it is.
  std::uint64_t max_wire = 0;
  std::uint64_t wire = 0;   ///< Bytes that came.
  bool for_people = false;  ///< The response is an error: only the first bytes count, if any.
  bool full = false;        ///< Nothing that comes now would be used.

  response_sink() = default;

  static constexpr std::size_t max_error_bytes = 64 * 1024;

  /// Takes bytes up to a limit before it tells of the limit, so that what is wrong with them is
  /// told first.
  error_code put(std::string_view bytes) {
    auto const most = for_people ? max_error_bytes : max_wire;
    auto const fits = bytes.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), most - wire)));
    wire += fits.size();
    if (for_people) {
      put_error(fits);
      return {};
    }
    error_code failed;
    if (unpack) {
      failed = unpack->put(fits, text);
    } else {
      text.append(fits);
    }
    if (!failed && fits.size() != bytes.size()) failed = boost::beast::http::error::body_limit;
    return failed;
  }

 private:
  /// The status says what went wrong; its explanation may be cut, and may be unreadable.
  void put_error(std::string_view bytes) {
    if (full) return;
    if (!unpack) text.append(bytes);
    bool const failed = unpack && unpack->put(bytes, text);
    full = failed || wire >= max_error_bytes || text.size() >= max_error_bytes;
    if (text.size() > max_error_bytes) text.resize(max_error_bytes);
  }
};

}  // namespace simruns::detail
