#include "simruns/request/base_url.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <string_view>

using simruns::base_url;
using simruns::errc;

namespace {

struct accepted {
  std::string_view text;
  bool https;
  std::string_view host;
  std::uint16_t port;
  std::string_view prefix;
  std::string_view host_header;
};

/// The message of the refusal; empty if the text is accepted.
std::string url_refusal(std::string_view text) {
  try {
    base_url const url(text);
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == errc::invalid_argument);
    return error.failure().message;
  }
  return {};
}

}  // namespace

TEST_CASE("a base URL is a scheme, a host, perhaps a port, perhaps a path prefix") {
  for (accepted const& want : {
           accepted{"https://api.example", true, "api.example", 443, "", "api.example"},
           accepted{"http://api.example", false, "api.example", 80, "", "api.example"},
           accepted{"https://api.example/", true, "api.example", 443, "", "api.example"},
           accepted{"https://h/testing", true, "h", 443, "/testing", "h"},
           accepted{"https://h/testing/", true, "h", 443, "/testing", "h"},
           accepted{"https://h/a/b-c/d.e/", true, "h", 443, "/a/b-c/d.e", "h"},
           accepted{"https://h/A%20b", true, "h", 443, "/A%20b", "h"},
           accepted{"https://h/...", true, "h", 443, "/...", "h"},
           accepted{"https://h:443/x", true, "h", 443, "/x", "h"},
           accepted{"https://h:80", true, "h", 80, "", "h:80"},
           accepted{"http://h:443", false, "h", 443, "", "h:443"},
           accepted{"http://h:1", false, "h", 1, "", "h:1"},
           accepted{"http://h:65535", false, "h", 65535, "", "h:65535"},
           accepted{"http://h:08080", false, "h", 8080, "", "h:8080"},
           accepted{"https://API.Example.COM/Testing", true, "api.example.com", 443, "/Testing",
                    "api.example.com"},
           accepted{"http://127.0.0.1:8080/testing", false, "127.0.0.1", 8080, "/testing",
                    "127.0.0.1:8080"},
           accepted{"http://[::1]:8080/t", false, "::1", 8080, "/t", "[::1]:8080"},
           accepted{"https://[2001:DB8::1]", true, "2001:db8::1", 443, "", "[2001:db8::1]"},
           accepted{"HTTP://h", false, "h", 80, "", "h"},
           accepted{"HttpS://h/X", true, "h", 443, "/X", "h"},
           accepted{"http://[fe80::1%25eth0]:8080/t", false, "fe80::1%eth0", 8080, "/t",
                    "[fe80::1]:8080"},
           accepted{"http://[FE80::A%25enP5p1s0]", false, "fe80::a%enP5p1s0", 80, "", "[fe80::a]"},
           accepted{"http://[fe80::1%eth0.7]", false, "fe80::1%eth0.7", 80, "", "[fe80::1]"},
           accepted{"http://[fe80::1%253]", false, "fe80::1%3", 80, "", "[fe80::1]"},
           accepted{"http://[fe80::1%25]", false, "fe80::1%25", 80, "", "[fe80::1]"},
           accepted{"http://[fe80::1%25a%2Db]", false, "fe80::1%a-b", 80, "", "[fe80::1]"},
           accepted{"https://[::ffff:10.0.0.1]/", true, "::ffff:10.0.0.1", 443, "",
                    "[::ffff:10.0.0.1]"},
           accepted{"http://my_service-1:9", false, "my_service-1", 9, "", "my_service-1:9"},
       }) {
    CAPTURE(want.text);
    base_url const url(want.text);
    CHECK(url.is_https() == want.https);
    CHECK(url.scheme() == (want.https ? "https" : "http"));
    CHECK(url.host() == want.host);
    CHECK(url.port() == want.port);
    CHECK(url.path_prefix() == want.prefix);
    CHECK(url.host_header() == want.host_header);
    CHECK(base_url(url.text()) == url);
  }
}

