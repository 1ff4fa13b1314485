#pragma once

#include "simruns/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace simruns::detail {

/// The word of ours for a code of Asio, Beast or OpenSSL; `otherwise` where none is more exact.
errc translate(error_code const& code, errc otherwise);

/// Throws `failed` again. Of a timeout, the message says which option's time passed, before what.
[[noreturn]] void rethrow_deadline(request_error const& failed, std::string_view option,
                                   std::chrono::milliseconds limit, std::string_view what);

/// Throws a request_error of our word for `code`, which becomes its cause.
[[noreturn]] void throw_translated(error_code const& code, errc otherwise, std::string message);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/translate.ipp"
#endif
