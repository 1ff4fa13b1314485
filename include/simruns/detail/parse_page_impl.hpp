#pragma once

#include "simruns/detail/page_handler.hpp"
#include "simruns/page/parse_page.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace simruns {

inline boost::system::result<page, parse_error> parse_page(std::string body, parse_limits limits) {
  auto data = std::make_shared<detail::page_data>();
  data->body = std::move(body);
  boost::json::parse_options options;
  // The parser recurses, so that no limit but a low one holds on every stack.
  limits.max_depth = std::min(limits.max_depth, parse_limits{}.max_depth);
  options.max_depth = limits.max_depth;
  boost::json::basic_parser<detail::page_handler> parser(options, *data, limits);
  auto& handler = parser.handler();
  error_code failed;
  auto const used = parser.write_some(false, data->body.data(), data->body.size(), failed);

  parse_error error;
  error.offset = used;
  if (!handler.refusal().empty()) {
    error.code = handler.refusal_code();
    error.message = handler.refusal();
    error.path = handler.refusal_path();
    return error;
  }
  if (!failed && used < data->body.size()) failed = boost::json::error::extra_data;
  if (failed == boost::json::error::too_deep) {
    error.code = errc::too_large;
    error.message = "nested deeper than " + std::to_string(limits.max_depth) + " levels at byte " +
                    std::to_string(used);
    return error;
  }
  if (failed) {
    error.message = "not JSON at byte " + std::to_string(used) + " of " +
                    std::to_string(data->body.size()) + ": " + failed.message();
    return error;
  }
  if (!handler.data_seen()) {
    error.message = "no `data` array in the body; is the base URL right?";
    error.path = "/data";
    return error;
  }
  handler.finish();
  return page(std::shared_ptr<detail::page_data const>(std::move(data)));
}

}  // namespace simruns
