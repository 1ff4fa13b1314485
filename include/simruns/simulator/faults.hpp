#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// A header of an answer: its name and its value.
using header_field = std::pair<std::string, std::string>;

/// What goes wrong with one answer. Made by one of the functions; `after` adds a delay to any.
struct fault {
  enum class kind {
    none,      ///< The right answer (late, if there is a delay).
    answer,    ///< This status, body and these headers instead of the right answer.
    reset,     ///< The connection is reset, and nothing is answered.
    truncate,  ///< The right answer, but the connection ends inside its body.
  };

  kind what = kind::none;
  unsigned status = 500;               ///< 200 to 599, of `answer`.
  std::string body;                    ///< Of `answer`. Empty: an error body as in the contract.
  std::vector<header_field> headers;   ///< Of `answer`, such as `Retry-After`.
  std::size_t body_bytes = 0;          ///< Bytes of the body that `truncate` sends.
  std::chrono::milliseconds delay{0};  ///< On top of the latency of the server.

  static fault answer(unsigned status, std::string body = {},
                      std::vector<header_field> headers = {}) {
    fault made;
    made.what = kind::answer;
    made.status = status;
    made.body = std::move(body);
    made.headers = std::move(headers);
    return made;
  }

  static fault reset() {
    fault made;
    made.what = kind::reset;
    return made;
  }

  static fault truncate(std::size_t body_bytes) {
    fault made;
    made.what = kind::truncate;
    made.body_bytes = body_bytes;
    return made;
  }

  static fault late(std::chrono::milliseconds delay) { return fault{}.after(delay); }

  fault after(std::chrono::milliseconds wait) const {
    fault made = *this;
    made.delay = wait;
    return made;
  }
};

/// Decides for each request, by its number (from 1, in the order of arrival at the server) and its
/// target (path and query), whether something goes wrong. Called from every thread that runs the
/// server's executor; an exception from it becomes a 500.
using fault_hook =
    std::function<std::optional<fault>(std::uint64_t number, std::string_view target)>;

}  // namespace simruns::simulator
