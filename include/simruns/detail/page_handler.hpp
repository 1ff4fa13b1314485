#pragma once

#include "simruns/detail/page_values.hpp"
#include "simruns/detail/token_tracker.hpp"
#include "simruns/error.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

/// Takes the events of Boost.JSON's SAX parser and fills a page. Objects of a known shape have a
/// frame; within a value of no known shape (free JSON, an unknown member, a wrong type) only the
/// depth is counted, and the value is kept as the slice of the body that it is.
class page_handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  page_handler(page_data& data, parse_limits const& limits);

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& ec) { return open(true, ec); }
  bool on_array_begin(error_code& ec) { return open(false, ec); }
  bool on_object_end(std::size_t, error_code& ec) { return close(ec); }
  bool on_array_end(std::size_t, error_code& ec) { return close(ec); }
  bool on_key_part(std::string_view part, std::size_t, error_code&) { return gather(part); }
  bool on_string_part(std::string_view part, std::size_t, error_code&) { return gather(part); }
  bool on_key(std::string_view last, std::size_t, error_code& ec);
  bool on_string(std::string_view last, std::size_t, error_code& ec);
  bool on_number_part(std::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t value, std::string_view literal, error_code& ec) {
    return number(exact_integer{value, integer_fault::none}, literal, ec);
  }
  bool on_uint64(std::uint64_t, std::string_view literal, error_code& ec) {
    return number(exact_integer{0, integer_fault::out_of_range}, literal, ec);
  }
  bool on_double(double, std::string_view literal, error_code& ec) {
    return number(integer_of(literal), literal, ec);
  }
  bool on_bool(bool value, error_code& ec);
  bool on_null(error_code& ec);
  bool on_comment_part(std::string_view, error_code&) { return true; }
  bool on_comment(std::string_view, error_code&) { return true; }

  /// What to say where the handler, not the parser, refused the body; empty otherwise.
  std::string const& refusal() const noexcept { return refusal_; }
  errc refusal_code() const noexcept { return refusal_code_; }
  std::string const& refusal_path() const noexcept { return refusal_path_; }
  bool data_seen() const noexcept { return frames_.data_seen; }

  /// Once, after the last event.
  void finish();

 private:
  bool gather(std::string_view part);
  std::string_view finish_text(std::string_view last, std::string_view& json);
  bool number(exact_integer value, std::string_view literal, error_code& ec);
  bool open(bool object, error_code& ec);
  bool close(error_code& ec);
  bool scalar(std::string_view json, std::string_view type, error_code& ec, auto const& set);
  void element_scalar(std::string_view json, std::string_view type);
  void* enter_element(page_frame& array, shape& inner);
  void open_element(bool object, char const* at);
  void open_member(bool object, char const* at);
  void* inner_target(shape inner);
  bool over_limits(error_code& ec);
  void enter(shape inner, void* target, char const* at);
  void begin_free(char const* at, bool keep);
  void end_free();
  void leave_object();
  void store_object(page_frame const& closed, std::span<extra_member const> extra);
  void leave_array();
  bool done(error_code& ec);
  bool refuse(errc code, std::string message, error_code& ec);

  page_data& data_;
  parse_limits const& limits_;
  token_tracker tracker_;
  page_frames frames_;
  std::size_t free_depth_ = 0;
  char const* free_start_ = nullptr;
  bool free_kept_ = false;
  bool escaped_ = false;
  std::string pieces_;
  std::vector<turn> turns_;
  std::vector<criterion> criteria_;
  std::vector<std::string_view> results_;
  std::vector<extra_member> extras_;
  std::vector<std::pair<std::size_t, std::size_t>> run_issues_;
  success_rate rate_;
  error_info error_;
  errc refusal_code_ = errc::decode;
  std::string refusal_;
  std::string refusal_path_;
};

}  // namespace simruns::detail

#include "simruns/detail/page_handler_impl.hpp"
#include "simruns/detail/page_handler_nesting.hpp"
