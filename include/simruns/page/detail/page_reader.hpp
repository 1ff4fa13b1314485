#pragma once

#include "simruns/json/broken_json.hpp"
#include "simruns/json/scanner.hpp"
#include "simruns/json/unescape.hpp"
#include "simruns/page/detail/fields.hpp"
#include "simruns/page/parse_page.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

/// Reads a body into a page, in one pass, led by the contract: objects of a known shape fill their
/// structs, any other value (free JSON, an unknown member, a wrong type) is passed over and kept as
/// the slice of the body that it is.
class page_reader {
 public:
  page_reader(page_data& data, parse_limits const& limits, resource what = resource::runs)
      : data_(data), limits_(limits), what_(what), in_(data.body), frames_(data, limits, what) {}

  /// Reads the whole body: a page of items, or one item, which makes a page of its own. False: it
  /// is neither, and `failure` says why.
  bool read();

  /// Why `read` was false.
  parse_error failure() const;

 private:
  /// Which of the page's issues were found while one run was read.
  struct run_issues {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t dropped_begin = 0;
    std::size_t dropped_end = 0;
    char const* start = nullptr;   ///< Of the run's text.
    std::size_t extras_begin = 0;  ///< How many unknown members of the body came before.
  };

  bool read_single();
  bool refuse_other_body(char first);

  // Each of these reads what its name says, whose first byte comes next. False ends the decoding.
  // Rare cases are functions of their own. Where the compiler guards the stack, the short functions
  // that are called for each value would pay for them.
  bool object(shape kind, void* target);
  bool array(shape kind);
  bool element(page_frame& frame);
  bool plain_element(page_frame const& frame);
  bool next_member(page_frame& frame);
  bool key(page_frame& frame);
  bool other_key();
  bool value(page_frame& frame);
  bool unknown_value(page_frame const& frame);
  bool text_value();
  bool number_value();
  bool word_value(std::string_view word);
  bool nested_value(page_frame& frame, bool is_object);

  void* enter_element(page_frame const& array, shape& inner);
  void* inner_target(shape inner);
  void leave_object();
  void store_object(page_frame const& closed, std::span<extra_member const> extra);
  std::span<extra_member const> take_extras(page_frame const& closed);
  void drop_duplicates(std::size_t from);
  void leave_array();
  bool end_run(bool well);
  bool leave_out();
  void drop_run();
  void share_issues();

  bool within_limits();
  /// After each value: whether decoding goes on.
  bool done() { return !frames_.refused() || refuse_first_issue(); }
  bool refuse_first_issue();
  bool is_whole_json(broken_json& scan) const;
  std::string_view wrong_there(broken_json const& scan) const;
  std::size_t fault_offset(broken_json const& scan) const;
  std::string describe_fault(broken_json const& scan) const;
  bool refuse(errc code, std::string message);
  std::size_t depth_left() const noexcept { return limits_.max_depth - frames_.depth(); }
  std::size_t offset_of(char const* at) const noexcept {
    return static_cast<std::size_t>(at - data_.body.data());
  }
  std::string_view slice_from(char const* start) const noexcept {
    return {start, static_cast<std::size_t>(in_.at() - start)};
  }

  page_data& data_;
  parse_limits const& limits_;
  resource what_;
  json_scanner in_;
  page_frames frames_;
  std::vector<turn> turns_;
  std::vector<criterion> criteria_;
  std::vector<std::string_view> results_;
  std::vector<extra_member> extras_;
  std::vector<run_issues> run_issues_;
  success_rate rate_;
  error_info error_;
  parse_error refusal_;
  bool refused_ = false;
  std::ptrdiff_t bad_runs_begin_ = 0;  ///< Those before it are of an earlier array of runs.
  std::size_t bad_bytes_ = 0;          ///< Of the texts of the runs that are left out.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/page_reader.ipp"
#endif
