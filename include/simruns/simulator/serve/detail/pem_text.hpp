#pragma once

#include <openssl/bio.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

namespace simruns::simulator::detail {

/// The PEM text that `write(bio)` writes. Throws: std::runtime_error if OpenSSL fails.
template <class Write>
std::string pem_text(Write write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> const out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!out || write(out.get()) != 1) throw std::runtime_error("OpenSSL writes no PEM");
  char* data = nullptr;
  auto const size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace simruns::simulator::detail
