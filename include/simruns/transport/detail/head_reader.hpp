#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/detail/response_parser.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <string_view>

namespace simruns::detail {

/// Reads heads of responses out of bytes as they come, and gives Beast one whole line after the
/// other. Beast judges some parts of a head and waits for the end of others, so that what it says
/// of the same bytes would depend on where the network cuts them.
class head_reader {
 public:
  /// `most_bytes`: of all heads that it reads.
  explicit head_reader(std::size_t most_bytes) : most_(most_bytes) {}

  /// Takes what it can use from `buffer`. True: the head of `parser` is whole. False: it goes on,
  /// or `failed` says what is wrong with it. Throws: what `parser.put` does.
  bool feed(response_parser& parser, boost::beast::flat_buffer& buffer, error_code& failed);

 private:
  std::size_t most_;
  std::size_t taken_ = 0;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/head_reader.ipp"
#endif
