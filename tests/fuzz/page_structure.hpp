#pragma once

#include "fuzz/promise.hpp"
#include "fuzz/touch.hpp"
#include "simruns/page/parse_page.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Pages that are JSON for certain, and odd in every way that a recipe asks for.
namespace fuzz {

enum class form {
  text,
  integer,
  boolean,
  real,
  time,
  free,
  turns,
  criteria,
  results,
  metrics,
  rate,
  error
};

struct member {
  std::string_view name;
  form value;
};

inline constexpr std::array run_form{member{"id", form::text},
                                     member{"_id", form::text},
                                     member{"organisationReference", form::text},
                                     member{"projectReference", form::text},
                                     member{"simulationReference", form::text},
                                     member{"simulationRunBatchReference", form::text},
                                     member{"sequence", form::integer},
                                     member{"largeLanguageModelReferenceId", form::text},
                                     member{"endPointType", form::text},
                                     member{"turns", form::turns},
                                     member{"totalTurns", form::integer},
                                     member{"maxTurns", form::integer},
                                     member{"successCriteria", form::criteria},
                                     member{"metrics", form::metrics},
                                     member{"createdAt", form::integer},
                                     member{"createdBy", form::text},
                                     member{"duration", form::integer},
                                     member{"expiresAt", form::time}};
inline constexpr std::array turn_form{member{"id", form::text}, member{"sequence", form::integer},
                                      member{"text", form::text}, member{"data", form::free},
                                      member{"createdAt", form::integer}};
inline constexpr std::array criterion_form{member{"type", form::text},
                                           member{"params", form::free}};
inline constexpr std::array metrics_form{member{"sentiment", form::text},
                                         member{"success", form::boolean},
                                         member{"results", form::results},
                                         member{"successRate", form::rate},
                                         member{"summary", form::text},
                                         member{"isBatchStopped", form::boolean},
                                         member{"isConversationEnded", form::boolean},
                                         member{"errorInfo", form::error},
                                         member{"status", form::text}};
inline constexpr std::array rate_form{member{"percentage", form::real},
                                      member{"numerator", form::integer},
                                      member{"denominator", form::integer}};
inline constexpr std::array error_form{member{"category", form::text},
                                       member{"message", form::text},
                                       member{"technicalDetails", form::text}};
inline constexpr std::array paging_form{
    member{"limit", form::integer},       member{"skip", form::integer},
    member{"total", form::integer},       member{"hasNext", form::boolean},
    member{"hasPrevious", form::boolean}, member{"next", form::text},
    member{"previous", form::text}};

/// Writes a page as the recipe says.
class odd_page {
 public:
  explicit odd_page(bytes from) : recipe_(from) { write(); }

  std::string const& body() const noexcept { return body_; }

  /// The text of each run that has to come out; nothing where `data` is no array in the end.
  std::optional<std::vector<std::string>> const& runs() const noexcept { return runs_; }

 private:
  void write() {
    body_ = "{";
    auto const oddity = recipe_.byte();
    if (oddity == 1) member_of("data", scalar());
    if (oddity != 2) write_data();
    if (oddity == 3) write_data();
    if (oddity == 4) member_of("data", scalar()), runs_.reset();
    if (oddity == 5) member_of("more", free());
    if (oddity != 6) member_of("pagination", object(paging_form));
    if (oddity == 7) member_of("pagination", scalar());
    body_ += "}" + space();
  }

  void write_data() {
    runs_.emplace();
    for (auto count = recipe_.below(5); count > 0; --count) {
      runs_->push_back(recipe_.byte() == 1 ? anything() : object(run_form));
    }
    member_of("data", array(*runs_));
  }

  void member_of(std::string_view name, std::string const& value) {
    if (body_.size() > 1) body_ += ',';
    body_ += space() + key(name) + space() + ":" + space() + value + space();
  }

  std::string space() {
    static constexpr std::array<std::string_view, 4> kinds{" ", "\n", "\t", "\r\n  "};
    auto const choice = recipe_.byte();
    return choice < 200 ? std::string{} : std::string(kinds[choice % kinds.size()]);
  }

  /// The name as it is, or with one of its characters as `\uXXXX`.
  std::string key(std::string_view name) {
    std::string out = "\"";
    auto const escaped = recipe_.byte() < 240 ? name.size() : recipe_.below(name.size());
    for (std::size_t i = 0; i < name.size(); ++i) {
      auto const code = static_cast<unsigned char>(name[i]);
      if (i == escaped) {
        out += "\\u00";
        out += "0123456789ABCDEF"[code / 16];
        out += "0123456789abcdef"[code % 16];
      } else {
        out += name[i];
      }
    }
    return out + "\"";
  }

