#include "simruns/simulator/data/detail/replace_file.hpp"

#include "support/catch.hpp"
#include "support/file_size_limit.hpp"
#include "support/scratch.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

using simruns::simulator::detail::replace_file;
using names = std::vector<std::string>;

namespace {

std::vector<std::string> const lines{"one", "", std::string(200'000, 'x'), "last"};
std::string const whole = "one\n\n" + std::string(200'000, 'x') + "\nlast\n";

unsigned mode_of(std::string const& path) {
  struct ::stat found{};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("a file is replaced as a whole, and keeps its mode; a new one has that of the process") {
  test::scratch const folder;
  auto const path = folder.file("file");
  auto const before = ::umask(027);
  CHECK(replace_file(path, lines).error == 0);
  ::umask(before);
  CHECK(mode_of(path) == 0640);
  for (unsigned const mode : {0600U, 0644U, 0400U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK(replace_file(path, {"old"}).error == 0);
    CHECK(replace_file(path, lines).error == 0);
    CHECK(test::text_of_file(path) == whole);
    CHECK(mode_of(path) == mode);
  }
  CHECK(folder.names() == names{"file"});
}

TEST_CASE("links to a file stay, and lead to the new one") {
  test::scratch const folder;
  test::write_file(folder.file("file"), "old\n");
  std::filesystem::create_symlink("file", folder.file("link"));
  std::filesystem::create_symlink("link", folder.file("further"));
  CHECK(replace_file(folder.file("further"), lines).error == 0);
  CHECK(test::text_of_file(folder.file("file")) == whole);
  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK(std::filesystem::is_symlink(folder.file("further")));
}

TEST_CASE("wherever writing ends, the old file stays, and nothing beside it") {
  test::scratch const folder;
  auto const path = folder.file("file");
  test::write_file(path, "old\n");
  for (std::size_t most = 4; most < whole.size(); most += most < 9 ? 1 : 9973) {
    CAPTURE(most);
    test::file_size_limit const limit{most};
    auto const done = replace_file(path, lines);
    CHECK(done.error == EFBIG);
    CHECK(done.kept.empty());
    CHECK(test::text_of_file(path) == "old\n");
    CHECK(folder.names() == names{"file"});
  }
}

TEST_CASE("what is no file is not replaced by one") {
  test::scratch const folder;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK(replace_file(folder.file("pipe"), lines).error == EINVAL);
  CHECK(replace_file(folder.file("none/file"), lines).error == ENOENT);
  CHECK(folder.names() == names{"pipe"});
}
