#pragma once

#include "simruns/json/write.hpp"
#include "simruns/simulator/data/detail/generator_texts.hpp"
#include "simruns/simulator/data/detail/random.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

using simruns::detail::append_json_string;
using simruns::detail::escaping;

/// Writes the turns of one conversation as a JSON array.
class conversation_writer {
 public:
  conversation_writer(std::string& out, random_source& random, phrases const& language,
                      topic const& about, escaping how, std::int64_t start)
      : out_{out}, random_{random}, language_{language}, topic_{about}, how_{how}, now_{start} {}

  /// A conversation of about 13 turns, or a broken one of a few.
  void write(bool broken);

  /// A conversation of `most` turns, in which the agent says one text again and again.
  void write_stuck(std::int64_t most);

  std::int64_t turns() const noexcept { return turns_; }
  /// Time of the last turn, in milliseconds since 1970.
  std::int64_t now() const noexcept { return now_; }

 private:
  void turn(std::string_view role, std::string_view text);

  void tool_call();

  /// One draw a statement: the order of draws within an expression is the compiler's choice.
  std::string tool_result();

  std::string opening() {
    std::string text{random_.pick(language_.openings)};
    if (random_.chance(700)) text.append(" ").append(random_.pick(language_.customer));
    return text;
  }

  /// Up to `most` sentences; now and then none, or a long quotation.
  std::string speech(std::span<std::string_view const> choices, std::uint32_t most);

  void begin_turn(std::string_view text);

  void end_turn() {
    now_ += random_.between(400, 6000);
    if (!random_.chance(10)) out_ += ",\"createdAt\":" + std::to_string(now_);
    out_ += '}';
  }

  std::string& out_;
  random_source& random_;
  phrases const& language_;
  topic const& topic_;
  escaping how_;
  std::int64_t now_;
  std::int64_t turns_ = 0;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/generate_conversation.ipp"
#endif
