#include "normal_form.hpp"
#include "ordered_members.hpp"
#include "variant.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// rapidjson's SAX reader, into structs of `std::string`; free values are slices of the input.
namespace bench {
namespace {

/// Objects and arrays that have a place in the structs.
enum class place {
  root,
  runs,
  run,
  turns,
  turn,
  criteria,
  criterion,
  metrics,
  results,
  rate,
  error,
  pagination,
};

inline constexpr member_names<2> root_members{"data", "pagination"};

class handler {
 public:
  handler(std::string const& body, rapidjson::StringStream& stream, string_page& out)
      : body_(body), stream_(stream), page_(out) {}

  bool Null() { return true; }
  bool Bool(bool value) {
    if (free_ != 0) return true;
    if (top() == place::metrics) set_metric(value);
    if (top() == place::pagination)
      (member_ == 3 ? paging().has_next : paging().has_previous) = value;
    return true;
  }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Int64(value); }
  bool Uint64(std::uint64_t value) { return Int64(static_cast<std::int64_t>(value)); }
  bool Int64(std::int64_t value);
  bool Double(double value) {
    if (free_ == 0 && top() == place::rate && member_ == 0) rate().percentage = value;
    return true;
  }
  bool RawNumber(char const*, rapidjson::SizeType, bool) { return true; }
  bool String(char const* text, rapidjson::SizeType size, bool);
  bool Key(char const* text, rapidjson::SizeType size, bool);
  bool StartObject();
  bool EndObject(rapidjson::SizeType);
  bool StartArray();
  bool EndArray(rapidjson::SizeType) {
    if (free_ != 0) return end_free();
    --depth_;
    return true;
  }

 private:
  place top() const { return places_[depth_ - 1]; }
  void push(place where) {
    places_[depth_++] = where;
    guesses_[depth_] = 0;
  }
  run<std::string, std::string>& current() { return page_.runs.back(); }
  success_rate& rate() { return *current().metrics.success_rate; }
  pagination<std::string>& paging() { return page_.pagination; }

  void set_metric(bool value) {
    auto& m = current().metrics;
    if (member_ == 1) m.success = value;
    if (member_ == 7) m.is_batch_stopped = value;
    if (member_ == 8) m.is_conversation_ended = value;
  }
  bool begin_free() {
    if (free_++ == 0) free_start_ = stream_.Tell() - 1;
    return true;
  }
  bool end_free();
  void set_run_text(std::string text);
  void set_metrics_text(std::string text);
  void find(std::string_view key);

  template <std::size_t Size>
  void find_in(member_names<Size> const& names, std::string_view key) {
    auto const is = [&](std::string_view name) { return name == key; };
    member_ = find_member(names, guesses_[depth_], is);
    if (member_ == Size) member_ = static_cast<std::size_t>(-1);
  }

