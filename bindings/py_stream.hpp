#pragma once

#include "async_step.hpp"
#include "given_runs.hpp"
#include "operation.hpp"
#include "simruns/runs/run_follower.hpp"
#include "simruns/runs/run_generator.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace simruns_python {

/// A stream that a client closes when it is closed.
class open_stream {
 public:
  open_stream() = default;
  open_stream(open_stream const&) = delete;
  open_stream& operator=(open_stream const&) = delete;
  virtual ~open_stream() = default;

  /// A further step then says that the client is closed.
  virtual void close_with_client() = 0;
};

/// Runs that come one after another, each once: their handle (`run_generator`, `run_follower`) and
/// the operation that fills it. `begin_anew`: how Python makes another.
template <class Runs>
class basic_stream : public open_stream {
 public:
  basic_stream(std::shared_ptr<io_thread> io, Runs runs, char const* begin_anew)
      : io_(std::move(io)), runs_(new Runs(std::move(runs))), begin_anew_(begin_anew) {}

  /// In a child of fork the parent's walk is left alone, not closed.
  ~basic_stream() override {
    given_.leave_all();
    if (io_->is_of_this_process()) {
      delete runs_;
    } else {
      static_cast<void>(new std::shared_ptr<io_thread>(std::move(io_)));
    }
  }

  simruns::run_ptr try_next() {
    if (ended_) return nullptr;
    require_open();
    if (left_) return nullptr;  // the core thread uses the runs
    return runs_->next_if_ready();
  }

  /// Fetches until a run is here, for `try_next` to give. False: the walk has ended. Goes on with
  /// the operation that was left, if there is one.
  std::shared_ptr<operation> start_ready(std::shared_ptr<mailbox> box) {
    require_open();
    given_.leave_page();
    if (auto op = std::exchange(left_, nullptr)) {
      op->deliver_to(std::move(box));
      return op;
    }
    before_step();
    auto op = std::make_shared<operation>(io_, std::move(box));
    op->start(ready(runs_->wait_ready()));
    latest_ = op;
    return op;
  }

  /// Takes that nobody waits for the operation of `start_ready` any more: it stays under way, and
  /// the next `start_ready` gives it again.
  void leave(std::shared_ptr<operation> op) { left_ = std::move(op); }

  /// Waits on this thread for the next run, and gives it; None at the end.
  pybind11::object wait_for_next() {
    if (ended_) return pybind11::none();
    if (auto const op = interrupted_) {  // nothing else may begin until it is done
      wait_with_signals(*op, std::nullopt);
      if (interrupted_ == op) interrupted_.reset();
    }
    for (;;) {  // another thread may take the run that this one waited for
      if (auto run = next_if_here()) return run;
      auto const op = start_ready(nullptr);
      try {
        wait_with_signals(*op, std::nullopt);
      } catch (pybind11::error_already_set const&) {
        interrupted_ = op;
        throw;
      }
      if (!result_of(*op).template cast<bool>()) return pybind11::none();
    }
  }

  /// Gives a run that is already here; null if there is none.
  pybind11::object next_if_here() {
    auto* const run = take_if_here();
    if (run == nullptr && PyErr_Occurred() != nullptr) throw pybind11::error_already_set();
    return pybind11::reinterpret_steal<pybind11::object>(run);
  }

  /// The same for the interpreter; null also if an error is set.
  PyObject* take_if_here() {
    auto run = try_next();
    return run ? given_.give(std::move(run)) : nullptr;
  }

  void close() {
    closed_ = true;
    given_.leave_all();
    if (!io_->is_of_this_process()) return;
    runs_->close();
    if (auto op = latest_.lock()) op->cancel();
  }

  void close_with_client() override {
    if (!closed_) client_closed_ = true;
    close();
  }

  bool closed() const noexcept { return closed_; }

  /// Whether the end was given, behind the last run. It is given again then, also once closed.
  bool ended() const noexcept { return ended_; }

 protected:
  /// Takes that the end is given. False: it was given before.
  bool note_end() {
    given_.leave_all();
    return !std::exchange(ended_, true);
  }

