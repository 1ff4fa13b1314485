#pragma once

#include "operation.hpp"
#include "simruns/runs/run_generator.hpp"

#include <memory>
#include <string>
#include <utility>

namespace simruns_python {

/// The runs of one walk, read once: a generator and the operation that fills it.
class py_stream {
 public:
  py_stream(std::shared_ptr<io_thread> io, simruns::run_generator runs)
      : io_(std::move(io)), runs_(new simruns::run_generator(std::move(runs))) {}
  py_stream(py_stream const&) = delete;
  py_stream& operator=(py_stream const&) = delete;

  /// In a child of fork the parent's walk is left alone, not closed.
  ~py_stream() {
    if (io_->is_of_this_process()) {
      delete runs_;
    } else {
      static_cast<void>(new std::shared_ptr<io_thread>(std::move(io_)));
    }
  }

  simruns::run_ptr try_next() {
    require_open();
    return runs_->try_next();
  }

  std::shared_ptr<operation> start_next(std::shared_ptr<mailbox> box) {
    require_open();
    auto op = std::make_shared<operation>(io_, std::move(box));
    op->start(next(runs_->next()));
    latest_ = op;
    return op;
  }

  std::string position() const { return runs_->position(); }
  simruns::completeness completeness() const { return runs_->completeness(); }

  /// True the first time.
  bool first_end() { return !std::exchange(ended_, true); }

  void close() {
    closed_ = true;
    if (!io_->is_of_this_process()) return;
    runs_->close();
    if (auto op = latest_.lock()) op->cancel();
  }

  /// As `close`; a further step then says that the client is closed.
  void close_with_client() {
    if (!closed_) client_closed_ = true;
    close();
  }

 private:
  void require_open() const {
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
                                   "this walk is closed; begin another with batch.runs()");
    }
  }

  static boost::asio::awaitable<operation::outcome> next(
      boost::asio::awaitable<simruns::run_ptr> work) {
    py_run got;
    got.run = co_await std::move(work);
    co_return operation::outcome(std::move(got));
  }

  std::shared_ptr<io_thread> io_;
  simruns::run_generator* runs_;
  std::weak_ptr<operation> latest_;
  bool closed_ = false;
  bool client_closed_ = false;
  bool ended_ = false;
};

}  // namespace simruns_python
