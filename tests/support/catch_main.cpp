#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

using test_listener = Catch::EventListenerBase;

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

using test_listener = Catch::TestEventListenerBase;
#endif

#include <stdlib.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace {

/// Writes a line a test case, `passed NAME` or `failed NAME`, to the file that SIMRUNS_CASE_REPORT
/// names, beside whatever else is reported: Catch2 2 has only one reporter at a time.
class case_report : public test_listener {
 public:
  using test_listener::test_listener;

  void testRunStarting(Catch::TestRunInfo const&) override {
    if (char const* const path = std::getenv("SIMRUNS_CASE_REPORT")) file_.open(path);
    unsetenv("SIMRUNS_CASE_REPORT");  // a test that starts its own program would empty the file
  }

  void testCaseEnded(Catch::TestCaseStats const& stats) override {
    if (!file_.is_open()) return;
    bool const passed = stats.totals.testCases.allPassed();
    file_ << (passed ? "passed " : "failed ") << name(stats.testInfo) << std::endl;
  }

 private:
  static std::string const& name(Catch::TestCaseInfo const& info) { return info.name; }
  static std::string const& name(Catch::TestCaseInfo const* info) { return info->name; }

  std::ofstream file_;
};

CATCH_REGISTER_LISTENER(case_report)

}  // namespace
