#include "memory/allocator.hpp"
#include "simruns/columns/arrow.hpp"
#include "simruns/runs/client.hpp"
#include "simruns/simulator/simulator.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/run_io.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulator = simruns::simulator;
using test::failing_allocations;

namespace {

constexpr std::size_t runs_of_a_page = 20;

simulator::dataset some_runs(std::size_t runs) {
  simulator::generator_options options;
  options.scenarios = 1;
  options.runs = runs;
  return simulator::generate(options);
}

/// How an operation ended.
struct ending {
  bool ended = false;
  int times = 0;
  std::exception_ptr failure;
  std::size_t rows = 0;
  std::vector<simruns::run_ptr> runs;
};

/// A Simulator, and a client of it on a context that this thread runs.
class bench {
 public:
  explicit bench(std::size_t runs, bool tls = false)
      : pair_(simulator::self_signed_certificate()),
        sim_(some_runs(runs), options(tls)),
        tls_(tls) {}

  /// A client that knows no connection yet.
  simruns::client& anew() {
    client_.reset();
    context_.emplace();
    simruns::client_config config(url());
    config.max_attempts = 1;
    if (tls_) {
      config.ca_file =
          (std::filesystem::temp_directory_path() / "simruns-test-memory.pem").string();
      std::ofstream(config.ca_file) << pair_.certificate;
    }
    auto const key = simruns::credentials::api_key(sim_.api_key());
    return client_.emplace(context_->get_executor(), config, key);
  }

  void leave() {
    client_.reset();
    context_.reset();
  }

  simruns::client& client() { return *client_; }

  simruns::run_query query() const {
    auto const key = sim_.batches().front();
    return simruns::run_query(key.project, key.scenario, key.batch).page_size(runs_of_a_page);
  }

  /// Runs the context until the operation has ended. What has no memory there is the program's own
  /// to catch. False: it does not end.
  bool ends(ending const& operation) {
    auto const patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!operation.ended) {
      if (std::chrono::steady_clock::now() > patience) return false;
      try {
        context_->restart();
        context_->run_one_for(std::chrono::milliseconds(100));
      } catch (std::bad_alloc const&) {
      }
    }
    return true;
  }

  test::asio::io_context& context() { return *context_; }

 private:
  /// By a name, which has to be looked up.
  std::string url() const {
    return (tls_ ? "https://localhost:" : "http://localhost:") + std::to_string(sim_.port()) +
           "/testing";
  }

  simulator::server_options options(bool tls) const {
    simulator::server_options out;
    if (!tls) return out;
    out.certificate = pair_.certificate;
    out.private_key = pair_.private_key;
    return out;
  }

  simulator::certified_key pair_;
  simulator::background_server sim_;
  bool tls_;
  std::optional<test::asio::io_context> context_;
  std::optional<simruns::client> client_;
};

/// Begins the fetch of a page. What cannot be begun has ended.
void begin_fetch(bench& on, simruns::run_query const& query, std::shared_ptr<ending> const& out) {
  auto done = [out](std::exception_ptr thrown, simruns::page const& page) {
    out->ended = true;
    ++out->times;
    out->failure = std::move(thrown);
    out->rows = page.valid() ? page.size() : 0;
  };
  try {
    on.client().async_fetch_page(query, simruns::with_details(std::move(done)));
  } catch (std::bad_alloc const&) {
    out->ended = true;
    ++out->times;
    out->failure = std::current_exception();
  }
}

test::asio::awaitable<void> read(std::shared_ptr<simruns::run_generator> runs,
                                 std::shared_ptr<ending> out) {
  out->failure = nullptr;
  try {
    while (simruns::run_ptr run = co_await runs->next()) out->runs.push_back(std::move(run));
  } catch (...) {
    out->failure = std::current_exception();
  }
}

test::asio::awaitable<void> read_while_failing(std::shared_ptr<simruns::run_generator> runs,
                                               std::shared_ptr<ending> out, long first) {
  auto reading = read(runs, out);
  {
    failing_allocations const meanwhile(first);
    try {
      co_await std::move(reading);
    } catch (std::bad_alloc const&) {
      out->failure = std::current_exception();
    }
  }
  out->ended = true;
}

/// Starts as a coroutine of the program's.
void start(bench& on, test::asio::awaitable<void> work) {
  test::asio::co_spawn(on.context(), std::move(work), [](std::exception_ptr) {});
}

}  // namespace

