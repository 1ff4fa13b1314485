#include "normal_form.hpp"
#include "variant.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Boost.JSON's document, in memory that is used again for each page; then structs of
/// `std::string`, free values written out again.
namespace bench {
namespace {

using string = std::string;

void get(json::object const& from, char const* name, std::string& out) {
  auto const& text = from.at(name).get_string();
  out.assign(text.data(), text.size());
}
void get(json::object const& from, char const* name, std::int64_t& out) {
  out = from.at(name).as_int64();
}
void get(json::object const& from, char const* name, bool& out) { out = from.at(name).as_bool(); }
void get(json::object const& from, char const* name, double& out) {
  out = from.at(name).to_number<double>();
}

template <class T>
void get(json::object const& from, char const* name, std::optional<T>& out) {
  auto const* const found = from.if_contains(name);
  if (found != nullptr && !found->is_null()) get(from, name, out.emplace());
}

void read(json::object const& from, turn<string, string>& out) {
  get(from, "id", out.id);
  get(from, "sequence", out.sequence);
  get(from, "text", out.text);
  if (auto const* const data = from.if_contains("data")) out.data = json::serialize(*data);
  get(from, "createdAt", out.created_at);
}

void read(json::object const& from, criterion<string, string>& out) {
  get(from, "type", out.type);
  out.params = json::serialize(from.at("params"));
}

void read(json::object const& from, success_rate& out) {
  get(from, "percentage", out.percentage);
  get(from, "numerator", out.numerator);
  get(from, "denominator", out.denominator);
}

void read(json::object const& from, error_info<std::string>& out) {
  get(from, "category", out.category);
  get(from, "message", out.message);
  get(from, "technicalDetails", out.technical_details);
}

void read(json::object const& from, metrics<string, string>& out) {
  get(from, "sentiment", out.sentiment);
  get(from, "success", out.success);
  if (auto const* const results = from.if_contains("results")) {
    out.results.emplace();
    for (auto const& result : results->as_array()) out.results->push_back(json::serialize(result));
  }
  if (auto const* const rate = from.if_contains("successRate")) {
    read(rate->as_object(), out.success_rate.emplace());
  }
  get(from, "summary", out.summary);
  get(from, "isBatchStopped", out.is_batch_stopped);
  get(from, "isConversationEnded", out.is_conversation_ended);
  if (auto const* const error = from.if_contains("errorInfo")) {
    read(error->as_object(), out.error_info.emplace());
  }
  get(from, "status", out.status);
}

void read(json::object const& from, run<string, string>& out) {
  get(from, "id", out.id);
  get(from, "organisationReference", out.organisation);
  get(from, "projectReference", out.project);
  get(from, "simulationReference", out.scenario);
  get(from, "simulationRunBatchReference", out.batch);
  get(from, "sequence", out.sequence);
  get(from, "largeLanguageModelReferenceId", out.large_language_model);
  get(from, "endPointType", out.endpoint_type);
  auto const& turns = from.at("turns").as_array();
  out.turns.resize(turns.size());
  for (std::size_t i = 0; i < turns.size(); ++i) read(turns[i].as_object(), out.turns[i]);
  get(from, "totalTurns", out.total_turns);
  get(from, "maxTurns", out.max_turns);
  auto const& criteria = from.at("successCriteria").as_array();
  out.criteria.resize(criteria.size());
  for (std::size_t i = 0; i < criteria.size(); ++i) read(criteria[i].as_object(), out.criteria[i]);
  read(from.at("metrics").as_object(), out.metrics);
  get(from, "createdAt", out.created_at);
  get(from, "createdBy", out.created_by);
  get(from, "duration", out.duration);
  get(from, "expiresAt", out.expires_at);
}

void read(json::object const& from, pagination<std::string>& out) {
  get(from, "limit", out.limit);
  get(from, "skip", out.skip);
  get(from, "total", out.total);
  get(from, "hasNext", out.has_next);
  get(from, "hasPrevious", out.has_previous);
  get(from, "next", out.next);
  get(from, "previous", out.previous);
}

class boost_dom : public variant {
 public:
  std::string_view name() const override { return "Boost.JSON DOM"; }

  void decode(std::string body) override {
    memory_.emplace(buffer_.data(), buffer_.size());
    document_.emplace(json::parse(body, &*memory_));
    auto const& root = document_->as_object();
    auto const& data = root.at("data").as_array();
    page_.runs.resize(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) read(data[i].as_object(), page_.runs[i]);
    read(root.at("pagination").as_object(), page_.pagination);
  }
  void drop() override {
    page_ = {};
    document_.reset();
    memory_.reset();
  }
  boost::json::value normal_form() const override { return normal(page_); }

 private:
  std::vector<unsigned char> buffer_ = std::vector<unsigned char>(std::size_t{8} << 20);
  std::optional<json::monotonic_resource> memory_;
  std::optional<json::value> document_;
  string_page page_;
};

}  // namespace

std::unique_ptr<variant> make_boost_dom() { return std::make_unique<boost_dom>(); }

}  // namespace bench
