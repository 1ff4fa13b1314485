#pragma once

#include "simruns/config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/http_message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace simruns::detail {

/// What is struck out of every text that is shown: what a client proves itself with. That is its
/// credentials, and the values of its own `headers`, any of which may be a secret of a gateway.
class redaction {
 public:
  redaction(simruns::credentials credentials, http_headers const& headers = {});

  /// Returns `text` with `***` in place of each secret, see `strike_out`.
  std::string operator()(std::string_view text) const;

 private:
  simruns::credentials credentials_;
  std::vector<std::string> values_;  ///< Of headers, the longest first.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/redaction.ipp"
#endif
