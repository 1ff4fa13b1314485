#include "simruns/json/exact_integer.hpp"
#include "simruns/page/parse_page.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"
#include "support/random_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The typed view of random pages, compared field by field with the plain parse of the same text.

namespace json = boost::json;
using simruns::maybe;
using simruns::presence;

namespace {

using names = std::vector<std::string_view>;
using member_list = std::vector<std::pair<std::string, std::string>>;

names const run_names{"id",
                      "_id",
                      "organisationReference",
                      "projectReference",
                      "simulationReference",
                      "simulationRunBatchReference",
                      "sequence",
                      "largeLanguageModelReferenceId",
                      "endPointType",
                      "turns",
                      "totalTurns",
                      "maxTurns",
                      "successCriteria",
                      "metrics",
                      "createdAt",
                      "createdBy",
                      "duration",
                      "expiresAt"};
names const turn_names{"id", "sequence", "text", "data", "createdAt"};
names const criterion_names{"type", "params"};
names const rate_names{"percentage", "numerator", "denominator"};
names const error_names{"category", "message", "technicalDetails"};
names const metrics_names{"sentiment",           "success",   "results",
                          "successRate",         "summary",   "isBatchStopped",
                          "isConversationEnded", "errorInfo", "status"};
names const paging_names{"limit", "skip", "total", "hasNext", "hasPrevious", "next", "previous"};

/// Pages whose objects have the contract's members, some of them missing, some doubled, some odd,
/// some that the contract does not name.
class random_pages : public test::random_json {
 public:
  using random_json::random_json;

  std::string page() {
    return object(
        with_extra({{"data", list(&random_pages::run)}, {"pagination", of(paging_names)}}));
  }

 private:
  std::string fitting(std::string_view name) {
    static constexpr std::array<std::string_view, 12> words{R"("SUCCESS")",
                                                            R"("FAILED")",
                                                            R"("ERR\u004fR")",
                                                            R"("positive")",
                                                            R"("negative")",
                                                            R"("neutral")",
                                                            R"("NONE")",
                                                            R"("LLM_PROVIDER_ERROR")",
                                                            R"("AI_AGENT_TIMEOUT")",
                                                            R"("AI_AGENT_ERROR")",
                                                            R"("UNKNOWN")",
                                                            R"("2024-06-10T06:13:20.5Z")"};
    if (name == "turns") return list(&random_pages::turn);
    if (name == "successCriteria") return list(&random_pages::criterion);
    if (name == "metrics") return of(metrics_names);
    if (name == "successRate") return of(rate_names);
    if (name == "errorInfo") return of(error_names);
    if (name == "results") return list(&random_pages::any);
    switch (random.below(4)) {
      case 0:
        return number();
      case 1:
        return string();
      case 2:
        return random.one_in(2) ? "true" : "false";
      default:
        return std::string(random.pick(words));
    }
  }

  std::string of(names const& known) {
    ::member_list out;
    for (auto name : known) {
      if (random.one_in(8)) continue;
      out.emplace_back(name, random.one_in(8) ? value() : fitting(name));
      if (random.one_in(30)) out.emplace_back(name, random.one_in(2) ? value() : fitting(name));
    }
    return object(with_extra(std::move(out)));
  }

  ::member_list with_extra(::member_list out) {
    if (random.one_in(3)) out.emplace_back("x" + random.text("ab\"\\ ", 3), value());
    return out;
  }

  std::string run() { return random.one_in(15) ? value() : of(run_names); }
  std::string turn() { return random.one_in(15) ? value() : of(turn_names); }
  std::string criterion() { return random.one_in(15) ? value() : of(criterion_names); }
  std::string any() { return value(); }

  std::string list(std::string (random_pages::*make)()) {
    std::vector<std::string> items(random.below(4));
    for (auto& item : items) item = (this->*make)();
    return array(items);
  }
};

/// An object of the plain parse; what is no object has no members.
class plain {
 public:
  explicit plain(json::value const* value)
      : object_(value != nullptr && value->is_object() ? &value->get_object() : nullptr) {}

  json::value const* find(std::string_view name) const {
    return object_ == nullptr ? nullptr
                              : object_->if_contains(json::string_view(name.data(), name.size()));
  }
  json::object const* object() const { return object_; }

 private:
  json::object const* object_;
};

/// Compares the fields of one object.
struct comparison {
  plain want;

  template <class T>
  void field(char const* name, maybe<T> const& got, std::optional<T> const& value) const {
    CAPTURE(name);
    auto const* found = want.find(name);
    bool const null = found != nullptr && found->is_null();
    CHECK(got.is_null() == null);
    CHECK(got.has_value() == value.has_value());
    if (got && value) CHECK(*got == *value);
  }

