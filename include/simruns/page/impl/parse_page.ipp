#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_reader.hpp"
#include "simruns/page/parse_page.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace simruns {

SIMRUNS_INLINE boost::system::result<page, parse_error> parse_page(std::string body,
                                                                   parse_limits limits) {
  auto data = std::make_shared<detail::page_data>();
  data->body = std::move(body);
  limits.max_depth = std::min(limits.max_depth, parse_limits{}.max_depth);
  // A page has rarely more runs than may be asked for, nor runs below a kilobyte.
  static constexpr std::size_t most_asked_for = 100;
  data->runs.reserve(std::min(most_asked_for, data->body.size() / 1024 + 1));
  data->memory = detail::arena(data->body.size() / 2 + 1024);
  detail::page_reader reader(*data, limits);
  if (!reader.read()) return reader.failure();
  return page(std::shared_ptr<detail::page_data const>(std::move(data)));
}

}  // namespace simruns
