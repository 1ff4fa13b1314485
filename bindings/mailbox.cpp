#include "mailbox.hpp"

#include "operation.hpp"

#include <fcntl.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace simruns_python {

mailbox::mailbox() {
#if defined(__linux__)
  reading_end_ = writing_end_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (reading_end_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
#else
  int ends[2];
  if (::pipe(ends) != 0) throw std::system_error(errno, std::system_category(), "pipe");
  for (int const end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  reading_end_ = ends[0];
  writing_end_ = ends[1];
#endif
}

mailbox::~mailbox() { close(); }

void mailbox::put(std::shared_ptr<operation> finished) noexcept {
  std::lock_guard const lock(mutex_);
  if (writing_end_ < 0) return;
  finished->next_in_box_ = std::exchange(latest_, finished);
  signal();
}

void mailbox::wake() {
  std::lock_guard const lock(mutex_);
  if (writing_end_ >= 0) signal();
}

void mailbox::signal() noexcept {
  std::uint64_t const one = 1;
  // A full pipe or counter is readable already, which is all that matters.
  [[maybe_unused]] auto const written = ::write(writing_end_, &one, sizeof one);
}

std::vector<std::shared_ptr<operation>> mailbox::take() {
  std::lock_guard const lock(mutex_);
  char scrap[512];
  while (reading_end_ >= 0 && ::read(reading_end_, scrap, sizeof scrap) == sizeof scrap) {
  }
  std::vector<std::shared_ptr<operation>> out;
  for (auto const* one = &latest_; *one; one = &(*one)->next_in_box_) out.push_back(*one);
  std::reverse(out.begin(), out.end());
  drop_all();
  return out;
}

void mailbox::close() {
  std::lock_guard const lock(mutex_);
  if (reading_end_ >= 0) ::close(reading_end_);
  if (writing_end_ >= 0 && writing_end_ != reading_end_) ::close(writing_end_);
  reading_end_ = writing_end_ = -1;
  drop_all();
}

/// One after another: those that know each other would be destroyed within each other.
void mailbox::drop_all() noexcept {
  while (latest_) latest_ = std::exchange(latest_->next_in_box_, nullptr);
}

}  // namespace simruns_python