  std::string const& body_;
  rapidjson::StringStream& stream_;
  string_page& page_;
  std::array<place, 8> places_{};
  std::array<std::size_t, 9> guesses_{};
  std::size_t depth_ = 0;
  std::size_t member_ = 0;
  std::size_t free_ = 0;
  std::size_t free_start_ = 0;
};

bool handler::Int64(std::int64_t value) {
  if (free_ != 0) return true;
  switch (top()) {
    case place::run:
      if (member_ == 5) current().sequence = value;
      if (member_ == 9) current().total_turns = value;
      if (member_ == 10) current().max_turns = value;
      if (member_ == 13) current().created_at = value;
      if (member_ == 15) current().duration = value;
      break;
    case place::turn:
      if (member_ == 1) current().turns.back().sequence = value;
      if (member_ == 4) current().turns.back().created_at = value;
      break;
    case place::rate:
      if (member_ == 0) rate().percentage = static_cast<double>(value);
      if (member_ == 1) rate().numerator = value;
      if (member_ == 2) rate().denominator = value;
      break;
    case place::pagination:
      if (member_ == 0) paging().limit = value;
      if (member_ == 1) paging().skip = value;
      if (member_ == 2) paging().total = value;
      break;
    default:
      break;
  }
  return true;
}

void handler::set_run_text(std::string text) {
  auto& r = current();
  switch (member_) {
    case 0:
      r.id = std::move(text);
      break;
    case 1:
      r.organisation = std::move(text);
      break;
    case 2:
      r.project = std::move(text);
      break;
    case 3:
      r.scenario = std::move(text);
      break;
    case 4:
      r.batch = std::move(text);
      break;
    case 6:
      r.large_language_model = std::move(text);
      break;
    case 7:
      r.endpoint_type = std::move(text);
      break;
    case 14:
      r.created_by = std::move(text);
      break;
    case 16:
      r.expires_at = std::move(text);
      break;
    default:
      break;
  }
}

void handler::set_metrics_text(std::string text) {
  auto& m = current().metrics;
  if (member_ == 0) m.sentiment = std::move(text);
  if (member_ == 4) m.summary = std::move(text);
  if (member_ == 5) m.status = std::move(text);
}

bool handler::String(char const* text, rapidjson::SizeType size, bool) {
  if (free_ != 0) return true;
  switch (top()) {
    case place::run:
      set_run_text({text, size});
      break;
    case place::turn:
      if (member_ == 0) current().turns.back().id.emplace(text, size);
      if (member_ == 2) current().turns.back().text.emplace(text, size);
      break;
    case place::criterion:
      if (member_ == 0) current().criteria.back().type.assign(text, size);
      break;
    case place::metrics:
      set_metrics_text({text, size});
      break;
    case place::error: {
      auto& error = *current().metrics.error_info;
      if (member_ == 0) error.category.emplace(text, size);
      if (member_ == 1) error.message.emplace(text, size);
      if (member_ == 2) error.technical_details.emplace(text, size);
      break;
    }
    case place::pagination:
      if (member_ == 5) paging().next.emplace(text, size);
      if (member_ == 6) paging().previous.emplace(text, size);
      break;
    default:
      break;
  }
  return true;
}

void handler::find(std::string_view key) {
  switch (top()) {
    case place::root:
      return find_in(root_members, key);
    case place::run:
      return find_in(run_members, key);
    case place::turn:
      return find_in(turn_members, key);
    case place::criterion:
      return find_in(criterion_members, key);
    case place::metrics:
      return find_in(metrics_members, key);
    case place::rate:
      return find_in(rate_members, key);
    case place::error:
      return find_in(error_members, key);
    case place::pagination:
      return find_in(pagination_members, key);
    default:
      return;
  }
}

bool handler::Key(char const* text, rapidjson::SizeType size, bool) {
  if (free_ == 0) find({text, size});
  return true;
}

bool handler::StartObject() {
  if (free_ != 0) return begin_free();
  if (depth_ == 0) return push(place::root), true;
  switch (top()) {
    case place::runs:
      page_.runs.emplace_back();
      return push(place::run), true;
    case place::turns:
      current().turns.emplace_back();
      return push(place::turn), true;
    case place::criteria:
      current().criteria.emplace_back();
      return push(place::criterion), true;
    case place::root:
      if (member_ == 1) return push(place::pagination), true;
      break;
    case place::run:
      if (member_ == 12) return push(place::metrics), true;
      break;
    case place::metrics:
      if (member_ == 3) return current().metrics.success_rate.emplace(), push(place::rate), true;
      if (member_ == 6) return current().metrics.error_info.emplace(), push(place::error), true;
      break;
    default:
      break;
  }
  return begin_free();
}

bool handler::EndObject(rapidjson::SizeType) {
  if (free_ != 0) return end_free();
  --depth_;
  return true;
}

bool handler::StartArray() {
  if (free_ != 0) return begin_free();
  if (top() == place::root && member_ == 0) return push(place::runs), true;
  if (top() == place::run && member_ == 8) return push(place::turns), true;
  if (top() == place::run && member_ == 11) return push(place::criteria), true;
  if (top() == place::metrics && member_ == 2) {
    current().metrics.results.emplace();
    return push(place::results), true;
  }
  return begin_free();
}

bool handler::end_free() {
  if (--free_ != 0) return true;
  auto slice = body_.substr(free_start_, stream_.Tell() - free_start_);
  if (top() == place::turn && member_ == 3)
    current().turns.back().data = std::move(slice);
  else if (top() == place::criterion && member_ == 1)
    current().criteria.back().params = std::move(slice);
  else if (top() == place::results)
    current().metrics.results->push_back(std::move(slice));
  return true;
}

class sax : public variant {
 public:
  std::string_view name() const override { return "rapidjson SAX"; }

  void decode(std::string body) override {
    rapidjson::StringStream stream(body.c_str());
    handler events(body, stream, page_);
    auto const result = reader_.Parse<rapidjson::kParseValidateEncodingFlag>(stream, events);
    if (result.IsError()) throw std::runtime_error(rapidjson::GetParseError_En(result.Code()));
  }
  void drop() override { page_ = {}; }
  boost::json::value normal_form() const override { return normal(page_); }

 private:
  rapidjson::Reader reader_;
  string_page page_;
};

}  // namespace

std::unique_ptr<variant> make_rapidjson_sax() { return std::make_unique<sax>(); }

}  // namespace bench