  std::string scalar() {
    static constexpr std::array<std::string_view, 24> kinds{"null",
                                                            "true",
                                                            "false",
                                                            "0",
                                                            "-1",
                                                            "7.0",
                                                            "7.5",
                                                            "1e3",
                                                            "1e400",
                                                            "-0",
                                                            "9223372036854775807",
                                                            "9223372036854775808",
                                                            "18446744073709551616",
                                                            "1.764e12",
                                                            "1718000000000",
                                                            "-1e-400",
                                                            "\"\"",
                                                            "\"SUCCESS\"",
                                                            "\"positive\"",
                                                            "\"AI_AGENT_ERROR\"",
                                                            "\"2024-06-10T06:13:20.5Z\"",
                                                            "\"\\ud83d\\ude00\\n\"",
                                                            "\"\xc3\xa4\xe2\x82\xac\"",
                                                            "\"a\\\\\""};
    return std::string(kinds[recipe_.below(kinds.size())]);
  }

  std::string free() {
    static constexpr std::array<std::string_view, 8> kinds{
        "{}",
        R"({"name":"goal","success":true})",
        R"({"name":"\"","reason":null})",
        R"({"a":[1,{"b":[]}],"a":"]}"})",
        "{ \"x\" : [ ] }",
        R"({"\u006eame":"goal"})",
        R"({"success":false,"passed":true,"explanation":"\\"})",
        R"({"k":"v\\\"}"})"};
    return std::string(kinds[recipe_.below(kinds.size())]);
  }

  std::string anything() {
    switch (recipe_.below(4)) {
      case 0:
        return free();
      case 1:
        return "[" + scalar() + "," + free() + "]";
      case 2:
        return "[]";
      default:
        return scalar();
    }
  }

  std::string array(std::vector<std::string> const& items) {
    std::string out = "[";
    for (auto const& item : items) {
      if (out.size() > 1) out += ',';
      out += space() + item + space();
    }
    return out + "]";
  }

  std::string array_of(std::span<member const> members) {
    std::vector<std::string> items(recipe_.below(4));
    for (auto& item : items) item = recipe_.byte() == 1 ? anything() : object(members);
    return array(items);
  }

  std::string results() {
    std::vector<std::string> items(recipe_.below(4));
    for (auto& item : items) item = recipe_.byte() == 1 ? anything() : free();
    return array(items);
  }

  std::string value(form wanted) {
    switch (wanted) {
      case form::turns:
        return array_of(turn_form);
      case form::criteria:
        return array_of(criterion_form);
      case form::results:
        return results();
      case form::metrics:
        return object(metrics_form);
      case form::rate:
        return object(rate_form);
      case form::error:
        return object(error_form);
      case form::free:
        return free();
      case form::boolean:
        return "true";
      case form::integer:
        return "1718000000000";
      case form::real:
        return "66.67";
      case form::time:
        return "\"2024-06-10T06:13:20.500Z\"";
      case form::text:
        return "\"text\"";
    }
    return "null";
  }

  /// The members in order, each of them dropped, doubled, null, of any type, or as it should be.
  std::string object(std::span<member const> members) {
    std::string out = "{";
    auto const add = [&](std::string_view name, std::string const& text) {
      if (out.size() > 1) out += ',';
      out += space() + key(name) + space() + ":" + space() + text + space();
    };
    for (auto const& m : members) {
      switch (recipe_.byte()) {
        case 1:
          break;
        case 2:
          add(m.name, "null");
          break;
        case 3:
          add(m.name, anything());
          break;
        case 4:
          add(m.name, scalar());
          break;
        case 5:
          add(m.name, value(m.value));
          [[fallthrough]];
        case 6:
          add(m.name, scalar());
          add(m.name, value(m.value));
          break;
        case 7:
          add("unknown", anything());
          [[fallthrough]];
        default:
          add(m.name, value(m.value));
          break;
      }
    }
    return out + "}";
  }

  recipe recipe_;
  std::string body_;
  std::optional<std::vector<std::string>> runs_;
};

inline void parse_odd_page(bytes input) {
  odd_page const made(input);
  auto const got = simruns::parse_page(made.body());
  promise(got.has_value() == made.runs().has_value(), "JSON with a `data` array is a page");
  if (!got) return;
  promise(got->size() == made.runs()->size(), "no run is lost");
  for (std::size_t i = 0; i < got->size(); ++i) {
    promise((*got)[i].json() == (*made.runs())[i], "a run's text is as it came");
  }
  toucher(got->body()).touch(*got);
  touch_columns(*got);
  simruns::parse_limits limits;
  limits.strict = true;
  auto const strict = parse_page(made.body(), limits);
  promise(strict.has_error() == !got->issues().empty(), "strict refuses what has issues");
}

}  // namespace fuzz
