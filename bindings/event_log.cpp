#include "event_log.hpp"

#include "convert.hpp"
#include "mailbox.hpp"
#include "register.hpp"

#include <unistd.h>

#include <chrono>
#include <iterator>
#include <mutex>
#include <string>

namespace simruns_python {

event_log& event_log::instance() {
  // Never destroyed: the core thread may still tell of something while the process ends. In a child
  // of fork the parent's mutex may be held for ever, so the child has one of its own.
  static pid_t owner = ::getpid();
  static auto* log = new event_log;
  if (owner != ::getpid()) {
    owner = ::getpid();
    log = new event_log;
  }
  return *log;
}

void event_log::put(simruns::request_event const& event) {
  using kind = simruns::request_event::kind;
  bool const failed = event.what == kind::will_retry || event.what == kind::gave_up;
  auto const wanted = wanted_.load();
  if (wanted == detail::nothing || (wanted == detail::failures && !failed)) return;
  std::lock_guard const lock(mutex_);
  if (events_.size() < most) {
    ++unlogged_;
  } else {
    events_.pop_front();
  }
  events_.push_back(event);
  for (auto const& weak : woken_) {
    if (auto const box = weak.lock()) box->wake();
  }
}

void event_log::wake(std::shared_ptr<mailbox> const& box) {
  std::lock_guard const lock(mutex_);
  std::erase_if(woken_, [](auto const& weak) { return weak.expired(); });
  woken_.push_back(box);
}

std::vector<simruns::request_event> event_log::take() {
  std::lock_guard const lock(mutex_);
  std::vector<simruns::request_event> out(std::make_move_iterator(events_.begin()),
                                          std::make_move_iterator(events_.end()));
  events_.clear();
  return out;
}

void prepare_event_log() {
  auto const wanted = py::module_::import("simruns.core.logs").attr("wanted")().cast<int>();
  event_log::instance().keep(static_cast<event_log::detail>(wanted));
}

namespace {

double seconds_of(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000.0;
}

py::dict to_python(simruns::request_event const& event) {
  using namespace py::literals;
  bool const failed = event.failure.code.failed();
  return py::dict(
      "event"_a = std::string(to_string(event.what)), "method"_a = event.method,
      "target"_a = readable(event.target), "attempt"_a = event.attempt,
      "status"_a = event.status == 0 ? py::object(py::none()) : py::int_(event.status),
      "bytes"_a = event.bytes, "elapsed"_a = seconds_of(event.elapsed),
      "waited"_a = seconds_of(event.waited), "pause"_a = seconds_of(event.pause),
      "trace_id"_a = event.trace_id.empty() ? py::object(py::none()) : readable(event.trace_id),
      "failure"_a = failed ? readable(to_string(event.failure)) : py::object(py::none()));
}

/// Waits for the lock without the GIL, and lets signal handlers run meanwhile.
void lock(std::unique_lock<std::recursive_timed_mutex>& writing) {
  static constexpr std::chrono::milliseconds slice{50};  // how long a signal may have to wait
  if (writing.try_lock()) return;
  for (bool locked = false; !locked;) {
    auto* const state = PyEval_SaveThread();
    locked = writing.try_lock_for(slice);
    PyEval_RestoreThread(state);
    if (!locked && PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
}

}  // namespace

void drain_event_log() {
  auto& log = event_log::instance();
  if (log.empty()) return;
  std::unique_lock writing(log.writing(), std::defer_lock);
  lock(writing);
  auto const events = log.take();
  struct counted {
    event_log& log;
    std::size_t events;
    ~counted() { log.logged(events); }
  } const at_end{log, events.size()};
  auto const write = py::module_::import("simruns.core.logs").attr("write");
  for (auto const& event : events) write(to_python(event));
}

void register_event_log(py::module_& m) { m.def("drain_events", &drain_event_log); }

}  // namespace simruns_python
