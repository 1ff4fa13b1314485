#pragma once

#include "simruns/runs/client.hpp"
#include "simruns/transport/http_transport.hpp"

namespace simruns {

inline client::client(boost::asio::any_io_executor executor, client_config config, credentials who)
    : client(std::make_shared<detail::client_core>(std::move(executor), std::move(config),
                                                   std::move(who))) {
  core_->link = std::make_shared<http_transport>(core_->executor(), core_->config);
}

}  // namespace simruns
