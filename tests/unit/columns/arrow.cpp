#include "simruns/columns/arrow.hpp"

#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using simruns::table;
using test::page_with;

namespace {

simruns::page page_of(std::vector<std::string> const& ids) {
  return simruns::parse_page(simruns::testing::page_of(ids)).value();
}

simruns::arrow_stream stream_of(table which, std::vector<simruns::page> pages) {
  simruns::arrow_stream out;
  simruns::export_stream(which, std::move(pages), {}, out.out());
  return out;
}

simruns::arrow_array next(simruns::arrow_stream& stream) {
  simruns::arrow_array out;
  REQUIRE(stream->get_next(stream.get(), out.out()) == 0);
  REQUIRE(stream->get_last_error(stream.get()) == nullptr);
  return out;
}

std::string text_at(ArrowArray const& texts, std::size_t row) {
  auto const* const offsets = static_cast<std::int32_t const*>(texts.buffers[1]);
  auto const* const bytes = static_cast<char const*>(texts.buffers[2]);
  return {bytes + offsets[row], bytes + offsets[row + 1]};
}

/// The words of each column that has a dictionary.
std::vector<std::vector<std::string>> dictionaries_of(ArrowArray const& batch) {
  std::vector<std::vector<std::string>> out;
  for (std::int64_t i = 0; i < batch.n_children; ++i) {
    auto const* const words = batch.children[i]->dictionary;
    if (words == nullptr) continue;
    out.emplace_back();
    for (std::int64_t word = 0; word < words->length; ++word) {
      out.back().push_back(text_at(*words, static_cast<std::size_t>(word)));
    }
  }
  return out;
}

/// The word of a row, or an empty text where it has none.
std::string word_of(ArrowArray const& column, std::size_t row = 0) {
  auto const* const validity = static_cast<unsigned char const*>(column.buffers[0]);
  if (validity != nullptr && (validity[row / 8] >> row % 8 & 1) == 0) return {};
  auto const index = static_cast<std::int32_t const*>(column.buffers[1])[row];
  return text_at(*column.dictionary, static_cast<std::size_t>(index));
}

/// Places of columns of `runs`; `id` is at this place in every table.
constexpr std::size_t scenario = 1;
constexpr std::size_t id_place = 3;
constexpr std::size_t verdict = 13;
constexpr std::size_t status = 15;
constexpr std::size_t created_by = 28;

/// A page of one run whose turns share one text, so that their sum passes what int32 counts.
simruns::page page_of_endless_texts() {
  auto data = std::make_shared<simruns::detail::page_data>();
  data->body.assign(std::size_t{1} << 20, 'x');
  std::vector<simruns::turn> turns(2048);
  for (auto& t : turns) t.text = std::string_view(data->body);
  simruns::run r;
  r.turns = data->memory.copy(turns.data(), turns.size());
  data->runs.push_back(r);
  return simruns::page(std::move(data));
}

}  // namespace

TEST_CASE("a schema says each column's format, name and nullability") {
  simruns::arrow_schema schema;
  simruns::export_schema(table::runs, {}, schema.out());
  CHECK(std::string_view(schema->format) == "+s");
  CHECK(schema->metadata == nullptr);
  auto const columns = simruns::columns_of(table::runs);
  REQUIRE(schema->n_children == static_cast<std::int64_t>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto const& child = *schema->children[i];
    INFO(child.name);
    CHECK(child.name == columns[i].name);
    CHECK(child.flags == ((columns[i].nullable ? ARROW_FLAG_NULLABLE : 0) |
                          (columns[i].ordered ? ARROW_FLAG_DICTIONARY_ORDERED : 0)));
    CHECK((child.dictionary != nullptr) == (columns[i].type == simruns::column_type::dictionary));
    if (child.dictionary) CHECK(std::string_view(child.dictionary->format) == "u");
  }
  auto const format = [&](std::size_t i) { return std::string_view(schema->children[i]->format); };
  CHECK(format(id_place) == "u");
  CHECK(format(scenario) == "i");
  CHECK(format(6) == "l");
  CHECK(format(14) == "b");
  CHECK(format(20) == "g");
  CHECK(format(27) == "tsm:UTC");
}

TEST_CASE("a schema carries the metadata in Arrow's binary form") {
  simruns::arrow_schema schema;
  simruns::export_schema(table::issues, {{"k", "value"}, {"", ""}}, schema.out());
  std::string want;
  for (auto const& part : std::vector<std::pair<std::int32_t, std::string>>{
           {2, ""}, {1, "k"}, {5, "value"}, {0, ""}, {0, ""}}) {
    char length[4];
    std::memcpy(length, &part.first, 4);
    want += std::string(length, 4) + part.second;
  }
  CHECK(std::string(schema->metadata, want.size()) == want);
}

