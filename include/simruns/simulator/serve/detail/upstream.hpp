#pragma once

#include "simruns/fetch/client_core.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/data/recording.hpp"
#include "simruns/transport/http_transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

/// A real server behind this one. It gets every request as it came, with the credentials of its
/// client, and its response goes back as it is. Pages go to a recording on their way. Credentials
/// go nowhere else. Threads: any.
class upstream {
 public:
  /// `url` is the base URL there, `path_prefix` that of the base URL here. `record` may be null.
  /// Throws: request_error (invalid_argument) if `url` is not usable.
  upstream(boost::asio::any_io_executor executor, std::string_view url, std::string path_prefix,
           std::shared_ptr<recording> record)
      : core_{std::make_shared<simruns::detail::client_core>(
            std::move(executor), client_config{url}, credentials::api_key("unused"))},
        path_prefix_{std::move(path_prefix)},
        record_{std::move(record)} {
    core_->transport = std::make_shared<http_transport>(core_->executor(), core_->config);
  }

  /// The response from there, or a 502 where there is none.
  boost::asio::awaitable<response> forward(api_request request, std::string trace_id) const;

 private:
  http_request message_for(std::string_view rest, sent_credentials const& sent) const;

  /// Records the response to a request. Throws: dataset_error.
  void keep(std::string_view target, std::string const& body) const;

  static response response_of(http_response received);

  std::shared_ptr<simruns::detail::client_core> core_;
  std::string path_prefix_;
  std::shared_ptr<recording> record_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/upstream.ipp"
#endif
