#pragma once

#include "simruns/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

/// Encodes bytes by RFC 4648, section 4, with padding, as HTTP's Basic authentication has it.
std::string base64_encode(std::string_view bytes);

/// Encodes bytes by RFC 4648, section 5, without padding: the result needs no escape in a URL.
std::string base64url_encode(std::string_view bytes);

/// Reverses `base64url_encode`. The result is empty for a text that `base64url_encode` cannot give.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/base64.ipp"
#endif
