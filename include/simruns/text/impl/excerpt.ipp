#pragma once

#include "simruns/config.hpp"
#include "simruns/text/excerpt.hpp"
#include "simruns/text/utf8.hpp"

namespace simruns::detail {

/// Whether a character beyond ASCII, of valid UTF-8, changes how the text around it is shown: the
/// controls U+0080 to U+009F, the line and paragraph separators, the marks of direction.
SIMRUNS_INLINE bool is_obeyed(std::string_view character) noexcept {
  if (character.size() == 2) return character >= "\xc2\x80" && character <= "\xc2\x9f";
  auto const within = [character](std::string_view first, std::string_view last) {
    return character >= first && character <= last;
  };
  return within("\xe2\x80\xa8", "\xe2\x80\xae") || within("\xe2\x81\xa6", "\xe2\x81\xa9") ||
         within("\xe2\x80\x8e", "\xe2\x80\x8f");
}

SIMRUNS_INLINE std::string excerpt(std::string_view text, std::size_t most_bytes) {
  std::string out;
  char const* const end = text.data() + text.size();
  for (char const* at = text.data(); at != end;) {
    auto const byte = static_cast<unsigned char>(*at);
    bool const blank = byte == ' ' || (byte >= '\t' && byte <= '\r');
    std::string_view shown(at, 1);
    if (byte >= 0x80) {
      shown = {at, utf8_character(at, end)};
      at += shown.empty() ? 1 : shown.size();
      if (shown.empty() || is_obeyed(shown)) shown = "?";
    } else {
      ++at;
      if (blank) shown = out.ends_with(' ') ? "" : " ";
      if (!blank && (byte < 0x20 || byte == 0x7f)) shown = "?";
    }
    if (out.size() + shown.size() > most_bytes) return out + "...";
    out += shown;
  }
  return out;
}

SIMRUNS_INLINE std::string seconds_text(std::chrono::milliseconds time) {
  auto const thousandths = std::to_string(1000 + time.count() % 1000).substr(1);
  auto out = std::to_string(time.count() / 1000) + "." + thousandths;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out + " s";
}

}  // namespace simruns::detail
