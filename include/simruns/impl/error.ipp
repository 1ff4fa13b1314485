#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/text/excerpt.hpp"

#include <boost/system/errc.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace simruns {

SIMRUNS_INLINE std::string_view to_string(errc code) noexcept {
  static constexpr std::array<std::string_view, 21> words{
      "success",    "connect",          "timeout",  "tls",  "transport", "truncated",
      "protocol",   "too_large",        "decode",   "auth", "forbidden", "bad_request",
      "not_found",  "rate_limited",     "server",   "http", "redirect",  "pagination",
      "incomplete", "invalid_argument", "cancelled"};
  auto const index = static_cast<std::size_t>(code);
  return index < words.size() ? words[index] : std::string_view{"unknown"};
}

namespace detail {

SIMRUNS_INLINE bool holds(condition wanted, errc code) noexcept {
  switch (wanted) {
    case condition::retryable:
      return code == errc::connect || code == errc::timeout || code == errc::transport ||
             code == errc::truncated || code == errc::rate_limited || code == errc::server;
    case condition::auth:
      return code == errc::auth || code == errc::forbidden;
    case condition::timeout:
      return code == errc::timeout;
    case condition::cancelled:
      return code == errc::cancelled;
    case condition::malformed:
      return code == errc::protocol || code == errc::truncated || code == errc::too_large ||
             code == errc::decode;
    case condition::incomplete:
      return code == errc::pagination || code == errc::incomplete;
  }
  return false;
}

class error_category_impl final : public boost::system::error_category {
 public:
  char const* name() const noexcept override { return "simruns"; }
  std::string message(int value) const override {
    return std::string(to_string(static_cast<errc>(value)));
  }
  boost::system::error_condition default_error_condition(int value) const noexcept override {
    if (static_cast<errc>(value) != errc::cancelled) return {value, *this};
    return make_error_condition(boost::system::errc::operation_canceled);
  }
};

class condition_category_impl final : public boost::system::error_category {
 public:
  using boost::system::error_category::equivalent;
  char const* name() const noexcept override { return "simruns.condition"; }
  std::string message(int value) const override {
    static constexpr std::array<std::string_view, 7> words{
        "none", "retryable", "auth", "timeout", "cancelled", "malformed", "incomplete"};
    auto const index = static_cast<std::size_t>(value);
    return std::string(index < words.size() ? words[index] : "unknown");
  }
  bool equivalent(error_code const& code, int value) const noexcept override {
    auto const wanted = static_cast<condition>(value);
    if (code.category() == simruns_category()) {
      return holds(wanted, static_cast<errc>(code.value()));
    }
    return wanted == condition::cancelled && code == boost::system::errc::operation_canceled;
  }
};

}  // namespace detail

SIMRUNS_INLINE boost::system::error_category const& simruns_category() noexcept {
  static detail::error_category_impl const instance;
  return instance;
}

SIMRUNS_INLINE boost::system::error_category const& condition_category() noexcept {
  static detail::condition_category_impl const instance;
  return instance;
}

SIMRUNS_INLINE std::string to_string(request_failure const& failure) {
  std::string text;
  if (failure.status != 0) {
    text = "HTTP " + std::to_string(failure.status);
  } else {
    text = std::string(to_string(static_cast<errc>(failure.code.value())));
  }
  if (failure.attempts > 0) {
    text += " after " + std::to_string(failure.attempts);
    text += failure.attempts == 1 ? " attempt" : " attempts";
    if (failure.attempts > 1) text += " in " + detail::seconds_text(failure.elapsed);
  }
  text += ": " + failure.message;
  if (!failure.field.empty()) text += " (field " + failure.field + ")";
  if (!failure.trace_id.empty()) text += " (traceId " + failure.trace_id + ")";
  if (failure.cause.failed()) text += " [" + failure.cause.message() + "]";
  return text;
}

namespace detail {

SIMRUNS_INLINE request_failure failure_of_caller(errc code, std::string message) {
  request_failure failure;
  failure.code = make_error_code(code);
  failure.message = std::move(message);
  return failure;
}

}  // namespace detail

SIMRUNS_INLINE request_error::request_error(request_failure failure)
    : boost::system::system_error(failure.code, to_string(failure)), failure_(std::move(failure)) {}

SIMRUNS_INLINE request_error::request_error(errc code, std::string message)
    : request_error(detail::failure_of_caller(code, std::move(message))) {}

}  // namespace simruns