  Runs const& runs() const noexcept { return *runs_; }

  /// Whether the core thread uses the runs: then only what any thread may read can be read of them.
  bool at_work() const {
    auto const op = latest_.lock();
    return op && !op->done();
  }

  /// Called before the core thread uses the runs, to keep what is read of them meanwhile.
  virtual void before_step() {}

 private:
  void require_open() const {
    std::string const begin = begin_anew_;
    if (!io_->is_of_this_process()) {
      throw simruns::request_error(simruns::errc::invalid_argument,
                                   "this walk was begun before fork, in the parent; begin it anew");
    }
    if (client_closed_) {
      throw simruns::request_error(simruns::errc::cancelled,
                                   "the client is closed, and its walks with it");
    }
    if (closed_) {
      throw simruns::request_error(simruns::errc::invalid_argument,
                                   "this walk is closed; begin another with " + begin);
    }
  }

  static boost::asio::awaitable<operation::outcome> ready(boost::asio::awaitable<bool> work) {
    bool const more = co_await std::move(work);
    co_return operation::outcome(more);
  }

  std::shared_ptr<io_thread> io_;
  Runs* runs_;
  char const* begin_anew_;
  given_runs given_{std::is_same_v<Runs, simruns::run_generator>};
  std::weak_ptr<operation> latest_;
  std::shared_ptr<operation> interrupted_;  ///< The operation of a wait that a signal ended.
  std::shared_ptr<operation> left_;         ///< An operation whose task was cancelled.
  bool closed_ = false;
  bool client_closed_ = false;
  bool ended_ = false;
};

/// The runs of one walk.
class py_stream : public basic_stream<simruns::run_generator> {
 public:
  py_stream(std::shared_ptr<io_thread> io, simruns::run_generator runs)
      : basic_stream(std::move(io), std::move(runs), "batch.runs()") {}

  std::string position() {
    if (!at_work()) position_ = runs().position();
    return position_;
  }
  simruns::completeness completeness() {
    if (!at_work()) tally_ = runs().completeness();
    return tally_;
  }

  std::vector<simruns::bad_run> bad_runs() {
    if (!at_work()) append_new(bad_runs_, runs().bad_runs());
    return bad_runs_;
  }

  /// Lets the error of a step say what the walk brought.
  void explain(pybind11::handle error) {
    pybind11::module_::import("simruns.core.errors").attr("tell_walk")(error, completeness());
  }

  /// Warns of missing runs, the first time that it is called after the last run.
  void end() {
    if (!note_end()) return;
    pybind11::module_::import("simruns.core.errors").attr("warn_if_incomplete")(completeness());
  }

 private:
  void before_step() override {
    position();
    completeness();
    bad_runs();
  }

  std::string position_;
  simruns::completeness tally_;
  std::vector<simruns::bad_run> bad_runs_;
};

/// The same, awaited. It has a class of its own in Python, where what is awaited must not block.
class py_async_stream final : public py_stream {
 public:
  using py_stream::py_stream;
};

/// The runs of a live batch.
class py_follow : public basic_stream<simruns::run_follower> {
 public:
  py_follow(std::shared_ptr<io_thread> io, simruns::run_follower runs)
      : basic_stream(std::move(io), std::move(runs), "batch.follow()") {}

  simruns::follow_status status() const { return runs().status(); }
  std::vector<simruns::lost_run> lost() const { return runs().lost(); }
  void explain(pybind11::handle) const {}
  void end() { note_end(); }
};

/// The same, awaited.
class py_async_follow final : public py_follow {
 public:
  using py_follow::py_follow;
};

/// Takes a run that is here already; null if there is none, if a step is to say why not, or if an
/// error is set.
template <class Stream>
PyObject* take_ready(PyObject* self) noexcept {
  auto const held = reinterpret_cast<pybind11::detail::instance*>(self)->get_value_and_holder();
  auto* const stream = held.value_ptr<Stream>();
  if (stream == nullptr) return nullptr;  // its `__init__` was not called
  try {
    return stream->take_if_here();
  } catch (std::exception const&) {
    return nullptr;
  }
}

