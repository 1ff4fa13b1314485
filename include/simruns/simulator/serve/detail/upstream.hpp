#pragma once

#include "simruns/error.hpp"
#include "simruns/fetch/client_core.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/data/recording.hpp"
#include "simruns/transport/http_transport.hpp"
#include "simruns/version.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

/// A real server behind this one: gets every request as it came, the credentials of its client
/// included, and its answer goes back as it is. Pages go to a recording on their way; credentials
/// go nowhere else. Threads: any.
class upstream {
 public:
  /// `url`: the base URL there; `path_prefix`: of the base URL here. `record` may be null.
  /// Throws: request_error (invalid_argument) if `url` is not usable.
  upstream(boost::asio::any_io_executor executor, std::string_view url, std::string path_prefix,
           std::shared_ptr<recording> record)
      : core_{std::make_shared<simruns::detail::client_core>(
            std::move(executor), client_config{url}, credentials::api_key("unused"))},
        path_prefix_{std::move(path_prefix)},
        record_{std::move(record)} {
    core_->transport = std::make_shared<simruns::http_transport>(core_->executor(), core_->config);
  }

  /// The answer from there; a 502 where there is none.
  boost::asio::awaitable<answer> forward(api_request request, std::string trace_id) const {
    if (request.method != "GET" && request.method != "HEAD") {
      auto refused = error_answer(405, "only GET and HEAD are passed on", trace_id);
      refused.headers.emplace_back("Allow", "GET, HEAD");
      co_return refused;
    }
    auto const path = simruns::simulator::detail::without_authority(request.target);
    if (!path.starts_with(path_prefix_ + "/")) {
      co_return error_answer(
          404, "no such path: only what is below " + path_prefix_ + "/ is passed on", trace_id);
    }
    auto message = message_for(path.substr(path_prefix_.size()), request.credentials);
    std::string problem;
    http_response got;
    try {
      auto exchange = core_->transport->exchange(std::move(message), attempt_limits());
      got = co_await simruns::detail::on_strand(core_->strand, std::move(exchange));
      if (got.status == 200 && record_) record_->add(got.body);
    } catch (request_error const& failed) {
      if (failed.code() == errc::cancelled) throw;
      problem = failed.describe();
    } catch (dataset_error const& failed) {
      problem = failed.what();
    }
    if (!problem.empty()) co_return error_answer(502, "upstream: " + problem, trace_id);
    co_return answer_of(std::move(got));
  }

 private:
  http_request message_for(std::string_view rest, sent_credentials const& sent) const {
    auto const& base = core_->config.base;
    http_request made;
    made.host = base.host();
    made.port = base.port();
    made.tls = base.is_https();
    made.target = base.path_prefix();
    made.target += rest;
    made.headers.emplace_back("Host", base.host_header());
    made.headers.emplace_back("Accept", "application/json");
    made.headers.emplace_back("Accept-Encoding", "identity");
    made.headers.emplace_back("User-Agent", "simruns-simulator/" + std::string{version});
    for (auto const value : sent.authorization) made.headers.emplace_back("Authorization", value);
    for (auto const value : sent.api_keys) made.headers.emplace_back("X-API-Key", value);
    return made;
  }

  static answer answer_of(http_response got) {
    answer made;
    made.status = static_cast<unsigned>(got.status);
    for (auto const* name : {"Content-Type", "Retry-After", "WWW-Authenticate", "Location"}) {
      auto const value = got.header(name);
      if (!value.empty()) made.headers.emplace_back(name, value);
    }
    made.body = std::move(got.body);
    return made;
  }

  std::shared_ptr<simruns::detail::client_core> core_;
  std::string path_prefix_;
  std::shared_ptr<recording> record_;
};

}  // namespace simruns::simulator
