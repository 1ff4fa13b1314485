#pragma once

#include "simruns/json/write.hpp"
#include "simruns/page/run.hpp"

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

/// Texts that are put together from slices: first into a `text_counter`, then into a `text_writer`.
namespace simruns::detail {

struct text_counter {
  std::size_t bytes = 0;
  void put(std::string_view text) noexcept { bytes += text.size(); }
};

struct text_writer {
  char* at;
  void put(std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at += text.size();
  }
};

/// A JSON array of JSON texts.
inline void put_array(std::span<std::string_view const> items, auto& sink) {
  std::string_view before = "[";
  for (auto const item : items) {
    sink.put(before);
    sink.put(item);
    before = ",";
  }
  sink.put(items.empty() ? "[]" : "]");
}

/// A JSON object that is written member by member, and not at all if there is none.
template <class Sink>
class object_writer {
 public:
  explicit object_writer(Sink& sink) : sink_(sink) {}

  void put(std::span<extra_member const> members) {
    for (auto const& member : members) {
      begin_member(member.key);
      sink_.put(member.json);
    }
  }

  void begin_member(std::string_view key) {
    sink_.put(any_ ? "," : "{");
    any_ = true;
    put_quoted(key, sink_);
    sink_.put(":");
  }

  /// Whether there was a member.
  bool finish() {
    if (any_) sink_.put("}");
    return any_;
  }

 private:
  Sink& sink_;
  bool any_ = false;
};

inline bool put_object(std::span<extra_member const> members, auto& sink) {
  if (members.empty()) return false;
  object_writer out(sink);
  out.put(members);
  return out.finish();
}

inline bool put_extra(error_info const& info, auto& sink) { return put_object(info.extra, sink); }
inline bool put_extra(success_rate const& rate, auto& sink) { return put_object(rate.extra, sink); }

/// The unknown members of metrics, those of its own objects within them under their names.
inline bool put_extra(metrics const& m, auto& sink) {
  object_writer out(sink);
  out.put(m.extra);
  if (m.success_rate && !m.success_rate->extra.empty()) {
    out.begin_member("successRate");
    put_extra(*m.success_rate, sink);
  }
  if (m.error_info && !m.error_info->extra.empty()) {
    out.begin_member("errorInfo");
    put_extra(*m.error_info, sink);
  }
  return out.finish();
}

inline bool has_extra(metrics const& m) noexcept {
  return !m.extra.empty() || (m.success_rate && !m.success_rate->extra.empty()) ||
         (m.error_info && !m.error_info->extra.empty());
}

/// The unknown members of a run, those of `metrics` under that name, where they came.
inline bool put_extra(run const& r, auto& sink) {
  object_writer out(sink);
  out.put(r.extra);
  if (has_extra(r.metrics)) {
    out.begin_member("metrics");
    put_extra(r.metrics, sink);
  }
  return out.finish();
}

}  // namespace simruns::detail
