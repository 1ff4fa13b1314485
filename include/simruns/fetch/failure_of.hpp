#pragma once

#include "simruns/error.hpp"

#include <exception>
#include <string_view>

namespace simruns::detail {

/// Whatever an attempt threw, as a failure.
request_failure failure_of(std::exception_ptr const& thrown);

/// The code for a status that is no success.
errc errc_of_status(int status) noexcept;

/// What to say where the server said nothing.
std::string_view advice_for(errc code) noexcept;

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/failure_of.ipp"
#endif
