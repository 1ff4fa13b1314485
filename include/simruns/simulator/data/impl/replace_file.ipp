#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/detail/replace_file.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/random.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace simruns::simulator::detail {

inline constexpr std::size_t digits_of_new_file = 12;
inline constexpr std::size_t bytes_of_a_write = 1 << 16;

SIMRUNS_INLINE std::filesystem::path new_file_beside(std::filesystem::path const& target) {
  auto name = "." + target.filename().string() + ".";
  auto bits = simruns::detail::random_bits();
  for (std::size_t i = 0; i < digits_of_new_file; ++i, bits >>= 4)
    name += simruns::detail::hex_digits[bits & 15];
  return target.parent_path() / (name + ".part");
}

SIMRUNS_INLINE bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    auto const wrote = ::write(file, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

SIMRUNS_INLINE bool write_lines(int file, std::vector<std::string> const& lines) {
  std::string text;
  for (auto const& line : lines) {
    text.append(line).append("\n");
    if (text.size() < bytes_of_a_write) continue;
    if (!write_all(file, text)) return false;
    text.clear();
  }
  return write_all(file, text);
}

/// Closes a file of which the steps so far came to `done`. Returns the `errno` of what failed.
SIMRUNS_INLINE int closed(int file, bool done) {
  int const failed = done ? 0 : errno;
  bool const shut = ::close(file) == 0;
  return failed != 0 || shut ? failed : errno;
}

/// Returns the `errno` of what failed.
SIMRUNS_INLINE int write_over(std::string const& target, std::vector<std::string> const& lines) {
  int const file = ::open(target.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return errno;
  bool const done = write_lines(file, lines) && ::ftruncate(file, ::lseek(file, 0, SEEK_CUR)) == 0;
  return closed(file, done && ::fsync(file) == 0);
}

SIMRUNS_INLINE file_replacement replace_file(std::string const& path,
                                             std::vector<std::string> const& lines) {
  std::error_code unknown;
  auto const found = std::filesystem::weakly_canonical(path, unknown);
  auto const target = unknown ? std::filesystem::path(path) : found;
  struct ::stat before{};
  bool const there = ::stat(target.c_str(), &before) == 0;
  if (there && !S_ISREG(before.st_mode)) return {EINVAL, {}};
  auto const fresh = new_file_beside(target).string();
  ::mode_t const mode = there ? 0600 : 0666;
  int const file =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (file < 0) return {errno, {}};
  ::flock(file, LOCK_EX | LOCK_NB);  // so that no other writer takes it for one that was left
  bool const done = write_lines(file, lines) &&
                    (!there || ::fchmod(file, before.st_mode & 07777) == 0) && ::fsync(file) == 0;
  if (int const failed = closed(file, done); failed != 0) {
    ::unlink(fresh.c_str());
    return {failed, {}};
  }
  if (std::rename(fresh.c_str(), target.c_str()) == 0) return {};
  int failed = errno;
  bool const stays = failed == EBUSY || failed == EXDEV || failed == EACCES || failed == EPERM;
  if (stays) failed = write_over(target.string(), lines);
  if (failed != 0) return {failed, fresh};
  ::unlink(fresh.c_str());
  return {};
}

}  // namespace simruns::simulator::detail
