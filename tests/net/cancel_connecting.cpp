#include "support/black_hole.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"
#include "support/tunnel_proxy.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using simruns::errc;
using test::answer;
using test::scripted_server;

namespace {

std::string const body = simruns::testing::page_of({"a", "b"});

enum class moment { resolving, connecting, shaking_hands, in_the_tunnel, sending, reading };

std::string name_of(moment when) {
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
        server_({{scripted_server::reply(answer(body))}},
                when == moment::shaking_hands ? &tls_ : nullptr),
        proxy_(server_.endpoint()),
        deaf_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
        client_(config(), lookup()) {}

  /// Until there is nothing to do but wait.
  void begin() {
    auto query = test::query();
    if (when_ == moment::sending) query.filter(std::string(std::size_t{12} << 20, 'x'));
    client_.begin(query);
    client_.run_until([this] { return *asked_ > 0; });
  }

  test::http_client& client() noexcept { return client_; }

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
    auto const answers = test::answers_of({{first}, {next}}, asked_);
    if (when_ != moment::resolving) return answers;
    return [answers, asked = asked_](std::string const& host, std::uint16_t port) {
      auto found = answers(host, port);
      if (*asked == 1) std::this_thread::sleep_for(std::chrono::minutes(10));
      return found;
    };
  }

  moment when_;
  std::shared_ptr<std::atomic<int>> asked_ = std::make_shared<std::atomic<int>>(0);
  test::certificate own_{test::certificate::recipe("own", "DNS:simulator.test")};
  boost::asio::ssl::context tls_;
  scripted_server server_;
  test::tunnel_proxy proxy_;
  test::black_hole hole_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor deaf_;  ///< Connects, since the system does that, and no more.
  test::http_client client_;
};

}  // namespace

TEST_CASE("at every moment of an attempt a cancellation ends it, and the client goes on") {
  auto const when = GENERATE(moment::resolving, moment::connecting, moment::shaking_hands,
                             moment::in_the_tunnel, moment::sending, moment::reading);
  INFO(name_of(when));
  hanging_once hanging(when);
  hanging.begin();
  CHECK(hanging.client().cancel() < std::chrono::seconds(20));
  auto const got = std::move(hanging.client().got);
  REQUIRE(got.has_value());
  REQUIRE(got->has_error());
  CHECK(got->error().code == errc::cancelled);
  CHECK(hanging.client().fetch().has_value());
}

TEST_CASE("at every moment of an attempt its context can go") {
  auto const when = GENERATE(moment::resolving, moment::connecting, moment::shaking_hands,
                             moment::in_the_tunnel, moment::sending, moment::reading);
  auto const context_first = GENERATE(false, true);
  INFO(name_of(when) << (context_first ? ", before the client" : ", after the client"));
  hanging_once hanging(when);
  hanging.begin();
  if (!context_first) hanging.client().client.reset();
  hanging.client().context.reset();
  CHECK_FALSE(hanging.client().got.has_value());
}
