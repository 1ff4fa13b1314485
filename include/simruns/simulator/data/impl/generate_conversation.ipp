#pragma once

#include "simruns/config.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/data/detail/generate_conversation.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE void conversation_writer::write(bool broken) {
  out_ += '[';
  auto const rounds = broken ? random_.below(4) : random_.between(3, 6);
  if (!broken || rounds != 0) turn("user", opening());
  for (std::uint32_t round = 0; round < rounds; ++round) {
    if (random_.chance(450)) tool_call();
    turn("assistant", speech(language_.agent, 3));
    if (round + 1 < rounds) turn("user", speech(language_.customer, 2));
  }
  if (!broken) turn("user", random_.pick(language_.closings));
  out_ += ']';
}

SIMRUNS_INLINE void conversation_writer::write_stuck(std::int64_t most) {
  auto const& reply = random_.pick(language_.agent);
  out_ += '[';
  turn("user", opening());
  turn("assistant", speech(language_.agent, 3));
  while (turns_ < most) {
    turn("user", speech(language_.customer, 2));
    if (turns_ < most) turn("assistant", reply);
  }
  out_ += ']';
}

SIMRUNS_INLINE void conversation_writer::turn(std::string_view role, std::string_view text) {
  begin_turn(text);
  if (!random_.chance(30)) {
    out_ += ",\"data\":{\"role\":\"";
    out_ += role;
    out_ += "\"}";
  }
  end_turn();
}

SIMRUNS_INLINE void conversation_writer::tool_call() {
  std::string arguments = "{\"reference\":\"A-" + std::to_string(random_.below(100000)) +
                          "\",\"language\":\"" + std::string{language_.language} + "\"}";
  begin_turn("");
  out_ += ",\"data\":{\"role\":\"assistant\",\"toolCalls\":[{\"name\":\"";
  out_ += topic_.tool;
  out_ += "\",\"arguments\":";
  append_json_string(out_, arguments, how_);
  out_ += "}]}";
  end_turn();
  begin_turn(tool_result());
  out_ += ",\"data\":{\"role\":\"tool\",\"tool\":\"";
  out_ += topic_.tool;
  out_ += "\",\"latencyMs\":" + std::to_string(random_.between(20, 900)) + "}";
  end_turn();
}

SIMRUNS_INLINE std::string conversation_writer::tool_result() {
  std::string result = "[";
  auto const rows = random_.between(1, 3);
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (row != 0) result += ", ";
    result += "{\"id\": \"";
    random_.append_hex(result, 8);
    result += "\", \"price\": " + std::to_string(random_.between(5, 400));
    result += "." + std::to_string(random_.between(10, 99)) + ", \"available\": ";
    result += random_.chance(700) ? "true" : "false";
    result += ", \"note\": null}";
  }
  return result + "]";
}

SIMRUNS_INLINE std::string conversation_writer::speech(std::span<std::string_view const> choices,
                                                       std::uint32_t most) {
  if (random_.chance(10)) return {};
  bool const quotation = random_.chance(12);
  auto const sentences = quotation ? 30u : random_.between(1, most);
  std::string text{random_.pick(choices)};
  for (std::uint32_t i = 1; i < sentences; ++i) {
    text += quotation ? "\r\n> " : " ";
    text += random_.pick(choices);
  }
  return text;
}

SIMRUNS_INLINE void conversation_writer::begin_turn(std::string_view text) {
  if (turns_ != 0) out_ += ',';
  ++turns_;
  out_ += "{\"id\":\"";
  random_.append_hex(out_, 24);
  out_ += "\",\"sequence\":" + std::to_string(turns_) + ",\"text\":";
  append_json_string(out_, text, how_);
}

}  // namespace simruns::simulator::detail
