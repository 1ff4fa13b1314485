#pragma once

#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/serve/detail/listener.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/server_options.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/upstream.hpp"
#include "simruns/simulator/store/detail/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// The endpoint on one's own machine: serves a data set over HTTP, on an executor of the caller's.
/// Several threads may run that executor. Its context may be destroyed before the server or after.
class server {
 public:
  /// Listens and accepts from now on; answers as soon as the executor runs.
  /// Throws: boost::system::system_error if it cannot listen there; std::invalid_argument for a
  /// path prefix that cannot stand in a URL, or for a certificate and a key that are no pair;
  /// request_error for an upstream that is no base URL.
  server(boost::asio::any_io_executor executor, dataset runs, server_options options = {})
      : options_{completed(std::move(options), runs)}, batches_{runs.batches()} {
    responder_options what;
    what.accepted = {options_.api_key, options_.bearer_token};
    what.path_prefix = options_.path_prefix;
    what.project = options_.project;
    what.seed = std::random_device{}();
    service_ = std::make_shared<service>(store_of(std::move(runs)), std::move(what), options_);
    std::shared_ptr<upstream> beyond;
    if (!options_.upstream.empty()) {
      beyond = std::make_shared<upstream>(executor, options_.upstream, options_.path_prefix,
                                          options_.record);
    }
    auto const made = std::make_shared<listener>(std::move(executor), service_,
                                                 tls_context_of(options_), std::move(beyond));
    endpoint_ = made->endpoint();
    listener_ = made;
    listener::start(made);
  }

  server(server const&) = delete;
  server& operator=(server const&) = delete;
  ~server() { stop(); }

  /// Closes everything, connections with an answer under way too, and returns at once: the rest is
  /// done by whoever runs the executor. A second call does nothing. Threads: any.
  void stop() {
    auto const held = listener_.lock();
    if (held) listener::stop(held);
  }

  /// The base URL, such as `http://127.0.0.1:41234/testing`.
  std::string url() const {
    auto address = endpoint_.address();
    if (address.is_unspecified()) address = loopback_like(address);
    auto const host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    std::string const scheme = options_.certificate.empty() ? "http://" : "https://";
    return scheme + host + ":" + std::to_string(endpoint_.port()) + options_.path_prefix;
  }

  std::uint16_t port() const noexcept { return endpoint_.port(); }
  std::string const& api_key() const noexcept { return options_.api_key; }
  /// Empty if no bearer token is accepted.
  std::string const& bearer_token() const noexcept { return options_.bearer_token; }
  std::string const& project() const noexcept { return options_.project; }
  /// Every batch there is, in the order of the data set.
  std::vector<batch_key> const& batches() const noexcept { return batches_; }

  /// The time of `server_options::live`; null if the server is not live.
  std::shared_ptr<virtual_clock> const& clock() const noexcept { return options_.clock; }
  /// The time after which a live server changes no more.
  std::chrono::milliseconds live_until() const {
    return life_ ? life_->end() : std::chrono::milliseconds{0};
  }

  /// The latest requests, oldest first. Threads: any.
  std::vector<request_record> requests() const { return service_->log().records(); }
  /// Forgets the requests so far; their numbers go on. Threads: any.
  void clear_requests() { service_->log().clear(); }

 private:
  static server_options completed(server_options options, dataset const& runs) {
    if (options.api_key.empty()) options.api_key = random_secret();
    options.path_prefix = normal_prefix(options.path_prefix);
    if (options.live && !options.clock) options.clock = std::make_shared<virtual_clock>(1);
    if (!options.project.empty()) return options;
    options.project = runs.empty() ? "demo-project" : runs.batches().front().project;
    return options;
  }

  std::shared_ptr<store const> store_of(dataset runs) {
    auto const held = std::make_shared<dataset const>(std::move(runs));
    if (!options_.live) return std::make_shared<store const>(held);
    life_ = std::make_shared<timeline const>(held, *options_.live);
    return std::make_shared<store const>(held, life_, options_.clock);
  }

  static std::shared_ptr<boost::asio::ssl::context> tls_context_of(server_options const& options) {
    namespace ssl = boost::asio::ssl;
    if (options.certificate.empty() && options.private_key.empty()) return nullptr;
    auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
    // Without this OpenSSL asks the terminal for the password of a key that has one.
    made->set_password_callback(
        [](std::size_t, ssl::context::password_purpose) { return std::string{}; });
    boost::system::error_code problem;
    made->use_certificate_chain(boost::asio::buffer(options.certificate), problem);
    if (!problem) {
      made->use_private_key(boost::asio::buffer(options.private_key), ssl::context::pem, problem);
    }
    if (problem) {
      throw std::invalid_argument("certificate and private key are not a pair of PEM texts: " +
                                  problem.message());
    }
    return made;
  }

  static boost::asio::ip::address loopback_like(boost::asio::ip::address const& any) {
    if (any.is_v6()) return boost::asio::ip::address_v6::loopback();
    return boost::asio::ip::address_v4::loopback();
  }

  server_options options_;
  std::vector<batch_key> batches_;
  std::shared_ptr<timeline const> life_;
  std::shared_ptr<service> service_;
  std::weak_ptr<listener> listener_;
  boost::asio::ip::tcp::endpoint endpoint_;
};

}  // namespace simruns::simulator
