#include "io_thread.hpp"

#include "simruns/async/signals_held_off.hpp"
#include "simruns/error.hpp"

#include <boost/asio/post.hpp>
#include <pthread.h>

#include <atomic>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace simruns_python {

namespace {

/// Never destroyed: a child of fork, or a thread that outlives the interpreter, may still look.
struct current_thread {
  std::mutex mutex;
  std::shared_ptr<io_thread> thread;
  std::shared_ptr<io_thread::rest> rest;  ///< While the process forks.
  bool shut_down = false;
};

current_thread& the_current() {
  static auto* const instance = new current_thread;
  return *instance;
}

[[noreturn]] void refuse() {
  throw simruns::request_error(
      simruns::errc::invalid_argument,
      "the process is ending, and simruns is shut down; a function for atexit that makes requests "
      "has to be registered after the first client was made");
}

/// Starts the thread. Throws: request_error where the system has no more files or threads.
std::shared_ptr<io_thread> started() {
  try {
    return std::make_shared<io_thread>();
  } catch (std::runtime_error const& error) {
    throw simruns::request_error(
        simruns::errc::connect,
        std::string("the thread that all connections are on cannot be started: ") + error.what() +
            "; let the process have more files and threads, by ulimit -n and -u");
  }
}

void run(boost::asio::io_context* context) {
  for (bool done = false; !done;) {
    try {
      context->run();
      done = true;
    } catch (std::exception const&) {
      // What one operation could not handle (out of memory) must not end the others.
    }
  }
}

/// How often this process, or one that it came from, was a child of fork.
std::atomic<unsigned> forks{0};

void before_fork() {
  auto& holder = the_current();
  holder.mutex.lock();
  if (holder.thread) holder.rest = holder.thread->begin_rest();
}

void after_fork_in_parent() {
  auto& holder = the_current();
  if (holder.rest) holder.rest->end();
  holder.rest.reset();
  holder.mutex.unlock();
}

/// The parent's thread is not here: its state is left as it is, neither locked nor freed.
void after_fork_in_child() {
  new (&the_current().mutex) std::mutex;
  new (&the_current().rest) std::shared_ptr<io_thread::rest>;
  auto* const lost = new std::shared_ptr<io_thread>(std::move(the_current().thread));
  static_cast<void>(lost);
  ++forks;
}

}  // namespace

std::shared_ptr<io_thread> io_thread::current() {
  static bool const watched = [] {
    ::pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
    return true;
  }();
  static_cast<void>(watched);
  auto& holder = the_current();
  std::lock_guard const lock(holder.mutex);
  if (holder.shut_down) refuse();
  if (!holder.thread) holder.thread = started();
  return holder.thread;
}

void io_thread::shutdown() {
  std::shared_ptr<io_thread> thread;
  {
    std::lock_guard const lock(the_current().mutex);
    the_current().shut_down = true;
    thread = the_current().thread;
  }
  if (thread) thread->stop();
}

io_thread::io_thread() : forks_(forks), work_(context_.get_executor()) {
  simruns::detail::signals_held_off const meanwhile;
  thread_ = std::thread(&run, &context_);
}

io_thread::~io_thread() { stop(); }

bool io_thread::is_of_this_process() const noexcept { return forks_ == forks; }

std::shared_ptr<io_thread::rest> io_thread::begin_rest() noexcept {
  static constexpr std::chrono::seconds longest{1};
  try {
    if (context_.stopped()) return nullptr;
    auto const made = std::make_shared<rest>();
    boost::asio::post(context_, [made] { made->take(); });
    made->wait_until_taken(longest);
    return made;
  } catch (std::exception const&) {
    return nullptr;  // out of memory, which is no reason not to fork
  }
}

void io_thread::rest::take() {
  std::unique_lock lock(mutex_);
  taken_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return over_; });
}

void io_thread::rest::wait_until_taken(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return taken_; });
}

void io_thread::rest::end() {
  std::lock_guard const lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

void io_thread::abandon_at_end(std::shared_ptr<abandonable> const& work) {
  std::lock_guard const lock(watching_);
  if (ended_at_) refuse();
  std::erase_if(under_way_, [](auto const& weak) { return weak.expired(); });
  under_way_.push_back(work);
}

bool io_thread::ended_for(std::chrono::steady_clock::duration time) {
  if (!is_of_this_process()) return false;
  std::lock_guard const lock(watching_);
  return ended_at_ && std::chrono::steady_clock::now() - *ended_at_ >= time;
}

void io_thread::stop() {
  if (!is_of_this_process()) return;
  context_.stop();
  std::lock_guard const lock(joining_);
  if (!thread_.joinable()) return;
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();  // the last handle died in the core thread itself
    return;
  }
  thread_.join();
  std::vector<std::weak_ptr<abandonable>> left;
  {
    std::lock_guard const watching(watching_);
    ended_at_ = std::chrono::steady_clock::now();
    left.swap(under_way_);
  }
  for (auto const& weak : left) {
    if (auto const work = weak.lock()) work->abandon();
  }
}

}  // namespace simruns_python
