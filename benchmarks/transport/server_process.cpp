#include "server_process.hpp"

#include "simruns/simulator/data/generate.hpp"
#include "simruns/simulator/serve/background_server.hpp"

#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

#include <array>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

std::string read_to_end(int from) {
  std::string out;
  std::array<char, 4096> buffer{};
  for (;;) {
    auto const got = ::read(from, buffer.data(), buffer.size());
    if (got <= 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

/// Keeps the calling thread, and those it starts, on one of the cores. False where that cannot be.
bool stay_on_core(std::size_t which) {
#ifdef __linux__
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return false;
  std::vector<std::size_t> cores;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) cores.push_back(core);
  }
  if (cores.size() < 2) return false;
  CPU_ZERO(&allowed);
  CPU_SET(cores[which], &allowed);
  return ::sched_setaffinity(0, sizeof allowed, &allowed) == 0;
#else
  static_cast<void>(which);
  return false;
#endif
}

/// Tells where it is, then serves until its input ends.
[[noreturn]] void serve(std::size_t runs, int input, int output) {
  simruns::simulator::generator_options options;
  options.scenarios = 1;
  options.runs = runs;
  simruns::simulator::background_server const server(simruns::simulator::generate(options));
  auto const& key = server.batches().front();
  auto const said = server.url() + " " + server.api_key() + " " + key.project + " " + key.scenario +
                    " " + key.batch;
  bool const told = ::write(output, said.data(), said.size()) == static_cast<ssize_t>(said.size());
  ::close(output);
  read_to_end(input);
  std::_Exit(told ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

server_process::server_process(std::size_t runs) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe(input.data()) != 0 || ::pipe(output.data()) != 0 || (process_ = ::fork()) < 0) {
    throw std::runtime_error("the server's process cannot be made");
  }
  if (process_ == 0) {
    ::close(input[1]);
    ::close(output[0]);
    stay_on_core(0);
    serve(runs, input[0], output[1]);
  }
  apart = stay_on_core(1);
  ::close(input[0]);
  ::close(output[1]);
  stop_ = input[1];
  std::istringstream said(read_to_end(output[0]));
  ::close(output[0]);
  if (!(said >> url >> api_key >> project >> scenario >> batch)) {
    throw std::runtime_error("the server did not start");
  }
}

server_process::~server_process() {
  ::close(stop_);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace bench