TEST_CASE("a page's fetch ends, whichever of its allocations fails, and its client stays usable") {
  bool const tls = GENERATE(false, true);
  bench on(runs_of_a_page, tls);
  auto const query = on.query();
  long allocations = 0;
  for (bool failed = true; failed; ++allocations) {
    INFO("TLS " << tls << ", allocation " << allocations + 1);
    on.anew();
    auto const fetch = std::make_shared<ending>();
    bool ended = false;
    {
      failing_allocations const meanwhile(allocations + 1);
      begin_fetch(on, query, fetch);
      ended = on.ends(*fetch);
    }
    failed = failing_allocations::any_failed();
    REQUIRE(ended);
    REQUIRE(fetch->times == 1);
    if (!failed) CHECK(fetch->failure == nullptr);
    auto const again = std::make_shared<ending>();
    begin_fetch(on, query, again);
    REQUIRE(on.ends(*again));
    REQUIRE(again->failure == nullptr);
    REQUIRE(again->rows == runs_of_a_page);
  }
  CHECK(allocations > 100);
}

TEST_CASE(
    "a walk ends, whichever of its allocations fails, and never calls itself complete short") {
  static constexpr std::size_t all = 3 * runs_of_a_page;
  bench on(all);
  long allocations = 0;
  for (bool failed = true; failed; ++allocations) {
    INFO("allocation " << allocations + 1);
    on.anew();
    auto const runs = test::share(on.client().runs(on.query()));
    auto const walk = std::make_shared<ending>();
    walk->runs.reserve(2 * all);
    start(on, read_while_failing(runs, walk, allocations + 1));
    REQUIRE(on.ends(*walk));
    failed = failing_allocations::any_failed();
    if (walk->failure) {
      walk->ended = false;
      start(on, read_while_failing(runs, walk, 0));
      REQUIRE(on.ends(*walk));
    }
    std::set<std::string_view> distinct;
    for (auto const& run : walk->runs) distinct.insert(run->id);
    CHECK(distinct.size() == walk->runs.size());
    bool const said = runs->completeness().verdict() == simruns::walk_verdict::complete;
    if (!walk->failure || said) REQUIRE(distinct.size() == all);
  }
  CHECK(allocations > 200);
}

TEST_CASE("an operation that found no memory leaves none behind") {
  bench on(runs_of_a_page);
  auto const query = on.query();
  auto const fetch_without = [&](long first) {
    on.anew();
    auto const fetch = std::make_shared<ending>();
    bool ended = false;
    {
      failing_allocations const meanwhile(first);
      begin_fetch(on, query, fetch);
      ended = on.ends(*fetch);
    }
    on.leave();
    REQUIRE(ended);
    return failing_allocations::any_failed();
  };
  fetch_without(0);
  fetch_without(0);
  long const before = test::live_blocks();
  for (long first = 1; fetch_without(first); ++first) {
    INFO("allocation " << first << ", " << test::live_blocks() << " blocks, " << before
                       << " before");
    REQUIRE(test::eventually([&] { return test::live_blocks() <= before; }));
  }
}

TEST_CASE("columns of a page are whole or an error, whichever of their allocations fails") {
  bench on(runs_of_a_page);
  on.anew();
  auto const page = test::run(on.context(), on.client().fetch_page(on.query()));
  auto const which =
      GENERATE(simruns::table::runs, simruns::table::turns, simruns::table::criteria);
  auto const rows = simruns::row_count(which, page);
  long const before = test::live_blocks();
  long allocations = 0;
  for (bool failed = true; failed; ++allocations) {
    INFO(simruns::to_string(which) << ", allocation " << allocations + 1);
    std::vector<simruns::page> const pages{page};
    std::size_t length = 0;
    {
      failing_allocations const meanwhile(allocations + 1, failing_allocations::threads::own);
      simruns::arrow_stream stream;
      simruns::arrow_array batch;
      try {
        simruns::export_stream(which, pages, {}, stream.out());
        int const code = stream->get_next(stream.get(), batch.out());
        if (code == 0) length = static_cast<std::size_t>(batch->length);
      } catch (std::bad_alloc const&) {
      }
    }
    failed = failing_allocations::any_failed();
    REQUIRE(length == (failed ? 0 : rows));
    REQUIRE(test::live_blocks() == before);
  }
}
