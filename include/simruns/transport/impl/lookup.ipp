#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/transport/lookup.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <netdb.h>
#include <sys/socket.h>

#include <cstring>

namespace simruns {

SIMRUNS_INLINE endpoints system_lookup(std::string const& host, std::uint16_t port) {
  namespace ip = boost::asio::ip;
  if (detail::is_localhost(host)) {
    return {ip::tcp::endpoint(ip::address_v6::loopback(), port),
            ip::tcp::endpoint(ip::address_v4::loopback(), port)};
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  int const fault = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  endpoints found;
  for (auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    boost::asio::ip::tcp::endpoint at;
    std::memcpy(at.data(), entry->ai_addr, entry->ai_addrlen);
    at.resize(entry->ai_addrlen);
    at.port(port);
    found.push_back(at);
  }
  if (list != nullptr) ::freeaddrinfo(list);
  if (fault == 0) return found;
  throw request_error(errc::connect, "no address of host " + host + ": " + ::gai_strerror(fault));
}

}  // namespace simruns
