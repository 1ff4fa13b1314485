#pragma once

#include "simruns/config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/text/redactor.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

/// What is struck out of every text that is shown: what a client proves itself with. That is its
/// credentials, the user and the password of its proxy, and the values of its own `headers`, any of
/// which may be a secret of a gateway. A copy is cheap.
class redaction {
 public:
  redaction(credentials const& access, http_headers const& headers = {},
            std::optional<proxy_url> const& proxy = {});

  /// Returns `text` with `***` in place of each secret, see `redactor`.
  std::string operator()(std::string_view text) const { return (*strike_)(text); }

  /// Makes a text of unknown origin fit for a message, without a secret.
  std::string shown(std::string_view text, std::size_t most_bytes) const {
    return excerpt(text, most_bytes, strike_.get());
  }

  shared_redactor const& shared() const noexcept { return strike_; }

 private:
  shared_redactor strike_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/redaction.ipp"
#endif
