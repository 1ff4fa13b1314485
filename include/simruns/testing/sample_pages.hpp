#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::testing {

/// The JSON of one whole run, as the contract wants it.
inline std::string sample_run(std::string_view id, std::int64_t sequence = 1) {
  std::string const n = std::to_string(sequence);
  return R"({"id":")" + std::string(id) +
         R"(","organisationReference":"o","projectReference":"p","simulationReference":"s",)"
         R"("simulationRunBatchReference":"b","sequence":)" +
         n +
         R"(,"largeLanguageModelReferenceId":"m","turns":[{"id":"t1","sequence":1,"text":"hello",)"
         R"("data":{"role":"user"},"createdAt":1718000000000}],"totalTurns":1,)"
         R"("successCriteria":[{"type":"text","params":{"name":"greets"}}],)"
         R"("metrics":{"success":true,"status":"SUCCESS","results":[{"name":"greets","success":true}]},)"
         R"("createdAt":1718000000000,"createdBy":"u","duration":1500})";
}

/// What the `pagination` of a sample page says.
struct sample_paging {
  std::optional<std::string> next;  ///< `hasNext` follows from it, unless `has_next` is set.
  std::optional<std::string> previous;
  std::optional<bool> has_next;
  std::optional<std::int64_t> total;  ///< Absent: the number of runs given.
  std::int64_t skip = 0;
  std::int64_t limit = 100;

  sample_paging() = default;
  explicit sample_paging(std::string cursor) : next(std::move(cursor)) {}
};

/// A whole page of whole runs with these ids.
inline std::string page_of(std::vector<std::string> const& ids, sample_paging const& paging = {}) {
  auto const text = [](std::optional<std::string> const& value) {
    return value ? "\"" + *value + "\"" : std::string("null");
  };
  auto const word = [](bool value) { return std::string(value ? "true" : "false"); };
  std::string out = R"({"data":[)";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i != 0) out += ',';
    out += sample_run(ids[i], paging.skip + static_cast<std::int64_t>(i) + 1);
  }
  auto const total = paging.total.value_or(static_cast<std::int64_t>(ids.size()));
  out += R"(],"pagination":{"limit":)" + std::to_string(paging.limit) + R"(,"skip":)" +
         std::to_string(paging.skip) + R"(,"total":)" + std::to_string(total) + R"(,"hasNext":)" +
         word(paging.has_next.value_or(paging.next.has_value())) + R"(,"hasPrevious":)" +
         word(paging.previous.has_value()) + R"(,"next":)" + text(paging.next) + R"(,"previous":)" +
         text(paging.previous) + "}}";
  return out;
}

}  // namespace simruns::testing
