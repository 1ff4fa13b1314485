#include <simruns.hpp>
#include <simruns/version.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

int main() {
  boost::asio::io_context context;
  simruns::client client{context.get_executor(),
                         simruns::client_config{"http://127.0.0.1:1/testing"},
                         simruns::credentials::api_key("key")};
  simruns::run_query query{"project", "scenario", "batch"};
  auto runs = client.runs(query);
  context.run();
  std::cout << "simruns " << simruns::version << '\n';
}
