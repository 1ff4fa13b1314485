#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/authentication.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/serve/detail/listener.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/upstream.hpp"
#include "simruns/simulator/serve/server.hpp"
#include "simruns/simulator/serve/server_options.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "simruns/text/random.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator {

namespace detail {

/// The options with everything in them that the server was to choose.
inline server_options completed(server_options options, dataset const& runs) {
  if (options.api_key.empty()) options.api_key = random_secret();
  options.path_prefix = normal_prefix(options.path_prefix);
  if (options.live && !options.clock) options.clock = std::make_shared<virtual_clock>(1);
  if (!options.project.empty()) return options;
  options.project = runs.empty() ? "demo-project" : runs.known_scenarios().front().project;
  return options;
}

inline std::shared_ptr<boost::asio::ssl::context> tls_context_of(server_options const& options) {
  namespace ssl = boost::asio::ssl;
  if (options.certificate.empty() && options.private_key.empty()) return nullptr;
  auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  // Without this OpenSSL asks the terminal for the password of a key that has one.
  made->set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string{}; });
  boost::system::error_code error;
  made->use_certificate_chain(boost::asio::buffer(options.certificate), error);
  if (!error) {
    made->use_private_key(boost::asio::buffer(options.private_key), ssl::context::pem, error);
  }
  if (error) {
    throw std::invalid_argument("certificate and private key are not a pair of PEM texts: " +
                                error.message());
  }
  return made;
}

inline std::string url_of(server_options const& options,
                          boost::asio::ip::tcp::endpoint const& endpoint) {
  namespace ip = boost::asio::ip;
  auto address = endpoint.address();
  if (address.is_unspecified() && address.is_v6()) address = ip::address_v6::loopback();
  if (address.is_unspecified()) address = ip::address_v4::loopback();
  auto const host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  std::string const scheme = options.certificate.empty() ? "http://" : "https://";
  return scheme + host + ":" + std::to_string(endpoint.port()) + options.path_prefix;
}

}  // namespace detail

SIMRUNS_INLINE server::server(boost::asio::any_io_executor executor, dataset runs,
                              server_options options)
    : options_{detail::completed(std::move(options), runs)}, batches_{runs.batches()} {
  detail::responder_options what;
  what.accepted = {options_.api_key, options_.bearer_token};
  what.path_prefix = options_.path_prefix;
  what.project = options_.project;
  what.seed = simruns::detail::random_bits();
  what.neighbours = options_.neighbours;
  auto const data = std::make_shared<dataset const>(std::move(runs));
  if (options_.live) life_ = std::make_shared<detail::timeline const>(data, *options_.live);
  auto served = std::make_shared<detail::store const>(data, life_, options_.clock);
  service_ = std::make_shared<detail::service>(std::move(served), std::move(what), options_);
  std::shared_ptr<detail::upstream> beyond;
  if (!options_.upstream.empty()) {
    beyond = std::make_shared<detail::upstream>(executor, options_.upstream, options_.path_prefix,
                                                options_.record);
  }
  auto const made = std::make_shared<detail::listener>(
      std::move(executor), service_, detail::tls_context_of(options_), std::move(beyond));
  url_ = detail::url_of(options_, made->endpoint());
  port_ = made->endpoint().port();
  listener_ = made;
  detail::listener::start(made);
}

SIMRUNS_INLINE server::~server() { stop(); }

SIMRUNS_INLINE void server::stop() {
  auto const held = listener_.lock();
  if (held) detail::listener::stop(held);
}

SIMRUNS_INLINE std::chrono::milliseconds server::live_until() const {
  return life_ ? life_->end() : std::chrono::milliseconds{0};
}

SIMRUNS_INLINE std::vector<request_record> server::requests() const {
  return service_->log().records();
}

SIMRUNS_INLINE void server::clear_requests() { service_->log().clear(); }

}  // namespace simruns::simulator
