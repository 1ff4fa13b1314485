#pragma once

#include "handles.hpp"

#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns_python {

/// The body of a page of runs with these texts.
std::string body_of(std::vector<std::string_view> const& texts);

/// Makes pages of the own texts of runs, a hundred in each, as if a server had sent them.
class page_maker {
 public:
  /// Takes any value as a run, as a page of a server may have it.
  page_maker() = default;

  /// Takes only what has some member of a run, and calls the texts by this name in errors.
  explicit page_maker(std::string name) : name_(std::move(name)), strict_(true) {}

  /// Takes the text of a run. Throws: ValueError, for what is not the JSON of one.
  void add(std::string_view text);

  /// Takes the text of a run, a `str` or `bytes` with perhaps white space around it.
  void add(pybind11::handle text);

  /// Gives the pages, whose completeness counts the runs, and knows no more. Throws: ValueError.
  std::shared_ptr<held_pages> finish();

 private:
  void finish_page();
  bool is_each_its_text(simruns::page const& page) const;
  [[noreturn]] void refuse(std::size_t index, std::string const& why) const;
  [[noreturn]] void refuse_first_bad() const;

  std::string name_;
  bool strict_ = false;
  std::shared_ptr<held_pages> made_ = std::make_shared<held_pages>();
  std::string body_;
  std::vector<std::size_t> begins_;  ///< Of each text, in the body.
  std::vector<std::size_t> ends_;
};

/// Gives the run of a `str` or `bytes`. Throws: request_error (invalid_argument).
py_run run_of_text(pybind11::handle text);

}  // namespace simruns_python
