#include "simruns/page/parse_page.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Every known field in turn, in every odd shape: no run is lost, the issue says what and where,
/// nothing else of the page changes, strict decoding says the same.

using simruns::maybe;
using list = std::vector<std::string>;
using fields = std::vector<std::pair<std::string, std::string>>;

namespace {

enum class kind { text, integer, boolean, real, time, expiry, word, json, object, array };

/// What is done to one member of one object.
struct change {
  std::string object;
  std::string name;
  std::optional<std::string> value;  ///< Absent: the member is left out.
  bool twice = false;                ///< The member comes as it is, and again with `value`.
};

std::string object_text(std::string const& object, fields const& members, change const& todo) {
  std::string out;
  for (auto const& [name, value] : members) {
    auto const add = [&](std::string const& text) {
      out += (out.empty() ? "\"" : ",\"") + name + "\":" + text;
    };
    bool const here = todo.object == object && todo.name == name;
    if (!here || todo.twice) add(value);
    if (here && todo.value) add(*todo.value);
  }
  return "{" + out + "}";
}

std::string run_text(change const& todo) {
  auto const turn = object_text("turn",
                                {{"id", R"("t1")"},
                                 {"sequence", "1"},
                                 {"text", R"("hi")"},
                                 {"data", R"({"a":1})"},
                                 {"createdAt", "1718000000001"}},
                                todo);
  auto const criterion =
      object_text("criterion", {{"type", R"("text")"}, {"params", R"({"n":"x"})"}}, todo);
  auto const rate =
      object_text("rate", {{"percentage", "50.5"}, {"numerator", "1"}, {"denominator", "2"}}, todo);
  auto const error = object_text(
      "error", {{"category", R"("NONE")"}, {"message", R"("m")"}, {"technicalDetails", R"("d")"}},
      todo);
  auto const metrics = object_text("metrics",
                                   {{"sentiment", R"("neutral")"},
                                    {"success", "true"},
                                    {"results", R"([{"r":1}])"},
                                    {"successRate", rate},
                                    {"summary", R"("s")"},
                                    {"isBatchStopped", "false"},
                                    {"isConversationEnded", "true"},
                                    {"errorInfo", error},
                                    {"status", R"("SUCCESS")"}},
                                   todo);
  return object_text("run",
                     {{"id", R"("r")"},
                      {"organisationReference", R"("o")"},
                      {"projectReference", R"("p")"},
                      {"simulationReference", R"("s")"},
                      {"simulationRunBatchReference", R"("b")"},
                      {"sequence", "3"},
                      {"largeLanguageModelReferenceId", R"("l")"},
                      {"endPointType", R"("e")"},
                      {"turns", "[" + turn + "]"},
                      {"totalTurns", "4"},
                      {"maxTurns", "5"},
                      {"successCriteria", "[" + criterion + "]"},
                      {"metrics", metrics},
                      {"createdAt", "1718000000002"},
                      {"createdBy", R"("u")"},
                      {"duration", "6"},
                      {"expiresAt", R"("1970-01-01T00:00:01Z")"}},
                     todo);
}

std::string page_text(change const& todo) {
  auto const paging = object_text("pagination",
                                  {{"limit", "100"},
                                   {"skip", "0"},
                                   {"total", "3"},
                                   {"hasNext", "true"},
                                   {"hasPrevious", "false"},
                                   {"next", R"("n")"},
                                   {"previous", R"("q")"}},
                                  todo);
  return object_text(
      "root",
      {{"data", "[" + run_text({}) + "," + run_text(todo) + "," + run_text({}) + "]"},
       {"pagination", paging}},
      todo);
}

// A field as text: "absent", "null" or "=" and its value.

std::string show(std::string_view text) { return "=" + std::string(text); }
std::string show(std::int64_t value) { return "=" + std::to_string(value); }
std::string show(bool value) { return value ? "=true" : "=false"; }
std::string show(double value) {
  std::array<char, 40> out{};
  return "=" + std::string(out.data(), std::to_chars(out.data(), out.data() + 40, value).ptr);
}
std::string show(simruns::time_point value) {
  return "=" + std::to_string(value.time_since_epoch().count());
}
template <class Enum>
std::string show(simruns::open_enum<Enum> const& value) {
  return show(value.text) + (value.value == Enum::unknown ? "?" : "");
}
std::string show(std::span<std::string_view const> values) {
  return "=" + std::to_string(values.size());
}
std::string show(simruns::success_rate const&) { return "=object"; }
std::string show(simruns::error_info const&) { return "=object"; }

template <class T>
std::string show(maybe<T> const& field) {
  if (field.is_null()) return "null";
  return field ? show(*field) : "absent";
}
template <class T>
std::string show_list(std::span<T const> items) {
  return items.empty() ? "absent" : "=" + std::to_string(items.size());
}

struct field {
  std::string object;
  std::string path;  ///< Of the object.
  std::string name;
  kind type;
  bool required;
  std::function<std::string(simruns::page const&)> read;
};

template <class Get>
field of_run(std::string name, kind type, bool required, Get get) {
  return {"run", "/data/1", std::move(name),
          type,  required,  [get](simruns::page const& p) { return show(get(p[1])); }};
}

/// A field of an object within the second run; "absent" where the object is not there.
template <class Get>
field inner(std::string object, std::string path, std::string name, kind type, bool required,
            Get get) {
  return {std::move(object), "/data/1" + path,
          std::move(name),   type,
          required,          [get](simruns::page const& p) { return get(p[1]); }};
}

template <class Get>
field of_page(std::string name, kind type, bool required, Get get) {
  return {"pagination",    "/pagination",
          std::move(name), type,
          required,        [get](simruns::page const& p) { return show(get(p.pagination())); }};
}

std::vector<field> run_fields() {
  using simruns::run;
  std::vector<field> out{
      of_run("organisationReference", kind::text, true,
             [](run const& r) { return r.organisation; }),
      of_run("projectReference", kind::text, true, [](run const& r) { return r.project; }),
      of_run("simulationReference", kind::text, true, [](run const& r) { return r.scenario; }),
      of_run("simulationRunBatchReference", kind::text, true, [](run const& r) { return r.batch; }),
      of_run("sequence", kind::integer, true, [](run const& r) { return r.sequence; }),
      of_run("largeLanguageModelReferenceId", kind::text, true,
             [](run const& r) { return r.large_language_model; }),
      of_run("endPointType", kind::text, false, [](run const& r) { return r.endpoint_type; }),
      of_run("totalTurns", kind::integer, true, [](run const& r) { return r.total_turns; }),
      of_run("maxTurns", kind::integer, false, [](run const& r) { return r.max_turns; }),
      of_run("createdAt", kind::time, true, [](run const& r) { return r.created_at; }),
      of_run("createdBy", kind::text, true, [](run const& r) { return r.created_by; }),
      of_run("duration", kind::integer, false, [](run const& r) { return r.duration_ms; }),
      of_run("expiresAt", kind::expiry, false, [](run const& r) { return r.expires_at; }),
  };
  out.push_back(inner("run", "", "id", kind::text, true, [](run const& r) {
    return r.id.empty() ? std::string("absent") : show(r.id);
  }));
  out.push_back(inner("run", "", "turns", kind::array, true,
                      [](run const& r) { return show_list(r.turns); }));
  out.push_back(inner("run", "", "successCriteria", kind::array, true,
                      [](run const& r) { return show_list(r.criteria); }));
  out.push_back(inner("run", "", "metrics", kind::object, true, [](run const& r) {
    return std::string(r.metrics.empty ? "absent" : "=object");
  }));
  return out;
}

template <class Get>
void add_turn(std::vector<field>& out, std::string name, kind type, Get get) {
  out.push_back(
      inner("turn", "/turns/0", std::move(name), type, false, [get](simruns::run const& r) {
        return r.turns.empty() ? std::string("absent") : show(get(r.turns[0]));
      }));
}

template <class Get>
void add_metric(std::vector<field>& out, std::string name, kind type, Get get) {
  out.push_back(inner("metrics", "/metrics", std::move(name), type, false,
                      [get](simruns::run const& r) { return show(get(r.metrics)); }));
}

std::vector<field> inner_fields() {
  using simruns::metrics;
  using simruns::turn;
  std::vector<field> out;
  add_turn(out, "id", kind::text, [](turn const& t) { return t.id; });
  add_turn(out, "sequence", kind::integer, [](turn const& t) { return t.sequence; });
  add_turn(out, "text", kind::text, [](turn const& t) { return t.text; });
  add_turn(out, "data", kind::json, [](turn const& t) { return t.data; });
  add_turn(out, "createdAt", kind::time, [](turn const& t) { return t.created_at; });
  add_metric(out, "sentiment", kind::word, [](metrics const& m) { return m.sentiment; });
  add_metric(out, "success", kind::boolean, [](metrics const& m) { return m.success; });
  add_metric(out, "results", kind::array, [](metrics const& m) { return m.results; });
  add_metric(out, "successRate", kind::object, [](metrics const& m) { return m.success_rate; });
  add_metric(out, "summary", kind::text, [](metrics const& m) { return m.summary; });
  add_metric(out, "isBatchStopped", kind::boolean,
             [](metrics const& m) { return m.is_batch_stopped; });
  add_metric(out, "isConversationEnded", kind::boolean,
             [](metrics const& m) { return m.is_conversation_ended; });
  add_metric(out, "errorInfo", kind::object, [](metrics const& m) { return m.error_info; });
  add_metric(out, "status", kind::word, [](metrics const& m) { return m.status; });
  return out;
}

template <class Get>
void add_rate(std::vector<field>& out, std::string name, kind type, Get get) {
  out.push_back(inner("rate", "/metrics/successRate", std::move(name), type, false,
                      [get](simruns::run const& r) {
                        auto const& rate = r.metrics.success_rate;
                        return rate ? show(get(*rate)) : std::string("absent");
                      }));
}

template <class Get>
void add_error(std::vector<field>& out, std::string name, kind type, Get get) {
  out.push_back(inner("error", "/metrics/errorInfo", std::move(name), type, false,
                      [get](simruns::run const& r) {
                        auto const& error = r.metrics.error_info;
                        return error ? show(get(*error)) : std::string("absent");
                      }));
}

template <class Get>
void add_criterion(std::vector<field>& out, std::string name, kind type, Get get) {
  out.push_back(inner(
      "criterion", "/successCriteria/0", std::move(name), type, true, [get](simruns::run const& r) {
        return r.criteria.empty() ? std::string("absent") : show(get(r.criteria[0]));
      }));
}

std::vector<field> small_fields() {
  using simruns::criterion;
  using simruns::error_info;
  using simruns::pagination;
  using simruns::success_rate;
  std::vector<field> out;
  add_criterion(out, "type", kind::text, [](criterion const& c) { return c.type; });
  add_criterion(out, "params", kind::json, [](criterion const& c) { return c.params; });
  add_rate(out, "percentage", kind::real, [](success_rate const& r) { return r.percentage; });
  add_rate(out, "numerator", kind::integer, [](success_rate const& r) { return r.numerator; });
  add_rate(out, "denominator", kind::integer, [](success_rate const& r) { return r.denominator; });
  add_error(out, "category", kind::word, [](error_info const& e) { return e.category; });
  add_error(out, "message", kind::text, [](error_info const& e) { return e.message; });
  add_error(out, "technicalDetails", kind::text,
            [](error_info const& e) { return e.technical_details; });
  for (auto const& f : {
           of_page("limit", kind::integer, true, [](pagination const& p) { return p.limit; }),
           of_page("skip", kind::integer, true, [](pagination const& p) { return p.skip; }),
           of_page("total", kind::integer, true, [](pagination const& p) { return p.total; }),
           of_page("hasNext", kind::boolean, true, [](pagination const& p) { return p.has_next; }),
           of_page("hasPrevious", kind::boolean, true,
                   [](pagination const& p) { return p.has_previous; }),
           of_page("next", kind::text, false, [](pagination const& p) { return p.next; }),
           of_page("previous", kind::text, false, [](pagination const& p) { return p.previous; }),
       }) {
    out.push_back(f);
  }
  return out;
}

std::vector<field> const& all_fields() {
  static std::vector<field> const all = [] {
    auto out = run_fields();
    for (auto const& more : {inner_fields(), small_fields()}) {
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  }();
  return all;
}

// What is put in a field, and what is to become of it.

enum class type { null, boolean, string, number, object, array };

struct value {
  std::string json;
  type is;
  std::optional<std::int64_t> integer;  ///< Of a number that is one.
  std::string fault;                    ///< Of a number that is none.
  std::string real;                     ///< Of a number: the shortest form of the double.
};

std::vector<value> const& all_values() {
  static std::vector<value> const all{
      {"null", type::null, {}, "", ""},
      {"true", type::boolean, {}, "", ""},
      {"false", type::boolean, {}, "", ""},
      {R"("odd")", type::string, {}, "", ""},
      {R"("")", type::string, {}, "", ""},
      {R"("o\u0064d")", type::string, {}, "", ""},
      {"{}", type::object, {}, "", ""},
      {R"({"x":[1,{"y":"}"}]})", type::object, {}, "", ""},
      {"[]", type::array, {}, "", ""},
      {"7", type::number, 7, "", "7"},
      {"-7", type::number, -7, "", "-7"},
      {"0", type::number, 0, "", "0"},
      {"7.0", type::number, 7, "", "7"},
      {"7e0", type::number, 7, "", "7"},
      {"1.764e12", type::number, 1'764'000'000'000, "", "1.764e+12"},
      {"3000000000", type::number, 3'000'000'000, "", "3e+09"},
      {"7.5", type::number, {}, "fractional", "7.5"},
      {"1e-3", type::number, {}, "fractional", "0.001"},
      {"1e400", type::number, {}, "out of range", ""},
      {"-1e400", type::number, {}, "out of range", ""},
      {"99999999999999999999", type::number, {}, "out of range", "1e+20"},
      {"9223372036854775808", type::number, {}, "out of range", "9223372036854775808"},
      {"-9223372036854775809", type::number, {}, "out of range", "-9223372036854775808"},
      {"-9223372036854775808", type::number, INT64_MIN, "", "-9223372036854775808"},
      {"9223372036854775807", type::number, INT64_MAX, "", "9223372036854775808"},
      {"9007199254740993.0", type::number, 9'007'199'254'740'993, "", "9007199254740992"},
  };
  return all;
}

std::string word_of(type t) {
  static constexpr std::array<char const*, 6> words{"null",   "bool",   "string",
                                                    "number", "object", "array"};
  return words[static_cast<std::size_t>(t)];
}

std::string word_of(kind k) {
  switch (k) {
    case kind::integer:
    case kind::time:
      return "integer";
    case kind::boolean:
      return "bool";
    case kind::real:
      return "number";
    case kind::expiry:
      return "date-time";
    case kind::json:
    case kind::object:
      return "object";
    case kind::array:
      return "array";
    default:
      return "string";
  }
}

struct outcome {
  std::string shown;
  std::string issue;  ///< Its message; empty: none.
};

std::string unquoted(std::string const& json) { return json == R"("")" ? "" : "odd"; }

outcome of_number(kind k, value const& v) {
  if (k == kind::real) {
    if (v.real.empty()) return {"absent", "number out of range: " + v.json};
    return {"=" + v.real, ""};
  }
  if (!v.integer) return {"absent", "expected integer, got " + v.json + " (" + v.fault + ")"};
  bool const seconds =
      k != kind::integer && *v.integer < 100'000'000'000 && *v.integer > -100'000'000'000;
  auto const shown = seconds ? *v.integer * 1000 : *v.integer;
  bool const moment = shown >= -62'135'596'800'000 && shown <= 253'402'300'799'999;
  if (k != kind::integer && !moment) return {"absent", "time out of range: " + v.json};
  return {"=" + std::to_string(shown), ""};
}

outcome expected(field const& f, value const& v) {
  bool const numeric = f.type == kind::integer || f.type == kind::time || f.type == kind::real ||
                       f.type == kind::expiry;
  bool const stateless =
      f.object == "run" && (f.name == "id" || f.type == kind::array || f.type == kind::object);
  switch (v.is) {
    case type::null:
      return {stateless ? "absent" : "null",
              f.required ? "expected " + word_of(f.type) + ", got null" : ""};
    case type::number:
      if (numeric) return of_number(f.type, v);
      break;
    case type::string:
      if (f.type == kind::text) {
        bool const no_id = f.object == "run" && f.name == "id" && unquoted(v.json).empty();
        return {no_id ? "absent" : "=" + unquoted(v.json), ""};
      }
      if (f.type == kind::word) {
        return {"=" + unquoted(v.json) + "?",
                "unknown value '" + unquoted(v.json) + "', kept as text"};
      }
      if (f.type == kind::expiry) {
        return {"absent", "expected date-time, got '" + unquoted(v.json) + "'"};
      }
      break;
    case type::boolean:
      if (f.type == kind::boolean) return {"=" + v.json, ""};
      break;
    case type::object:
      if (f.type == kind::json) return {"=" + v.json, ""};
      if (f.type == kind::object) return {stateless && v.json == "{}" ? "absent" : "=object", ""};
      break;
    case type::array:
      if (f.type == kind::array) return {stateless ? "absent" : "=0", ""};
      break;
  }
  return {"absent", "expected " + word_of(f.type) + ", got " + word_of(v.is)};
}

/// Objects that take their own fields along when they go.
bool holds(field const& outer, field const& f) {
  auto const path = outer.path + "/" + outer.name;
  return f.path == path || f.path.starts_with(path + "/");
}

void check_change(field const& f, change const& todo, outcome const& want, list issues) {
  auto const body = page_text(todo);
  auto const got = test::parsed(body);
  CAPTURE(f.path, f.name, todo.value.value_or("(absent)"), todo.twice);
  if (!want.issue.empty()) issues.push_back(f.path + "/" + f.name + ": " + want.issue);
  CHECK(test::issues_of(got) == issues);
  REQUIRE(got.size() == 3);
  CHECK(got[1].issues.size() == (f.object == "pagination" ? 0 : issues.size()));
  CHECK(got[0].id == "r");
  CHECK(got[2].id == "r");
  CHECK(got[0].json() == run_text({}));
  CHECK(got[1].json() == run_text(todo));
  CHECK(got[2].json() == run_text({}));
  CHECK(f.read(got) == want.shown);
  static auto const whole = test::parsed(page_text({}));
  for (auto const& other : all_fields()) {
    bool const same = (other.path == f.path && other.name == f.name) || holds(f, other);
    if (!same && other.read(got) != other.read(whole)) FAIL_CHECK(other.path + "/" + other.name);
  }
  simruns::parse_limits strict;
  strict.strict = true;
  auto const strictly = simruns::parse_page(body, strict);
  CHECK(strictly.has_value() == issues.empty());
  if (!issues.empty() && !strictly) CHECK(strictly.error().message == issues.front());
}

}  // namespace

TEST_CASE("the page that the sweep starts from has every field and no issue") {
  auto const got = test::parsed(page_text({}));
  CHECK(test::issues_of(got).empty());
  CHECK(all_fields().size() == 46);
  for (auto const& f : all_fields()) {
    CAPTURE(f.path, f.name);
    CHECK(f.read(got).starts_with("="));
    CHECK_FALSE(f.read(got).ends_with("?"));
  }
}

TEST_CASE("every field may be absent: an issue if it is required") {
  for (auto const& f : all_fields()) {
    check_change(f, {f.object, f.name, {}}, {"absent", f.required ? "required, but missing" : ""},
                 {});
  }
}

TEST_CASE("every field may hold any value: what does not fit is an issue, and the field is empty") {
  for (auto const& f : all_fields()) {
    for (auto const& v : all_values())
      check_change(f, {f.object, f.name, v.json}, expected(f, v), {});
  }
}

TEST_CASE("every field may come twice: the last wins, whatever it is, and an issue says so") {
  for (auto const& f : all_fields()) {
    auto const twice = f.path + "/" + f.name + ": duplicate member; the last wins";
    for (auto const& v : all_values()) {
      check_change(f, {f.object, f.name, v.json, true}, expected(f, v), {twice});
    }
  }
}