/// `__next__`. A run that is here costs no call of a function of Python. It is not `noexcept`: an
/// interpreter that ends stops a daemon thread that waits here, and unwinds it.
template <class Stream>
PyObject* next_run(PyObject* self) {
  auto* const ready = take_ready<Stream>(self);
  if (ready != nullptr || PyErr_Occurred() != nullptr) return ready;
  auto* const run = PyObject_CallMethod(self, "_wait_for_next", nullptr);
  if (run != Py_None) return run;
  Py_DECREF(run);
  return nullptr;  // without an error, this is the end
}

/// `__anext__`.
template <class Stream>
PyObject* async_next_run(PyObject* self) {
  return make_async_step(self, &take_ready<Stream>);
}

/// Makes a method for Python, which refuses an object whose `__init__` was not called, or failed:
/// pybind11 knows it by the holder that it has not.
template <class Stream, class Base, class Result, class... Arguments>
auto of_made(Result (Base::*method)(Arguments...)) {
  return [method](std::shared_ptr<Stream> const& self, Arguments... arguments) -> Result {
    return (self.get()->*method)(std::forward<Arguments>(arguments)...);
  };
}
template <class Stream, class Base, class Result, class... Arguments>
auto of_made(Result (Base::*method)(Arguments...) const) {
  return [method](std::shared_ptr<Stream> const& self, Arguments... arguments) -> Result {
    return (self.get()->*method)(std::forward<Arguments>(arguments)...);
  };
}

/// Registers a stream with the methods that each kind has in Python. The classes that users see
/// derive from it, so its own names are private. `setup` fills slots of the type.
template <class Stream>
pybind11::class_<Stream, std::shared_ptr<Stream>> stream_class(pybind11::module_& m,
                                                               char const* name,
                                                               void (*setup)(PyHeapTypeObject*)) {
  namespace py = pybind11;
  py::class_<Stream, std::shared_ptr<Stream>> out(m, name, py::custom_type_setup(setup));
  out.def("_try_next",
          [](std::shared_ptr<Stream> const& s) -> py::object {
            auto run = s->next_if_here();
            return run ? run : py::none();
          })
      .def("_start_ready", of_made<Stream>(&Stream::start_ready), py::arg("mailbox").none(true))
      .def("_leave", of_made<Stream>(&Stream::leave), py::arg("operation"))
      .def("_explain", of_made<Stream>(&Stream::explain), py::arg("error"))
      .def("_end", of_made<Stream>(&Stream::end))
      .def("_close", of_made<Stream>(&Stream::close))
      .def_property_readonly("_closed", of_made<Stream>(&Stream::closed))
      .def_property_readonly("_ended", of_made<Stream>(&Stream::ended));
  return out;
}

/// Registers a stream for `for`, which waits on its thread.
template <class Stream>
auto blocking_stream_class(pybind11::module_& m, char const* name) {
  namespace py = pybind11;
  auto out = stream_class<Stream>(m, name, [](PyHeapTypeObject* type) {
    type->ht_type.tp_iter = &PyObject_SelfIter;
    type->ht_type.tp_iternext = &next_run<Stream>;
  });
  out.def("_wait_for_next", [](std::shared_ptr<Stream> const& s) {
    py::object run;
    try {
      run = s->wait_for_next();
    } catch (py::error_already_set& error) {
      s->explain(error.value());
      throw;
    }
    if (run.is_none()) s->end();
    return run;
  });
  return out;
}

/// Registers a stream for `async for`. The class that derives from it has the coroutine
/// `_wait_for_next()`.
template <class Stream>
auto awaited_stream_class(pybind11::module_& m, char const* name) {
  return stream_class<Stream>(m, name, [](PyHeapTypeObject* type) {
    type->as_async.am_aiter = &PyObject_SelfIter;
    type->as_async.am_anext = &async_next_run<Stream>;
  });
}

}  // namespace simruns_python
