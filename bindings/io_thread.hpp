#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace simruns_python {

/// What the core thread is to end.
class abandonable {
 public:
  abandonable() = default;
  abandonable(abandonable const&) = delete;
  abandonable& operator=(abandonable const&) = delete;
  virtual ~abandonable() = default;

  /// The thread has ended before it did.
  virtual void abandon() = 0;
};

/// The core thread: runs the `io_context` of this process, never takes the GIL, gets no signal. One
/// for all clients, made when the first needs it.
class io_thread {
 public:
  /// The one of this process; a forked child gets one of its own, and leaves its parent's alone.
  /// Throws: `request_error` after `shutdown`.
  static std::shared_ptr<io_thread> current();

  /// Stops and joins the one of this process, if there is one, and lets no other be made. At exit,
  /// without the GIL.
  static void shutdown();

  io_thread();
  io_thread(io_thread const&) = delete;
  io_thread& operator=(io_thread const&) = delete;
  ~io_thread();

  boost::asio::io_context& context() noexcept { return context_; }

  /// A time in which the thread stands still, between one step of its work and the next.
  class rest {
   public:
    /// Ends it. Threads: any.
    void end();

   private:
    friend class io_thread;
    void take();
    void wait_until_taken(std::chrono::milliseconds limit);

    std::mutex mutex_;
    std::condition_variable changed_;
    bool taken_ = false;
    bool over_ = false;
  };

  /// Has the thread stand still while the process forks. In the middle of its work it may hold
  /// locks of libraries (an allocator's, OpenSSL's, that of a static variable which is being made),
  /// and a child, which does not have the thread, would wait for them for ever. Returns once it
  /// stands still, or after a second: a fork that waits for a lock of its own process would be
  /// worse. Null: the thread has ended.
  std::shared_ptr<rest> begin_rest() noexcept;

  /// Whether the calling process is the one that started the thread.
  bool is_of_this_process() const noexcept;

  /// Has `work` abandoned when the thread ends.
  /// Throws: `request_error` if it has ended.
  void abandon_at_end(std::shared_ptr<abandonable> const& work);

  /// Whether the thread ended so long ago. Of another process's thread, which is not here: no.
  bool ended_for(std::chrono::steady_clock::duration time);

  void stop();

 private:
  unsigned forks_;  ///< Those before it was made. Cheaper to ask than the process id.
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::mutex joining_;
  std::thread thread_;
  std::mutex watching_;
  std::vector<std::weak_ptr<abandonable>> under_way_;
  std::optional<std::chrono::steady_clock::time_point> ended_at_;
};

}  // namespace simruns_python
