#include "normal_form.hpp"
#include "simdjson_members.hpp"
#include "variant.hpp"

#include <string>
#include <string_view>
#include <utility>

/// simdjson on-demand, into structs of `std::string`, or of views into the body and the parser.
namespace bench {
namespace {

template <class Text>
class reader {
 public:
  using page_type = page<Text, Text>;

  static page_type read(ondemand::document& document) {
    page_type out;
    for (auto field : document.get_object()) {
      auto const key = field.key().value();
      if (key.unsafe_is_equal("data")) {
        for (auto element : field.value().get_array()) read_run(element, out.runs.emplace_back());
      } else if (key.unsafe_is_equal("pagination")) {
        read_pagination(field.value(), out.pagination);
      }
    }
    return out;
  }

 private:
  using value = ondemand::value;

  static Text text(value v) { return Text(v.get_string().value()); }
  static Text raw(ondemand::object object) { return Text(object.raw_json().value()); }

  static void read_run(ondemand::object object, run<Text, Text>& out) {
    for_each_member(object, run_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          out.id = text(v);
          break;
        case 1:
          out.organisation = text(v);
          break;
        case 2:
          out.project = text(v);
          break;
        case 3:
          out.scenario = text(v);
          break;
        case 4:
          out.batch = text(v);
          break;
        case 5:
          out.sequence = v.get_int64();
          break;
        case 6:
          out.large_language_model = text(v);
          break;
        case 7:
          out.endpoint_type = text(v);
          break;
        case 8:
          for (auto element : v.get_array()) read_turn(element, out.turns.emplace_back());
          break;
        case 9:
          out.total_turns = v.get_int64();
          break;
        case 10:
          out.max_turns = v.get_int64().value();
          break;
        case 11:
          for (auto element : v.get_array()) read_criterion(element, out.criteria.emplace_back());
          break;
        case 12:
          read_metrics(v, out.metrics);
          break;
        case 13:
          out.created_at = v.get_int64();
          break;
        case 14:
          out.created_by = text(v);
          break;
        case 15:
          out.duration = v.get_int64().value();
          break;
        default:
          out.expires_at = text(v);
          break;
      }
    });
  }

  static void read_turn(ondemand::object object, turn<Text, Text>& out) {
    for_each_member(object, turn_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          out.id = text(v);
          break;
        case 1:
          out.sequence = v.get_int64().value();
          break;
        case 2:
          out.text = text(v);
          break;
        case 3:
          out.data = raw(v);
          break;
        default:
          out.created_at = v.get_int64().value();
          break;
      }
    });
  }

  static void read_criterion(ondemand::object object, criterion<Text, Text>& out) {
    for_each_member(object, criterion_members, [&](std::size_t member, value v) {
      if (member == 0) {
        out.type = text(v);
      } else {
        out.params = raw(v);
      }
    });
  }

  static void read_metrics(ondemand::object object, metrics<Text, Text>& out) {
    for_each_member(object, metrics_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          out.sentiment = text(v);
          break;
        case 1:
          out.success = v.get_bool().value();
          break;
        case 2:
          out.results.emplace();
          for (auto element : v.get_array()) out.results->push_back(raw(element));
          break;
        case 3:
          read_rate(v, out.success_rate.emplace());
          break;
        case 4:
          out.summary = text(v);
          break;
        case 5:
          out.status = text(v);
          break;
        case 6:
          read_error(v, out.error_info.emplace());
          break;
        case 7:
          out.is_batch_stopped = v.get_bool().value();
          break;
        default:
          out.is_conversation_ended = v.get_bool().value();
          break;
      }
    });
  }

  static void read_rate(ondemand::object object, success_rate& out) {
    for_each_member(object, rate_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          out.percentage = v.get_double().value();
          break;
        case 1:
          out.numerator = v.get_int64().value();
          break;
        default:
          out.denominator = v.get_int64().value();
          break;
      }
    });
  }

  static void read_error(ondemand::object object, error_info<Text>& out) {
    for_each_member(object, error_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          out.category = text(v);
          break;
        case 1:
          out.message = text(v);
          break;
        default:
          out.technical_details = text(v);
          break;
      }
    });
  }

  static void read_pagination(ondemand::object object, pagination<Text>& out) {
    for_each_member(object, pagination_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          out.limit = v.get_int64();
          break;
        case 1:
          out.skip = v.get_int64();
          break;
        case 2:
          out.total = v.get_int64();
          break;
        case 3:
          out.has_next = v.get_bool();
          break;
        case 4:
          out.has_previous = v.get_bool();
          break;
        default:
          if (!v.is_null()) (member == 5 ? out.next : out.previous) = text(v);
          break;
      }
    });
  }
};

template <class Text>
class structs : public variant {
 public:
  explicit structs(std::string_view name) : name_(name) {}

  std::string_view name() const override { return name_; }

  void decode(std::string body) override {
    body_ = std::move(body);
    simdjson::padded_string_view const padded(body_.data(), body_.size(), body_.size() + padding);
    ondemand::document document = parser_.iterate(padded);
    page_ = reader<Text>::read(document);
  }
  void drop() override {
    page_ = {};
    std::string().swap(body_);
  }
  boost::json::value normal_form() const override { return normal(page_); }

 private:
  std::string_view name_;
  ondemand::parser parser_;
  std::string body_;
  page<Text, Text> page_;
};

}  // namespace

std::unique_ptr<variant> make_simdjson_strings() {
  return std::make_unique<structs<std::string>>("simdjson strings");
}
std::unique_ptr<variant> make_simdjson_views() {
  return std::make_unique<structs<std::string_view>>("simdjson views");
}

}  // namespace bench
