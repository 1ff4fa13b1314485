#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The contract as plain structs, as someone who uses a JSON library directly would write them.
/// `Text` is what texts are kept in, `Free` what values of no fixed form are kept in.
namespace bench {

template <class Text, class Free>
struct turn {
  std::optional<Text> id;
  std::optional<std::int64_t> sequence;
  std::optional<Text> text;
  std::optional<Free> data;
  std::optional<std::int64_t> created_at;
};

template <class Text, class Free>
struct criterion {
  Text type;
  Free params;
};

struct success_rate {
  std::optional<double> percentage;
  std::optional<std::int64_t> numerator;
  std::optional<std::int64_t> denominator;
};

template <class Text>
struct error_info {
  std::optional<Text> category;
  std::optional<Text> message;
  std::optional<Text> technical_details;
};

template <class Text, class Free>
struct metrics {
  std::optional<Text> sentiment;
  std::optional<bool> success;
  std::optional<std::vector<Free>> results;
  std::optional<bench::success_rate> success_rate;
  std::optional<Text> summary;
  std::optional<bool> is_batch_stopped;
  std::optional<bool> is_conversation_ended;
  std::optional<bench::error_info<Text>> error_info;
  std::optional<Text> status;
};

template <class Text, class Free>
struct run {
  using text_type = Text;
  using free_type = Free;

  Text id;
  Text organisation;
  Text project;
  Text scenario;
  Text batch;
  std::int64_t sequence = 0;
  Text large_language_model;
  std::optional<Text> endpoint_type;
  std::vector<bench::turn<Text, Free>> turns;
  std::int64_t total_turns = 0;
  std::optional<std::int64_t> max_turns;
  std::vector<bench::criterion<Text, Free>> criteria;
  bench::metrics<Text, Free> metrics;
  std::int64_t created_at = 0;
  Text created_by;
  std::optional<std::int64_t> duration;
  std::optional<Text> expires_at;
};

/// What a page says of the pages around it.
template <class Text>
struct pagination {
  std::int64_t limit = 0;
  std::int64_t skip = 0;
  std::int64_t total = 0;
  bool has_next = false;
  bool has_previous = false;
  std::optional<Text> next;
  std::optional<Text> previous;
};

template <class Text, class Free>
struct page {
  using text_type = Text;
  using free_type = Free;

  std::vector<bench::run<Text, Free>> runs;
  bench::pagination<Text> pagination;
};

using string_page = page<std::string, std::string>;
using view_page = page<std::string_view, std::string_view>;

}  // namespace bench
