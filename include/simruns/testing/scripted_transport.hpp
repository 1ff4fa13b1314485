#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace simruns::testing {

/// A network that does as it is told, for tests of code that uses a client:
///
///     namespace st = simruns::testing;
///     auto network = std::make_shared<st::scripted_transport>();
///     network->then_failure(simruns::errc::transport);
///     network->then_pages(st::sample_batch({"a", "b", "c"}, 2));
///     simruns::client client{executor, config, credentials, network};
///
/// Steps are used in the order of the requests. A request beyond the last step fails with
/// `errc::invalid_argument`, and the error names it: `request 2, ...&next=c1, is beyond the script
/// of 1 step`.
///
/// Threads: the script is for before the first request, `requests` for any time.
class scripted_transport final : public transport {
 public:
  /// Answers 200 with this body.
  scripted_transport& then_page(std::string body) {
    return then_response(http_response(200, std::move(body)));
  }

  /// Answers 200 with these bodies, one after another, as `sample_batch` makes them.
  scripted_transport& then_pages(std::vector<std::string> bodies) {
    for (auto& body : bodies) then_page(std::move(body));
    return *this;
  }

  scripted_transport& then_response(http_response response) { return then(std::move(response)); }

  /// Fails as a connection would.
  scripted_transport& then_failure(errc code) { return then(fault{code, "as the script says"}); }

  /// Never answers. The request ends only by cancellation.
  scripted_transport& then_silence() { return then(silence{}); }

  /// Answers with what `answer` makes of the request.
  scripted_transport& then_call(std::function<http_response(http_request const&)> answer) {
    return then(std::move(answer));
  }

  /// Answers every request beyond the script with what `answer` makes of it.
  scripted_transport& always_call(std::function<http_response(http_request const&)> answer) {
    otherwise_ = std::move(answer);
    return *this;
  }

  /// The targets that were asked for, in order.
  std::vector<std::string> requests() const;

  boost::asio::awaitable<http_response> exchange(http_request request, attempt_limits) override;

 private:
  struct silence {};
  struct fault {
    errc code;
    std::string message;
  };
  using call = std::function<http_response(http_request const&)>;
  using step = std::variant<silence, http_response, fault, call>;

  scripted_transport& then(step latest) {
    steps_.push_back(std::move(latest));
    ++script_size_;
    return *this;
  }
  std::size_t note(std::string const& target);
  step next_step(std::size_t number, std::string const& target);
  static boost::asio::awaitable<http_response> play(step todo, http_request request);

  std::deque<step> steps_;
  std::size_t script_size_ = 0;  ///< Steps of the whole script, those that were used included.
  call otherwise_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace simruns::testing

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/testing/impl/scripted_transport.ipp"
#endif
