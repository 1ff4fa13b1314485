#pragma once

#include "simruns/request/http_message.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Gets the body of each page, in order; what it does not keep is freed by it.
using page_sink = std::function<void(std::size_t, std::string)>;

/// One way to get pages from the server: a connection that it keeps, one request after the other.
class peer {
 public:
  virtual ~peer() = default;
  virtual std::string_view name() const = 0;

  /// Fetches `count` pages, going round in the requests it was made with.
  /// Throws: std::exception if an answer is no 200.
  virtual void fetch(std::size_t count, page_sink const& sink) = 0;
};

using request_list = std::vector<simruns::http_request>;

/// `buffer_bytes` is what one read may take.
std::unique_ptr<peer> make_ours(std::string const& url, request_list requests);
std::unique_ptr<peer> make_curl(std::string_view name, request_list const& requests,
                                long buffer_bytes);
std::unique_ptr<peer> make_bare(request_list const& requests, std::size_t buffer_bytes);

}  // namespace bench
