#pragma once

#include "simruns/simulator/data/endpoint.hpp"

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

/// A header of a response: its name and its value.
using header_field = std::pair<std::string, std::string>;

/// One member of the runs of a page, made odd.
struct mutation {
  enum class kind {
    null,      ///< The value is `null`.
    absent,    ///< The member is not there.
    as_float,  ///< A whole number is written with a fraction of nothing, as in `7.0`.
    unknown,   ///< A text becomes one that no enumeration knows.
    value,     ///< The value is `json`.
  };

  /// The member of the run. Parts are joined by `/`: `metrics/success`, `turns/0/text`.
  std::string member;
  /// What becomes of the member. Default `null`.
  kind what = kind::null;
  /// The JSON text of the new value, for `kind::value`.
  std::string json;
  /// The runs of the page that are changed, counted from 0. Empty: all.
  std::vector<std::size_t> runs;
};

/// What is wrong with a page that is otherwise the right response.
struct page_edit {
  std::optional<std::int64_t> total;  ///< Replaces the right `total`. May be negative.
  std::int64_t total_add = 0;         ///< This number is added to `total`. Default 0.
  std::optional<bool> has_next;       ///< Replaces the right `hasNext`.
  bool repeat_cursor = false;         ///< The cursor of the request is given again. Default false.
  bool drop_cursor = false;         ///< No cursor is given, whatever `hasNext` says. Default false.
  std::vector<mutation> mutations;  ///< Changes of single runs, in their order.
};

/// What goes wrong with one response. One of the functions makes it; `after` adds a delay to any.
struct fault {
  enum class kind {
    none,      ///< The right response is sent, but may be late, odd or slow.
    response,  ///< `status`, `body` and `headers` are sent instead of the right response.
    reset,     ///< The connection is reset, and nothing is sent.
    truncate,  ///< The connection ends inside the body of the response.
  };

  /// The kind of fault. Default `none`.
  kind what = kind::none;
  /// The status of `kind::response`, from 200 to 599. Default 500.
  unsigned status = 500;
  /// The body of `kind::response`. None: an error body as in the contract.
  std::optional<std::string> body;
  /// The headers of `kind::response`. A `Content-Type` replaces that of the contract.
  std::vector<header_field> headers;
  /// The `Retry-After` of `kind::response`. None: there is no such header.
  std::optional<std::chrono::seconds> retry_after;
  /// Whether `retry_after` is sent as a date instead of a number. Default false.
  bool retry_after_is_date = false;
  /// The bytes of the body that `kind::truncate` sends. Default 0.
  std::size_t body_bytes = 0;
  /// The delay before the response, on top of the latency of the server. Default 0.
  std::chrono::milliseconds delay{0};
  /// The size in bytes of the pieces in which the body is sent. Zero: it is sent at once. Default
  /// 0.
  std::size_t drip_bytes = 0;
  /// The pause between two pieces. Default 0.
  std::chrono::milliseconds drip_every{0};
  /// The `Content-Length` that replaces the right one. None: the right one.
  std::optional<std::int64_t> content_length;
  /// This number is added to `Content-Length`. Default 0.
  std::int64_t content_length_add = 0;
  /// What is wrong with a response that is a page.
  page_edit edit;

  /// Sends this response instead of the right one. No `body`: an error body as in the contract.
  static fault response(unsigned status, std::optional<std::string> body = {},
                        std::vector<header_field> headers = {});

  /// Resets the connection instead of responding.
  static fault reset();

  /// Ends the connection after so many bytes of the body.
  static fault truncate(std::size_t body_bytes);

  /// Sends the right response after a delay.
  static fault late(std::chrono::milliseconds delay);

  /// The same fault with another delay.
  fault after(std::chrono::milliseconds wait) const;
};

/// What is known of a request when its response is decided.
struct request_facts {
  endpoint what = endpoint::runs;  ///< What is asked for; of an unknown path, `runs`.
  std::uint64_t number = 0;   ///< Counts the requests of the server for the same thing, from 1.
  std::string_view target;    ///< The path and the query, as sent.
  std::string_view scenario;  ///< The scenario. Empty if none is named, or in vain.
  std::string_view batch;     ///< The batch. Empty if none is named, or in vain.
  std::uint64_t page = 0;     ///< Where the page lies in its list, from 1. Zero: it is no page.
};

/// Decides for each request whether something goes wrong with its response. Every thread that runs
/// the executor of the server may call it. An exception from it becomes a 500.
using fault_hook = std::function<std::optional<fault>(request_facts const&)>;

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/faults/impl/fault.ipp"
#endif
