#include "simruns/runs/client.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/scratch.hpp"
#include "support/scripted_server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

using test::answer;
using test::scripted_server;

namespace {

/// Whatever this process writes to its standard output and error, for as long as it lives.
class captured_output {
 public:
  captured_output() : file_(folder_.file("output")) {
    flush();
    int const to = ::open(file_.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (to < 0) throw std::runtime_error("open");
    for (int fd : {1, 2}) {
      before_[static_cast<std::size_t>(fd - 1)] = ::dup(fd);
      ::dup2(to, fd);
    }
    ::close(to);
  }
  captured_output(captured_output const&) = delete;
  captured_output& operator=(captured_output const&) = delete;
  ~captured_output() {
    flush();
    for (int fd : {1, 2}) {
      int const before = before_[static_cast<std::size_t>(fd - 1)];
      ::dup2(before, fd);
      ::close(before);
    }
  }

  std::string text() const {
    flush();
    return test::text_of_file(file_);
  }

 private:
  static void flush() {
    std::cout.flush();
    std::clog.flush();
    std::fflush(nullptr);
  }

  test::scratch folder_;
  std::string file_;
  std::array<int, 2> before_{};
};

simruns::error_code end_of_walk(simruns::client_config config, int attempts = 1) {
  config.max_attempts = attempts;
  config.backoff_base = std::chrono::milliseconds(0);
  test::asio::io_context context;
  simruns::client client(context.get_executor(), config, simruns::credentials::api_key("k"));
  auto runs = test::share(client.runs(test::query()));
  return test::run(context, test::read_all(runs)).code;
}

simruns::error_code end_of_walk(std::string const& bytes) {
  scripted_server server({{scripted_server::reply(bytes)}});
  return end_of_walk(simruns::client_config(server.url()));
}

}  // namespace

TEST_CASE("the library prints nothing, whatever comes of a request") {
  auto const page = simruns::testing::page_of({"a", "b"});
  std::vector<simruns::error_code> came;
  std::string printed;
  std::string control;
  {
    captured_output const output;
    came.push_back(end_of_walk(answer(page)));
    came.push_back(end_of_walk(answer(R"({"data":[7,{"id":null}]})")));
    came.push_back(end_of_walk(answer("no page")));
    came.push_back(end_of_walk(answer("{}", {}, "401 Unauthorized")));
    came.push_back(end_of_walk(answer("<html>", {}, "503 Service Unavailable")));
    came.push_back(end_of_walk(answer(page).substr(0, 120)));
    came.push_back(end_of_walk("no HTTP\r\n\r\n"));
    came.push_back(end_of_walk(""));
    came.push_back(end_of_walk(simruns::client_config("http://127.0.0.1:1"), 3));
    test::certificate const own(test::certificate::recipe("own", "IP:127.0.0.1"));
    auto tls = own.server_context();
    scripted_server secure({{scripted_server::reply(answer(page))}}, &tls);
    came.push_back(end_of_walk(simruns::client_config(secure.url())));
    scripted_server silent({{scripted_server::reply("", false)}});
    simruns::client_config impatient(silent.url());
    impatient.attempt_timeout = std::chrono::milliseconds(50);
    came.push_back(end_of_walk(impatient));
    printed = output.text();
    std::cout << "out";
    std::fputs("err", stderr);
    control = output.text();
  }
  CHECK(printed.empty());
  CHECK(control.size() == 6);  // it would have been seen
  REQUIRE(came.size() == 11);
  CHECK_FALSE(came.front());
  for (std::size_t i = 2; i < came.size(); ++i) CHECK(came[i]);
}
