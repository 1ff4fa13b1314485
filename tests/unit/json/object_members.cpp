#include "simruns/json/object_members.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using simruns::detail::object_members;
using simruns::detail::text_reader;

namespace {

using members = std::vector<std::pair<std::string, std::string>>;

members of(std::string const& json) {
  members out;
  text_reader texts;
  for (object_members m(json); m.next();) out.emplace_back(texts.read(m.key()), m.value());
  return out;
}

}  // namespace

TEST_CASE("each member is its key and its value's own text") {
  CHECK(of(R"({ "a" : 1.50 , "\u0062":[ 1, {}],"a":"x" })") ==
        members{{"a", "1.50"}, {"b", "[ 1, {}]"}, {"a", "\"x\""}});
  CHECK(of("{}").empty());
}

TEST_CASE("of a text that is no object, or not whole, there are fewer members") {
  CHECK(of("[1]").empty());
  CHECK(of("").empty());
  CHECK(of(R"({"a":1,"b":tru})") == members{{"a", "1"}});
  CHECK(of(R"({"a":1,)") == members{{"a", "1"}});
  auto const deep = std::string(513, '[') + std::string(513, ']');
  CHECK(of("{\"a\":1,\"b\":" + deep + "}") == members{{"a", "1"}});
}

TEST_CASE("a text is read from a JSON string, and from nothing else") {
  text_reader texts;
  CHECK(texts.read(std::string_view(R"("plain")")) == "plain");
  CHECK(texts.read(std::string_view(R"("\t\ud83d\ude00\ud83d")")) == "\t😀\xef\xbf\xbd");
  CHECK(texts.read(std::string_view("17")) == std::nullopt);
  CHECK(texts.read(std::string_view("null")) == std::nullopt);
}