  void text(char const* name, maybe<std::string_view> const& got) const {
    auto const* found = want.find(name);
    std::optional<std::string_view> value;
    if (found != nullptr && found->is_string()) value.emplace(found->get_string());
    field(name, got, value);
  }

  void boolean(char const* name, maybe<bool> const& got) const {
    auto const* found = want.find(name);
    std::optional<bool> value;
    if (found != nullptr && found->is_bool()) value = found->get_bool();
    field(name, got, value);
  }

  std::optional<std::int64_t> integer_of(char const* name) const {
    auto const* found = want.find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_int64()) return found->get_int64();
    if (!found->is_double()) return std::nullopt;
    auto const value = found->get_double();
    if (std::trunc(value) != value || std::abs(value) > 1e15) return std::nullopt;
    return static_cast<std::int64_t>(value);
  }

  void integer(char const* name, maybe<std::int64_t> const& got) const {
    field(name, got, integer_of(name));
  }

  void time(char const* name, maybe<simruns::time_point> const& got) const {
    std::optional<simruns::time_point> value;
    if (auto const number = integer_of(name)) {
      bool const seconds = *number < 100'000'000'000 && *number > -100'000'000'000;
      auto const moment = seconds ? *number * 1000 : *number;
      bool const shown = moment >= -62'135'596'800'000 && moment <= 253'402'300'799'999;
      if (shown) value.emplace(std::chrono::milliseconds{moment});
    }
    auto const* found = want.find(name);
    bool const moment = found != nullptr && found->is_string() &&
                        std::string_view(name) == "expiresAt" &&
                        found->get_string() == "2024-06-10T06:13:20.5Z";
    if (moment) value.emplace(std::chrono::milliseconds{1'718'000'000'500});
    field(name, got, value);
  }

  template <class Enum>
  void word(char const* name, maybe<simruns::open_enum<Enum>> const& got) const {
    text(name, got.is_null() ? maybe<std::string_view>::null()
               : got         ? maybe<std::string_view>(got->text)
                             : maybe<std::string_view>());
  }

  /// An object kept as text.
  void free(char const* name, maybe<std::string_view> const& got) const {
    auto const* found = want.find(name);
    bool const is_object = found != nullptr && found->is_object();
    CHECK(got.has_value() == is_object);
    CHECK(got.is_null() == (found != nullptr && found->is_null()));
    if (got && is_object) CHECK(json::parse(json::string_view(got->data(), got->size())) == *found);
  }

  template <class T>
  void nested(char const* name, maybe<T> const& got) const {
    auto const* found = want.find(name);
    CHECK(got.has_value() == (found != nullptr && found->is_object()));
    CHECK(got.is_null() == (found != nullptr && found->is_null()));
  }

  void extra(names const& known, std::span<simruns::extra_member const> got) const {
    std::set<std::string_view> seen;
    for (auto i = got.size(); i > 0; --i) {
      auto const& member = got[i - 1];
      bool const last = seen.insert(member.key).second;
      auto const* found = want.find(member.key);
      REQUIRE(found != nullptr);
      if (last)
        CHECK(json::parse(json::string_view(member.json.data(), member.json.size())) == *found);
    }
    std::size_t unknown = 0;
    if (want.object() != nullptr) {
      for (auto const& member : *want.object()) {
        std::string_view const key(member.key().data(), member.key().size());
        unknown += std::find(known.begin(), known.end(), key) == known.end();
      }
    }
    CHECK(seen.size() == unknown);
  }
};

std::span<json::value const> array_of(json::value const* value) {
  if (value == nullptr || !value->is_array()) return {};
  return {value->get_array().data(), value->get_array().size()};
}

