#pragma once

#include "support/black_hole.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"
#include "support/tunnel_proxy.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

namespace test {

/// What an attempt is at.
enum class moment { resolving, connecting, shaking_hands, in_the_tunnel, sending, reading };

inline std::string name_of(moment when) {
  static constexpr std::array<char const*, 6> names{"resolving",     "connecting", "shaking hands",
                                                    "in the tunnel", "sending",    "reading"};
  return names[static_cast<std::size_t>(when)];
}

/// The first attempt hangs at `when`; the next would be served.
class hanging_once {
 public:
  explicit hanging_once(moment when)
      : when_(when),
        tls_(own_.server_context()),
        server_({{scripted_server::reply(answer(simruns::testing::page_of({"a", "b"})))}},
                when == moment::shaking_hands ? &tls_ : nullptr),
        proxy_(server_.endpoint()),
        deaf_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
        client_(config(), lookup()) {}

  /// Until there is nothing to do but wait.
  void begin() {
    auto what = query();
    if (when_ == moment::sending) what.filter(std::string(std::size_t{12} << 20, 'x'));
    client_.begin(what);
    client_.run_until([this] { return *asked_ > 0; });
  }

  http_client& client() noexcept { return client_; }

 private:
  simruns::client_config config() const {
    bool const https = when_ == moment::shaking_hands;
    simruns::client_config out(https ? "https://simulator.test" : "http://simulator.test");
    out.connect_timeout = out.attempt_timeout = std::chrono::seconds(60);
    if (when_ == moment::in_the_tunnel) out.proxy.emplace("http://proxy.test");
    if (https) {
      out.ca_file = (std::filesystem::temp_directory_path() / "simruns-test-cancel.pem").string();
      std::ofstream(out.ca_file) << own_.pem();
    }
    return out;
  }

  simruns::lookup_function lookup() const {
    auto const first = when_ == moment::connecting ? hole_.endpoint() : deaf_.local_endpoint();
    auto const next = when_ == moment::in_the_tunnel ? proxy_.endpoint() : server_.endpoint();
    auto const answers = answers_of({{first}, {next}}, asked_);
    if (when_ != moment::resolving) return answers;
    return [answers, asked = asked_](std::string const& host, std::uint16_t port) {
      auto found = answers(host, port);
      if (*asked == 1) std::this_thread::sleep_for(std::chrono::minutes(10));
      return found;
    };
  }

  moment when_;
  std::shared_ptr<std::atomic<int>> asked_ = std::make_shared<std::atomic<int>>(0);
  certificate own_{certificate::recipe("own", "DNS:simulator.test")};
  boost::asio::ssl::context tls_;
  scripted_server server_;
  tunnel_proxy proxy_;
  black_hole hole_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor deaf_;  ///< Connects, since the system does that, and no more.
  http_client client_;
};

}  // namespace test
