#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace simruns_python {

class operation;

/// Where the finished operations of one event loop arrive. The core thread puts, the loop takes
/// when the descriptor becomes readable; neither needs the GIL for it.
class mailbox {
 public:
  /// Throws: std::system_error if the system has no descriptor left.
  mailbox();
  mailbox(mailbox const&) = delete;
  mailbox& operator=(mailbox const&) = delete;
  ~mailbox();

  int descriptor() const noexcept { return reading_end_; }

  /// Needs no memory: the core thread may have none, and who waits would wait for ever.
  void put(std::shared_ptr<operation> finished) noexcept;

  /// Makes the descriptor readable, though no operation may have finished.
  void wake();

  std::vector<std::shared_ptr<operation>> take();

  /// After this, `put` and `wake` do nothing.
  void close();

 private:
  void signal() noexcept;
  void drop_all() noexcept;

  std::mutex mutex_;
  std::shared_ptr<operation> latest_;  ///< Each knows the one before it.
  int reading_end_ = -1;
  int writing_end_ = -1;  ///< The same one where the system has `eventfd`.
};

}  // namespace simruns_python
