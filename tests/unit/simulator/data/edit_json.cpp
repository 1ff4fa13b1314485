#include "simruns/simulator/data/detail/edit_json.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;

namespace {

std::string set(std::string text, std::string_view path, std::string_view json) {
  sim::detail::set_json(text, path, json);
  return text;
}

std::string erased(std::string text, std::string_view path) {
  sim::detail::erase_json(text, path);
  return text;
}

}  // namespace

TEST_CASE("a value is found by the names and indices that lead to it") {
  std::string const text =
      " { \"a\" : 1.50, \"b\": {\"c\": [true, {\"d/\": \"}\\\"]\"}, []]}, \"e\":null}\n";
  CHECK(sim::detail::json_at(text, "a") == "1.50");
  CHECK(sim::detail::json_at(text, "b/c/0") == "true");
  CHECK(sim::detail::json_at(text, "b/c/1") == "{\"d/\": \"}\\\"]\"}");
  CHECK(sim::detail::json_at(text, "b/c/2") == "[]");
  CHECK(sim::detail::json_at(text, "e") == "null");
  for (auto const* nowhere : {"x", "a/b", "b/c/3", "b/c/-1", "b/c/", "b/c/1x", "b/0", ""}) {
    INFO(nowhere);
    CHECK_FALSE(sim::detail::json_at(text, nowhere));
  }
}

TEST_CASE("a name is found however it is escaped, and of two of a name the last") {
  CHECK(sim::detail::json_at(R"({"\u0061": 1})", "a") == "1");
  CHECK(sim::detail::json_at(R"({"a\"b": 1})", "a\"b") == "1");
  CHECK(sim::detail::json_at(R"({"a": 1, "a": 2})", "a") == "2");
}

TEST_CASE("setting a value leaves every other byte as it is") {
  CHECK(set(R"({ "a" : 1.50 , "b":[1, 2] })", "a", "null") == R"({ "a" : null , "b":[1, 2] })");
  CHECK(set(R"({"a": 1e2, "b": [1, 2]})", "b/1", "{}") == R"({"a": 1e2, "b": [1, {}]})");
}

TEST_CASE("a member that is not there is added at the end of its object") {
  CHECK(set("{}", "a", "1") == R"({"a":1})");
  CHECK(set("{ }", "a", "1") == R"({ "a":1})");
  CHECK(set(R"({"b": {"c": 1}})", "b/d", "2") == R"({"b": {"c": 1,"d":2}})");
  CHECK(set("{}", "a\"b", "1") == R"({"a\"b":1})");
}

TEST_CASE("what the way does not lead to is not set") {
  for (auto const* path : {"x/y", "a/b", "b/2"}) {
    CHECK(set(R"({"a": 1, "b": [1, 2]})", path, "0") == R"({"a": 1, "b": [1, 2]})");
  }
}

TEST_CASE("erasing takes the name and one comma along, wherever the member stands") {
  std::string const text = R"({"a": 1, "b": [1, 2 ] , "c": "}"})";
  CHECK(erased(text, "a") == R"({ "b": [1, 2 ] , "c": "}"})");
  CHECK(erased(text, "b") == R"({"a": 1 , "c": "}"})");
  CHECK(erased(text, "c") == R"({"a": 1, "b": [1, 2 ] })");
  CHECK(erased(text, "b/0") == R"({"a": 1, "b": [ 2 ] , "c": "}"})");
  CHECK(erased(text, "b/1") == R"({"a": 1, "b": [1 ] , "c": "}"})");
  CHECK(erased(text, "x") == text);
  CHECK(erased(R"({"a": 1})", "a") == "{}");
}
