#pragma once

#include "simruns/fetch/read_response.hpp"
#include "simruns/request/make_request.hpp"
#include "simruns/simulator/serve/detail/gzip.hpp"
#include "simruns/transport/http_transport.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"
#include "support/scripted_server.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace test {

/// `text` in chunks of `size` bytes.
inline std::string chunked(std::string const& text, std::size_t size,
                           std::string const& head = {}) {
  std::string out = "HTTP/1.1 200 OK\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < text.size(); at += size) {
    auto const piece = text.substr(at, size);
    char digits[20];
    std::snprintf(digits, sizeof digits, "%zx", piece.size());
    out.append(digits).append("\r\n").append(piece).append("\r\n");
  }
  return out + "0\r\n\r\n";
}

/// The response cut at every byte, then with every byte of its head (or of all of it) changed.
inline std::vector<std::string> faulty(std::string const& answer, bool all = false) {
  std::vector<std::string> out;
  for (std::size_t cut = 0; cut < answer.size(); ++cut) out.push_back(answer.substr(0, cut));
  auto const end = all ? answer.size() : answer.find("\r\n\r\n") + 4;
  for (std::size_t at = 0; at < end; ++at) {
    for (int way = 0; way < 3; ++way) {
      auto changed = answer;
      auto const byte = static_cast<unsigned char>(changed[at]);
      changed[at] = static_cast<char>(way == 0 ? byte ^ 1 : way == 1 ? byte ^ 0x80 : '\r');
      if (changed != answer) out.push_back(changed);
    }
  }
  return out;
}

/// What came of each response, in their order: `page`, or the word of the error.
inline asio::awaitable<int> sweep(simruns::http_transport* link, simruns::client_config config,
                                  std::size_t answers, std::size_t cuts, int* pages) {
  auto const who = simruns::credentials::api_key("k");
  auto const wanted = query();
  simruns::page_start const first;
  config.compression = true;
  auto request = simruns::make_request(config, who, wanted, first);
  simruns::attempt_limits limits;
  limits.attempt_timeout = std::chrono::seconds(20);  // the server closes: none is waited out
  for (std::size_t i = 0; i < answers; ++i) {
    simruns::http_response response;
    simruns::error_code failed;
    try {
      response = co_await link->exchange(request, limits);
    } catch (simruns::request_error const& error) {
      failed = error.code();
    }
    if (!failed) {
      auto const got = simruns::detail::read_response(response, config, who, wanted);
      if (got) {
        ++*pages;
        bool const right = got->size() == 2 && (*got)[0].id == "a" && (*got)[1].id == "b";
        if (!right || i < cuts) FAIL("answer " << i << " gave a page it should not");
        continue;
      }
      failed = got.error().code;
    }
    if (failed.category() != simruns::simruns_category()) FAIL("answer " << i << " has no name");
    bool const cut = failed == simruns::errc::transport || failed == simruns::errc::truncated ||
                     failed == simruns::errc::timeout;
    if (i < cuts && !cut) FAIL("cut at " << i << " is " << failed.message());
  }
  co_return 0;
}

inline void sweep_all(std::string const& answer, bool all_bytes = false,
                      asio::ssl::context* tls = nullptr, std::string const& ca_file = {}) {
  auto answers = faulty(answer, all_bytes);
  auto const cuts = answer.size();
  std::vector<std::vector<scripted_server::reply>> script;
  for (auto const& bytes : answers) script.push_back({scripted_server::reply(bytes)});
  scripted_server server(std::move(script), tls);
  simruns::client_config config(server.url());
  config.connections = 1;
  config.ca_file = ca_file;
  asio::io_context context;
  simruns::http_transport link(context.get_executor(), config);
  int pages = 0;
  run(context, sweep(&link, config, answers.size(), cuts, &pages));
  CHECK(pages > 0);  // a changed reason phrase changes nothing
  CHECK(server.accepted() == static_cast<int>(answers.size()));
}

}  // namespace test
