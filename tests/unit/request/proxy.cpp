#include "simruns/request/proxy.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using simruns::base_url;
using simruns::proxy_url;

namespace {

/// The variables that name proxies, as given and no others, until the test ends.
class environment {
 public:
  explicit environment(std::map<std::string, std::string> const& values) {
    for (char const* name : names) {
      if (char const* const value = std::getenv(name)) before_[name] = value;
      ::unsetenv(name);
    }
    for (auto const& [name, value] : values) ::setenv(name.c_str(), value.c_str(), 1);
  }
  environment(environment const&) = delete;
  environment& operator=(environment const&) = delete;
  ~environment() {
    for (char const* name : names) ::unsetenv(name);
    for (auto const& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  static constexpr char const* names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                          "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
  std::map<std::string, std::string> before_;
};

std::string proxy_of(std::string const& url, std::map<std::string, std::string> const& values) {
  environment const set(values);
  auto const proxy = simruns::proxy_from_environment(base_url(url));
  return proxy ? proxy->text() : "none";
}

std::string refusal_of(std::string const& text) {
  try {
    proxy_url const accepted(text);
    return "accepted";
  } catch (simruns::request_error const& failed) {
    CHECK(failed.code() == simruns::errc::invalid_argument);
    return failed.what();
  }
}

struct no_proxy_example {
  std::string url, words;
  bool covered;
};

void check(std::vector<no_proxy_example> const& examples) {
  for (auto const& [url, words, covered] : examples) {
    INFO(url << " with NO_PROXY=" << words);
    auto const proxy = proxy_of(url, {{"https_proxy", "http://a:1"}, {"NO_PROXY", words}});
    CHECK((proxy == "none") == covered);
  }
}

}  // namespace

TEST_CASE("a proxy's URL has a host, a port of 8080 by default, and maybe a user") {
  proxy_url const plain("http://Proxy.Test");
  CHECK(plain.host() == "proxy.test");
  CHECK(plain.port() == 8080);
  CHECK_FALSE(plain.user_and_password());
  proxy_url const whole("http://us%40er:p%3ass%2Fw%25rd@[::1]:3128/");
  CHECK(whole.host() == "::1");
  CHECK(whole.port() == 3128);
  CHECK(whole.user_and_password() == "us@er:p:ss/w%rd");
  CHECK(whole.text() == "http://[::1]:3128");
  CHECK(proxy_url("http://user@proxy.test").user_and_password() == "user:");
}

TEST_CASE("the scheme and the host of a proxy are the same in capital letters") {
  CHECK(proxy_url("HTTP://Proxy.Test:3128").text() == "http://proxy.test:3128");
  CHECK(proxy_url("Http://[FE80::1%25Eth0]").text() == "http://[fe80::1%25Eth0]:8080");
}

TEST_CASE("what is no URL of a proxy is refused, and not repeated") {
  for (std::string const text : {"",
                                 "proxy.test",
                                 "https://u:hunter2@proxy.test",
                                 "socks5://u:hunter2@proxy.test",
                                 "http://",
                                 "http://u:hunter2@",
                                 "http://u:hunter2@proxy.test:0",
                                 "http://u:hunter2@proxy.test:65536",
                                 "http://u:hunter2@proxy.test:8080/path",
                                 "http://u:hunter2@proxy.test?x",
                                 "http://u:hunter2@proxy.test#x",
                                 "http://u:hunter2@pro xy.test",
                                 "http://u:hunter2%zz@proxy.test",
                                 "http://u:hunter2%0d%0aX@proxy.test",
                                 "http://u:hunter2@x@proxy.test",
                                 "http://:hunter2@proxy.test",
                                 "http://a%3ab:hunter2@proxy.test",
                                 "http://u:hunter2@[::1",
                                 "http://u:hunter2@[proxy]",
                                 "http://u:hunter2@pro%78y.test"}) {
    INFO(text);
    auto const why = refusal_of(text);
    CHECK(why != "accepted");
    CHECK(why.find("hunter2") == why.npos);
  }
}

TEST_CASE("the environment's variables count by the scheme of the server") {
  std::string const secure = "https://api.test";
  std::string const open = "http://api.test";
  CHECK(proxy_of(secure, {}) == "none");
  CHECK(proxy_of(secure, {{"https_proxy", "http://a:1"}, {"HTTPS_PROXY", "http://b:1"}}) ==
        "http://a:1");
  CHECK(proxy_of(secure, {{"HTTPS_PROXY", "http://b:1"}, {"ALL_PROXY", "http://c:1"}}) ==
        "http://b:1");
  CHECK(proxy_of(secure, {{"https_proxy", ""}, {"ALL_PROXY", "http://c:1"}}) == "http://c:1");
  CHECK(proxy_of(secure, {{"http_proxy", "http://a:1"}}) == "none");
  CHECK(proxy_of(open, {{"http_proxy", "http://a:1"}}) == "http://a:1");
  CHECK(proxy_of(open, {{"https_proxy", "http://a:1"}}) == "none");
  CHECK(proxy_of(secure, {{"HTTPS_PROXY", "b:3128"}}) == "http://b:3128");
}

TEST_CASE("HTTP_PROXY, which a CGI program's caller can set, names no proxy") {
  CHECK(proxy_of("http://api.test", {{"HTTP_PROXY", "http://evil:1"}}) == "none");
}

TEST_CASE("a variable that is no proxy's URL is named") {
  std::map<std::string, std::string> const socks{{"HTTPS_PROXY", "socks5://u:hunter2@b:1"}};
  environment const set(socks);
  try {
    simruns::proxy_from_environment(base_url("https://api.test"));
    FAIL("accepted");
  } catch (simruns::request_error const& failed) {
    CHECK(std::string(failed.what()).find("HTTPS_PROXY") != std::string::npos);
    CHECK(std::string(failed.what()).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("NO_PROXY covers a name and what is below it, an address, a port, or all") {
  check({
      {"https://api.test", "api.test", true},
      {"https://api.test", "API.Test", true},
      {"https://a.api.test", "api.test", true},
      {"https://a.api.test", ".api.test", true},
      {"https://api.test", ".api.test", true},
      {"https://api.test.", "api.test", true},
      {"https://api.test", "api.test.", true},
      {"https://notapi.test", "api.test", false},
      {"https://api.test", "a.api.test", false},
      {"https://api.test", "other.test, api.test", true},
      {"https://api.test", "other.test api.test", true},
      {"https://api.test", "*", true},
      {"https://api.test", "*.test", false},
      {"https://api.test", "api.test:443", true},
      {"https://api.test", "api.test:8443", false},
      {"https://10.0.0.1", "10.0.0.1", true},
      {"https://10.0.0.1", "0.1", false},
      {"https://[::1]", "::1", true},
      {"https://[::1]:8443", "[::1]:8443", true},
      {"https://[::1]", "[::1]:8443", false},
      {"https://api.test", ",, .,", false},
  });
}

TEST_CASE("NO_PROXY covers the addresses of a range") {
  check({
      {"https://10.0.0.1", "10.0.0.0/8", true},
      {"https://10.255.1.2", "10.1.2.3/8", true},
      {"https://11.0.0.1", "10.0.0.0/8", false},
      {"https://10.0.0.1:8443", "other.test, 10.0.0.0/8", true},
      {"https://10.0.0.1.", "10.0.0.0/8", true},
      {"https://192.168.31.9", "192.168.16.0/20", true},
      {"https://192.168.32.9", "192.168.16.0/20", false},
      {"https://192.168.1.1", "192.168.1.1/32", true},
      {"https://192.168.1.2", "192.168.1.1/32", false},
      {"https://192.168.1.2", "192.168.1.2/31", true},
      {"https://192.168.1.4", "192.168.1.2/31", false},
      {"https://1.2.3.4", "0.0.0.0/0", true},
      {"https://[fd00::1]", "fd00::/8", true},
      {"https://[fdff::1]", "[fd00::]/8", true},
      {"https://[fe80::1]", "fd00::/8", false},
      {"https://[2001:db8::1]", "2001:db8::/127", true},
      {"https://[2001:db8::2]", "2001:db8::/127", false},
      {"https://[2001:db8::1]", "2001:DB8::1/128", true},
      {"https://[2001:db8::1]", "::/0", true},
      {"https://[::ffff:10.0.0.1]", "10.0.0.0/8", true},
      {"https://10.0.0.1", "::ffff:10.0.0.0/104", true},
      {"https://11.0.0.1", "::ffff:10.0.0.0/104", false},
      // A family does not cover the other, and a range no name.
      {"https://10.0.0.1", "::/0", false},
      {"https://[fd00::1]", "0.0.0.0/0", false},
      {"https://api.test", "0.0.0.0/0", false},
      // What is no range covers nothing.
      {"https://10.0.0.1", "10.0.0.0/33", false},
      {"https://10.0.0.1", "10.0.0.0/-1", false},
      {"https://10.0.0.1", "10.0.0.0/", false},
      {"https://10.0.0.1", "/8", false},
      {"https://10.0.0.1", "10/8", false},
      {"https://10.0.0.1", "10.0.0.0/8/8", false},
      {"https://10.0.0.1", "10.0.0.0/8:443", false},
      {"https://[fd00::1]", "fd00::/129", false},
      {"https://10.0.0.1", "::ffff:10.0.0.0/64", false},
  });
}

TEST_CASE("NO_PROXY covers an address however it is written") {
  check({
      {"https://[::1]", "0:0:0:0:0:0:0:1", true},
      {"https://[2001:db8:0:0::1]", "2001:DB8::1", true},
      {"https://[2001:db8::1]:8443", "[2001:db8:0::1]:8443", true},
      {"https://[2001:db8::1]:8443", "[2001:db8:0::1]:443", false},
      {"https://[::ffff:10.0.0.1]", "10.0.0.1", true},
      {"https://[2001:db8::1]", "2001:db8::2", false},
  });
}
