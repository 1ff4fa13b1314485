#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/failure_of.hpp"

#include <boost/asio/error.hpp>

#include <new>

namespace simruns::detail {

/// Says it in fewer words where there is no memory for these.
SIMRUNS_INLINE request_failure out_of_memory() noexcept {
  request_failure out;
  out.code = errc::too_large;
  try {
    out.message = "out of memory; ask for smaller pages";
  } catch (std::bad_alloc const&) {
    out.message = "out of memory";  // which a text holds in place
  }
  return out;
}

SIMRUNS_INLINE request_failure failure_of(std::exception_ptr const& thrown) try {
  request_failure out;
  try {
    std::rethrow_exception(thrown);
  } catch (request_error const& error) {
    out = error.failure();
  } catch (boost::system::system_error const& error) {
    bool const aborted = error.code() == boost::asio::error::operation_aborted;
    out.code = aborted ? errc::cancelled : errc::transport;
    out.cause = error.code();
  } catch (std::bad_alloc const&) {
    return out_of_memory();
  } catch (std::exception const& error) {
    out.code = errc::transport;
    out.message = error.what();
  } catch (...) {
    out.code = errc::transport;
    out.message = "the transport threw what is no exception of the standard library";
  }
  if (out.code == errc::cancelled) out.message = "the operation was cancelled";
  return out;
} catch (std::bad_alloc const&) {
  return out_of_memory();
}

SIMRUNS_INLINE errc errc_of_status(int status) noexcept {
  switch (status) {
    case 400:
    case 422:
      return errc::bad_request;
    case 401:
      return errc::auth;
    case 403:
      return errc::forbidden;
    case 404:
    case 410:
      return errc::not_found;
    case 408:
      return errc::timeout;
    case 425:
    case 429:
      return errc::rate_limited;
    case 501:  // asked again, the server would know it no better
    case 505:
      return errc::http;
    default:
      break;
  }
  if (status >= 300 && status < 400) return errc::redirect;
  return status >= 500 ? errc::server : errc::http;
}

SIMRUNS_INLINE std::string_view advice_for(errc code) noexcept {
  switch (code) {
    case errc::auth:
      return "the credentials were refused; check the API key or token";
    case errc::forbidden:
      return "no access to this project with these credentials";
    case errc::not_found:
      return "nothing is there; check the base URL and its path prefix";
    case errc::bad_request:
      return "the server refused a parameter";
    case errc::rate_limited:
      return "too many requests; wait, then go on";
    case errc::server:
      return "the server failed";
    case errc::redirect:
      return "redirects are not followed, credentials never travel; use the final address";
    default:
      return "the server answered with a status that is not a page";
  }
}

}  // namespace simruns::detail