TEST_CASE("a stream has a batch a page, skips those without rows, and ends with a released array") {
  auto stream = stream_of(table::runs, {page_of({"a", "b"}), page_of({}), simruns::page{},
                                        page_of({"c"}), page_of({})});
  auto const first = next(stream);
  CHECK(first->length == 2);
  CHECK(first->n_buffers == 1);
  CHECK(first->n_children == static_cast<std::int64_t>(simruns::columns_of(table::runs).size()));
  CHECK(text_at(*first->children[id_place], 1) == "b");
  auto const second = next(stream);
  CHECK(second->length == 1);
  CHECK(text_at(*second->children[id_place], 0) == "c");
  CHECK_FALSE(next(stream));
  CHECK_FALSE(next(stream));
}

TEST_CASE("a text has the same index in every batch of a stream, whatever its page begins with") {
  std::vector<simruns::page> const pages{
      page_with(
          R"({"createdBy":"u","metrics":{"status":"SUCCESS"},"successCriteria":[{"type":"t"}]})"),
      page_with(R"({"createdBy":"v","metrics":{"status":"FAILED"}}, {})"),
      page_with(R"({"metrics":{"status":"HALF"},"successCriteria":[{"type":"q"},{"type":"t"}]})"),
      page_with(R"({"createdBy":"v","simulationReference":"s","turns":[{}]})"),
  };
  for (auto const which : {table::runs, table::turns, table::criteria, table::issues}) {
    auto stream = stream_of(which, pages);
    std::vector<std::vector<std::string>> first;
    for (auto batch = next(stream); batch; batch = next(stream)) {
      auto const here = dictionaries_of(*batch.get());
      if (first.empty()) first = here;
      CHECK(here == first);
    }
    INFO(simruns::to_string(which));
    CHECK_FALSE(first.empty());
  }
  auto stream = stream_of(table::runs, pages);
  for (auto const& wanted : std::vector<std::array<std::string, 3>>{{"u", "success", "SUCCESS"},
                                                                    {"v", "failure", "FAILED"},
                                                                    {"", "unknown_error", "HALF"},
                                                                    {"v", "pending", ""}}) {
    auto const batch = next(stream);
    CHECK(word_of(*batch->children[created_by]) == wanted[0]);
    CHECK(word_of(*batch->children[verdict]) == wanted[1]);
    CHECK(word_of(*batch->children[status]) == wanted[2]);
  }
}

TEST_CASE("a stream gives its schema before, between and after its batches") {
  auto stream = stream_of(table::turns, {page_of({"a"})});
  for (int i = 0; i < 3; ++i) {
    simruns::arrow_schema schema;
    REQUIRE(stream->get_schema(stream.get(), schema.out()) == 0);
    CHECK(schema->n_children == static_cast<std::int64_t>(columns_of(table::turns).size()));
    next(stream);
  }
}

TEST_CASE("issues count their run from the first of the stream, over pages without issues too") {
  auto const odd = simruns::parse_page(R"({"data":[{},{}],"pagination":{}})").value();
  auto stream = stream_of(table::issues, {page_of({"a", "b", "c"}), odd, odd});
  for (std::int64_t first_run : {3, 5}) {
    auto const batch = next(stream);
    auto const& index = *batch->children[4];
    auto const* const values = static_cast<std::int64_t const*>(index.buffers[1]);
    CHECK(values[0] == first_run);
  }
  CHECK_FALSE(next(stream));
}

TEST_CASE("buffers are aligned to 64 bytes, and none but the validity is ever null") {
  auto stream =
      stream_of(table::runs, {simruns::parse_page(R"({"data":[{},{"id":"x"}]})").value()});
  auto const batch = next(stream);
  for (std::int64_t i = 0; i < batch->n_children; ++i) {
    auto const& child = *batch->children[i];
    for (std::int64_t b = 0; b < child.n_buffers; ++b) {
      CHECK(reinterpret_cast<std::uintptr_t>(child.buffers[b]) % 64 == 0);
      if (b != 0) CHECK(child.buffers[b] != nullptr);
    }
    CHECK((child.buffers[0] == nullptr) == (child.null_count == 0));
  }
}

TEST_CASE("a child that was moved out outlives its batch, its siblings, its stream and its page") {
  simruns::arrow_array kept_text;
  simruns::arrow_array kept_words;
  {
    auto stream = stream_of(table::runs, {page_of({"a", "b"})});
    auto const batch = next(stream);
    *kept_text.get() = std::exchange(*batch->children[id_place], ArrowArray{});
    *kept_words.get() = std::exchange(*batch->children[scenario], ArrowArray{});
  }
  CHECK(text_at(*kept_text.get(), 0) == "a");
  CHECK(static_cast<std::int32_t const*>(kept_words->buffers[1])[1] == 0);
  simruns::arrow_array dictionary;
  *dictionary.get() = std::exchange(*kept_words->dictionary, ArrowArray{});
  kept_words.reset();
  CHECK(text_at(*dictionary.get(), 0) == "s");
}