TEST_CASE("anything else is refused") {
  for (std::string_view text : {
           "",
           "api.example",
           "//api.example",
           "://api.example",
           "ftp://api.example",
           "http://[fe80::1%]",
           "http://[fe80::1%25a%20b]",
           "http://[fe80::1%25a%zz]",
           "http://[fe80::1%a/b]",
           "http://[fe80::1%a@b]",
           "http://[%25eth0]",
           "http://h%25eth0",
           "https:/api.example",
           "https//api.example",
           "https://",
           "https:///testing",
           "https://:443",
           "https://user@h",
           "https://user:secret@h",
           "https://:secret@h",
           "https://h@evil/",
           "https://h?x=1",
           "https://h/testing?x=1",
           "https://h/testing#x",
           "https://h#",
           "https://h?",
           " https://h",
           "https://h ",
           "https://h/a b",
           "https://h\t",
           "https://h\r\nX-Evil: 1",
           "https://h\\evil",
           "https://h%20x",
           "https://h,x",
           "https://h:",
           "https://h:/x",
           "https://h:0",
           "https://h:65536",
           "https://h:99999999999999999999",
           "https://h:-1",
           "https://h:+1",
           "https://h:0x50",
           "https://h:80:80",
           "https://h:8 0",
           "https://::1",
           "https://[::1",
           "https://[]",
           "https://[::1]x",
           "https://[::1]:",
           "https://[127.0.0.1]",
           "https://[g::1]",
           "https://h/..",
           "https://h/../testing",
           "https://h/testing/..",
           "https://h/./testing",
           "https://h/%2e%2E/x",
           "https://h/.%2e",
           "https://h/%2e",
           "https://h/a//b",
           "https://h/a\\b",
           "https://h/<a>",
           "https://h/{a}",
           "https://h/a|b",
           "https://h/a\"b",
           "https://h/50%",
           "https://h/%4",
           "https://h/%zz",
           "https://h\xc3\xb6st",
           "https://h/\xc3\xb6",
       }) {
    CAPTURE(text);
    CHECK_FALSE(url_refusal(text).empty());
  }
  CHECK_FALSE(url_refusal(std::string_view("https://h\0x", 11)).empty());
  CHECK_FALSE(url_refusal("https://" + std::string(254, 'a')).empty());
  CHECK(url_refusal("https://" + std::string(253, 'a')).empty());
}

TEST_CASE("a refusal never repeats the URL, which may hold a password") {
  for (std::string_view text :
       {"https://user:hunter2@h", "https://h?token=hunter2", "https://h/hunter2 x", "ftp://hunter2",
        "https://h:hunter2", "https://h/..#hunter2"}) {
    CAPTURE(text);
    auto const said = url_refusal(text);
    CHECK_FALSE(said.empty());
    CHECK(said.find("hunter2") == said.npos);
  }
}

TEST_CASE("only this machine is loopback") {
  for (std::string_view text :
       {"http://localhost", "http://LocalHost:1", "http://a.localhost", "http://127.0.0.1",
        "http://127.1.2.3:80", "http://[::1]", "http://localhost.", "http://A.b.LOCALHOST.",
        "http://[::1%25lo]"}) {
    CAPTURE(text);
    CHECK(base_url(text).is_loopback());
  }
  for (std::string_view text :
       {"http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://mylocalhost",
        "http://localhost..", "http://localhos", "http://my-localhost", "http://128.0.0.1",
        "http://[::2]", "http://127.example", "http://10.0.0.1"}) {
    CAPTURE(text);
    CHECK_FALSE(base_url(text).is_loopback());
  }
}

TEST_CASE("every single byte at every index is accepted or refused, without a crash") {
  std::string_view const text = "https://[::1]:80/a%20";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed(text);
      changed[at] = static_cast<char>(byte);
      if (!url_refusal(changed).empty()) continue;
      base_url const url(changed);
      CHECK(base_url(url.text()) == url);
    }
    static_cast<void>(url_refusal(text.substr(0, at)));
  }
}
