#pragma once

#include "simruns/config.hpp"
#include "simruns/testing/sample_pages.hpp"

#include <algorithm>
#include <stdexcept>

namespace simruns::testing {

SIMRUNS_INLINE std::string sample_run(std::string_view id, std::int64_t sequence) {
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

SIMRUNS_INLINE std::string page_of(std::vector<std::string> const& ids,
                                   sample_paging const& paging) {
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

SIMRUNS_INLINE std::vector<std::string> sample_batch(std::vector<std::string> const& ids,
                                                     std::size_t page_size) {
  if (page_size == 0) throw std::invalid_argument("page_size is 0; give 1 or more");
  std::vector<std::string> out;
  std::size_t begin = 0;
  do {
    auto const end = std::min(ids.size(), begin + page_size);
    sample_paging paging;
    paging.skip = static_cast<std::int64_t>(begin);
    paging.limit = static_cast<std::int64_t>(page_size);
    paging.total = static_cast<std::int64_t>(ids.size());
    if (end < ids.size()) paging.next = "c" + std::to_string(out.size() + 1);
    if (begin > 0) paging.previous = "c" + std::to_string(out.size() - 1);
    auto const at = [&](std::size_t i) { return ids.begin() + static_cast<std::ptrdiff_t>(i); };
    out.push_back(page_of(std::vector<std::string>(at(begin), at(end)), paging));
    begin = end;
  } while (begin < ids.size());
  return out;
}

}  // namespace simruns::testing
