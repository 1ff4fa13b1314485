#include "normal_form.hpp"
#include "variant.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

/// nlohmann::json, then structs of `std::string`; free values are written out again.
namespace bench {

namespace {

using document = nlohmann::json;
using string = std::string;

void get(document& from, char const* name, std::string& out) {
  out = std::move(from.at(name).get_ref<std::string&>());
}
template <class T>
void get(document& from, char const* name, T& out) {
  out = from.at(name).get<T>();
}
template <class T>
void get(document& from, char const* name, std::optional<T>& out) {
  auto const found = from.find(name);
  if (found != from.end() && !found->is_null()) get(from, name, out.emplace());
}

void read(document& from, turn<string, string>& out) {
  get(from, "id", out.id);
  get(from, "sequence", out.sequence);
  get(from, "text", out.text);
  if (auto const data = from.find("data"); data != from.end()) out.data = data->dump();
  get(from, "createdAt", out.created_at);
}

void read(document& from, criterion<string, string>& out) {
  get(from, "type", out.type);
  out.params = from.at("params").dump();
}

void read(document& from, success_rate& out) {
  get(from, "percentage", out.percentage);
  get(from, "numerator", out.numerator);
  get(from, "denominator", out.denominator);
}

void read(document& from, error_info<std::string>& out) {
  get(from, "category", out.category);
  get(from, "message", out.message);
  get(from, "technicalDetails", out.technical_details);
}

void read(document& from, metrics<string, string>& out) {
  get(from, "sentiment", out.sentiment);
  get(from, "success", out.success);
  if (auto const results = from.find("results"); results != from.end()) {
    out.results.emplace();
    for (auto const& result : *results) out.results->push_back(result.dump());
  }
  if (auto const rate = from.find("successRate"); rate != from.end()) {
    read(*rate, out.success_rate.emplace());
  }
  get(from, "summary", out.summary);
  get(from, "isBatchStopped", out.is_batch_stopped);
  get(from, "isConversationEnded", out.is_conversation_ended);
  if (auto const error = from.find("errorInfo"); error != from.end()) {
    read(*error, out.error_info.emplace());
  }
  get(from, "status", out.status);
}

void read(document& from, run<string, string>& out) {
  get(from, "id", out.id);
  get(from, "organisationReference", out.organisation);
  get(from, "projectReference", out.project);
  get(from, "simulationReference", out.scenario);
  get(from, "simulationRunBatchReference", out.batch);
  get(from, "sequence", out.sequence);
  get(from, "largeLanguageModelReferenceId", out.large_language_model);
  get(from, "endPointType", out.endpoint_type);
  auto& turns = from.at("turns");
  out.turns.resize(turns.size());
  for (std::size_t i = 0; i < turns.size(); ++i) read(turns[i], out.turns[i]);
  get(from, "totalTurns", out.total_turns);
  get(from, "maxTurns", out.max_turns);
  auto& criteria = from.at("successCriteria");
  out.criteria.resize(criteria.size());
  for (std::size_t i = 0; i < criteria.size(); ++i) read(criteria[i], out.criteria[i]);
  read(from.at("metrics"), out.metrics);
  get(from, "createdAt", out.created_at);
  get(from, "createdBy", out.created_by);
  get(from, "duration", out.duration);
  get(from, "expiresAt", out.expires_at);
}

void read(document& from, pagination<std::string>& out) {
  get(from, "limit", out.limit);
  get(from, "skip", out.skip);
  get(from, "total", out.total);
  get(from, "hasNext", out.has_next);
  get(from, "hasPrevious", out.has_previous);
  get(from, "next", out.next);
  get(from, "previous", out.previous);
}

class nlohmann_dom : public variant {
 public:
  std::string_view name() const override { return "nlohmann DOM"; }

  void decode(std::string body) override {
    auto root = document::parse(body);
    auto& data = root.at("data");
    page_.runs.resize(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) read(data[i], page_.runs[i]);
    read(root.at("pagination"), page_.pagination);
  }
  void drop() override { page_ = {}; }
  boost::json::value normal_form() const override { return normal(page_); }

 private:
  string_page page_;
};

}  // namespace

std::unique_ptr<variant> make_nlohmann() { return std::make_unique<nlohmann_dom>(); }

}  // namespace bench