TEST_CASE(
    "a stream of some columns has their schema and their arrays alone, in the order of names") {
  simruns::column_names const only{"summary", "status", "run_id"};
  simruns::arrow_stream stream;
  simruns::export_stream(table::runs, {page_of({"a"}), page_of({"b"})}, {}, stream.out(), only);
  simruns::arrow_schema schema;
  REQUIRE(stream->get_schema(stream.get(), schema.out()) == 0);
  simruns::arrow_schema same;
  simruns::export_schema(table::runs, {}, same.out(), only);
  REQUIRE(schema->n_children == 3);
  REQUIRE(same->n_children == 3);
  for (std::size_t i = 0; i < only.size(); ++i) {
    CHECK(schema->children[i]->name == only[i]);
    CHECK(same->children[i]->name == only[i]);
  }
  for (auto const* id_of_run : {"a", "b"}) {
    auto const batch = next(stream);
    REQUIRE(batch->n_children == 3);
    CHECK(batch->children[1]->dictionary != nullptr);
    CHECK(text_at(*batch->children[2], 0) == id_of_run);
  }
  CHECK_FALSE(next(stream));
}

TEST_CASE("a table without rows has one batch, whose dictionaries have the words of the contract") {
  auto const without_rows = page_of({});
  for (auto const which : {table::runs, table::turns, table::criteria, table::issues}) {
    for (auto const& pages : {std::vector<simruns::page>{},
                              {simruns::page()},
                              {without_rows},
                              {without_rows, without_rows}}) {
      auto stream = stream_of(which, pages);
      auto const batch = next(stream);
      CHECK(batch->length == 0);
      CHECK(batch->n_children == static_cast<std::int64_t>(columns_of(which).size()));
      CHECK_FALSE(next(stream));
    }
  }
  auto stream = stream_of(table::runs, {});
  auto const batch = next(stream);
  std::size_t ordered = 0;
  for (auto const& words : dictionaries_of(*batch.get())) ordered += !words.empty();
  CHECK(ordered == 4);
}

TEST_CASE("a stream of a column that is not there is refused, and writes nothing") {
  ArrowArrayStream out{};
  CHECK_THROWS_WITH(simruns::export_stream(table::turns, {}, {}, &out, {"sequence"}),
                    Catch::Matchers::ContainsSubstring("no column 'sequence'"));
  CHECK(out.release == nullptr);
}

TEST_CASE("a text that is not asked for is not built, so that it may be of any size") {
  simruns::arrow_stream stream;
  simruns::export_stream(table::turns, {page_of_endless_texts()}, {}, stream.out(), {"turn"});
  CHECK(next(stream)->length == 2048);
}

TEST_CASE("a field of a schema that was moved out outlives it") {
  simruns::arrow_schema kept;
  {
    simruns::arrow_schema schema;
    simruns::export_schema(table::runs, {{"k", "v"}}, schema.out());
    *kept.get() = std::exchange(*schema->children[scenario], ArrowSchema{});
  }
  CHECK(std::string_view(kept->name) == "scenario");
  CHECK(std::string_view(kept->dictionary->format) == "u");
}

TEST_CASE("releasing marks as released, moved or not") {
  auto stream = stream_of(table::runs, {page_of({"a"})});
  ArrowArray raw{};
  next(stream).move_to(&raw);
  ArrowArray const moved = raw;
  raw.release = nullptr;
  ArrowArray held = moved;
  held.release(&held);
  CHECK(held.release == nullptr);
  CHECK(held.private_data == nullptr);
  ArrowArrayStream closed{};
  stream.move_to(&closed);
  closed.release(&closed);
  CHECK(closed.release == nullptr);
  CHECK_FALSE(stream);
}

TEST_CASE("a batch may be read and released by another thread, after the stream") {
  auto source = page_of({"a", "b"});
  auto stream = stream_of(table::criteria, {source});
  source = {};
  std::thread([moved = std::move(stream)]() mutable {
    auto batch = next(moved);
    moved.reset();
    CHECK(word_of(*batch->children[id_place], 1) == "b");
    std::thread([last = std::move(batch)] {}).join();
  }).join();
}

TEST_CASE("a column of more than 2 GiB is an error that says so, at each asking") {
  auto const endless = page_of_endless_texts();
  CHECK_THROWS_AS(simruns::build(table::turns, endless), simruns::request_error);
  auto stream = stream_of(table::turns, {endless});
  for (int i = 0; i < 2; ++i) {
    simruns::arrow_array out;
    CHECK(stream->get_next(stream.get(), out.out()) == EINVAL);
    CHECK_FALSE(out);
    std::string const message = stream->get_last_error(stream.get());
    CHECK_THAT(message, Catch::Matchers::ContainsSubstring("column 'text' take 2147483648 bytes"));
  }
  CHECK(simruns::build(table::runs, endless).rows == 1);
}

TEST_CASE("an Arrow array that is moved cannot throw") {
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<simruns::arrow_array>);
}
