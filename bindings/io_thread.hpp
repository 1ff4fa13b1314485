#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <sys/types.h>

#include <memory>
#include <mutex>
#include <thread>

namespace simruns_python {

/// The core thread: runs the `io_context` of this process, never takes the GIL, gets no signal. One
/// for all clients, made when the first needs it.
class io_thread {
 public:
  /// The one of this process; a forked child gets one of its own, and leaves its parent's alone.
  static std::shared_ptr<io_thread> current();

  /// Stops and joins the one of this process, if there is one. At exit, without the GIL.
  static void shutdown();

  io_thread();
  io_thread(io_thread const&) = delete;
  io_thread& operator=(io_thread const&) = delete;
  ~io_thread();

  boost::asio::io_context& context() noexcept { return context_; }

  /// Whether the calling process is the one that started the thread.
  bool is_of_this_process() const noexcept;

  void stop();

 private:
  pid_t pid_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::mutex joining_;
  std::thread thread_;
};

}  // namespace simruns_python
