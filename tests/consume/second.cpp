#include <simruns.hpp>

#include <boost/json/parse.hpp>

#include <cstddef>
#include <string_view>

std::size_t second(std::string_view text) {
  simruns::run_query query{"project", "scenario", "batch"};
  query.page_size(50);
  return boost::json::parse(text).as_array().size();
}