void compare_metrics(simruns::metrics const& got, json::value const* value) {
  comparison const c{plain(value)};
  CHECK(got.empty == (c.want.object() == nullptr || c.want.object()->empty()));
  c.word("sentiment", got.sentiment);
  c.boolean("success", got.success);
  c.text("summary", got.summary);
  c.boolean("isBatchStopped", got.is_batch_stopped);
  c.boolean("isConversationEnded", got.is_conversation_ended);
  c.word("status", got.status);
  c.extra(metrics_names, got.extra);
  c.nested("successRate", got.success_rate);
  c.nested("errorInfo", got.error_info);
  auto const results = array_of(c.want.find("results"));
  REQUIRE(got.results.has_value() ==
          (c.want.find("results") != nullptr && c.want.find("results")->is_array()));
  if (got.results) {
    REQUIRE(got.results->size() == results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      auto const text = (*got.results)[i];
      CHECK(json::parse(json::string_view(text.data(), text.size())) == results[i]);
    }
  }
  if (got.success_rate) {
    comparison const rate{plain(c.want.find("successRate"))};
    rate.integer("numerator", got.success_rate->numerator);
    rate.integer("denominator", got.success_rate->denominator);
    rate.extra(rate_names, got.success_rate->extra);
    auto const* percentage = rate.want.find("percentage");
    if (percentage != nullptr && percentage->is_double() &&
        std::isfinite(percentage->get_double())) {
      CHECK(*got.success_rate->percentage == percentage->get_double());
    }
  }
  if (got.error_info) {
    comparison const error{plain(c.want.find("errorInfo"))};
    error.word("category", got.error_info->category);
    error.text("message", got.error_info->message);
    error.text("technicalDetails", got.error_info->technical_details);
    error.extra(error_names, got.error_info->extra);
  }
}

void compare_turns(std::span<simruns::turn const> got, std::span<json::value const> want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    comparison const c{plain(&want[i])};
    c.text("id", got[i].id);
    c.integer("sequence", got[i].sequence);
    c.text("text", got[i].text);
    c.free("data", got[i].data);
    c.time("createdAt", got[i].created_at);
    c.extra(turn_names, got[i].extra);
  }
}

void compare_run(simruns::run const& got, json::value const& want) {
  CHECK(json::parse(json::string_view(got.json().data(), got.json().size())) == want);
  comparison const c{plain(&want)};
  auto const* id = c.want.find("id");
  if (id == nullptr || !id->is_string()) id = c.want.find("_id");
  CHECK(got.id == (id != nullptr && id->is_string() ? std::string_view(id->get_string()) : ""));
  c.text("organisationReference", got.organisation);
  c.text("projectReference", got.project);
  c.text("simulationReference", got.scenario);
  c.text("simulationRunBatchReference", got.batch);
  c.integer("sequence", got.sequence);
  c.text("largeLanguageModelReferenceId", got.large_language_model);
  c.text("endPointType", got.endpoint_type);
  c.integer("totalTurns", got.total_turns);
  c.integer("maxTurns", got.max_turns);
  c.time("createdAt", got.created_at);
  c.text("createdBy", got.created_by);
  c.integer("duration", got.duration_ms);
  c.time("expiresAt", got.expires_at);
  c.extra(run_names, got.extra);
  compare_turns(got.turns, array_of(c.want.find("turns")));
  auto const criteria = array_of(c.want.find("successCriteria"));
  REQUIRE(got.criteria.size() == criteria.size());
  for (std::size_t i = 0; i < criteria.size(); ++i) {
    comparison const of{plain(&criteria[i])};
    of.text("type", got.criteria[i].type);
    of.free("params", got.criteria[i].params);
    of.extra(criterion_names, got.criteria[i].extra);
  }
  compare_metrics(got.metrics, c.want.find("metrics"));
}

void compare_pagination(simruns::pagination const& got, json::value const* want) {
  comparison const c{plain(want)};
  c.integer("limit", got.limit);
  c.integer("skip", got.skip);
  c.integer("total", got.total);
  c.boolean("hasNext", got.has_next);
  c.boolean("hasPrevious", got.has_previous);
  c.text("next", got.next);
  c.text("previous", got.previous);
  c.extra(paging_names, got.extra);
}

}  // namespace

TEST_CASE("the typed view of a random page agrees with its plain parse, field by field") {
  random_pages pages(7);
  std::size_t runs = 0;
  for (int i = 0; i < 1500; ++i) {
    auto const body = pages.page();
    CAPTURE(i);
    auto const want = json::parse(body);
    auto const got = test::parsed(body);
    auto const data = array_of(want.get_object().if_contains("data"));
    REQUIRE(got.size() == data.size());
    std::size_t issues = 0;
    char const* before = got.body().data();
    for (std::size_t n = 0; n < data.size(); ++n) {
      compare_run(got[n], data[n]);
      CHECK(got[n].json().data() >= before);
      before = got[n].json().data() + got[n].json().size();
      issues += got[n].issues.size();
    }
    CHECK(before <= got.body().data() + got.body().size());
    CHECK(got.body() == body);
    CHECK(issues <= got.issues().size());
    compare_pagination(got.pagination(), want.get_object().if_contains("pagination"));
    comparison{plain(&want)}.extra({"data", "pagination"}, got.extra());
    runs += data.size();
  }
  CHECK(runs > 1500);
}
