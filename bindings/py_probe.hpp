#pragma once

#include "operation.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/transport/http_transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace simruns_python {

/// Notes what the server's clock says, which no page tells.
class dated_transport final : public simruns::http_transport {
 public:
  dated_transport(boost::asio::any_io_executor executor, simruns::client_config const& config,
                  bool anonymous)
      : http_transport(std::move(executor), config), anonymous_(anonymous) {}

  boost::asio::awaitable<simruns::http_response> exchange(simruns::http_request request,
                                                          simruns::attempt_limits limits) override;

  /// The `Date` of the latest response. Requires that no exchange is under way.
  std::optional<std::int64_t> date_ms() const noexcept { return date_ms_; }

 private:
  bool anonymous_;
  std::optional<std::int64_t> date_ms_;
};

/// One request that tells how a server is reached: its page or failure, and the server's clock.
class py_probe {
 public:
  py_probe(std::shared_ptr<operation> under_way, std::shared_ptr<dated_transport const> transport)
      : operation_(std::move(under_way)), transport_(std::move(transport)) {}

  std::shared_ptr<operation> const& request() const noexcept { return operation_; }
  std::optional<std::int64_t> date_ms() const {
    return operation_->done() ? transport_->date_ms() : std::nullopt;
  }

 private:
  std::shared_ptr<operation> operation_;
  std::shared_ptr<dated_transport const> transport_;
};

}  // namespace simruns_python
