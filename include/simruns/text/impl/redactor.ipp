#pragma once

#include "simruns/config.hpp"
#include "simruns/text/base64.hpp"
#include "simruns/text/excerpt.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/redactor.hpp"

#include <algorithm>

namespace simruns::detail {

/// A form of so many characters is never a part of another word.
inline constexpr std::size_t sure_secret_size = 8;

/// So many first characters of a secret may be seen, where a text is cut.
inline constexpr std::size_t most_of_a_cut_secret = 3;

SIMRUNS_INLINE bool is_of_a_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

SIMRUNS_INLINE char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// A byte as it is compared, and the part of the text that it stands for.
struct folded_byte {
  char byte = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What an escape stands for, and how many bytes it takes behind its first. A size of 0: no escape.
struct escape {
  char byte = 0;
  std::size_t size = 0;
};

/// No secret has a character beyond ASCII, and so all of them are the same.
SIMRUNS_INLINE escape escape_of(unsigned long value, std::size_t size) noexcept {
  return {value < 0x80 ? static_cast<char>(value) : '\x80', size};
}

/// Reads `digits` hexadecimal digits that stand `at` bytes into `rest`.
SIMRUNS_INLINE escape hex_escape(std::string_view rest, std::size_t at,
                                 std::size_t digits) noexcept {
  if (rest.size() < at + digits) return {};
  unsigned long value = 0;
  for (char c : rest.substr(at, digits)) {
    if (hex_value(c) < 0) return {};
    value = value * 16 + static_cast<unsigned long>(hex_value(c));
  }
  return escape_of(value, at + digits);
}

/// What follows a backslash: in JSON and in what resembles it, it means itself, or is an escape.
SIMRUNS_INLINE escape after_backslash(std::string_view rest) noexcept {
  if (rest.empty()) return {};
  escape out;
  if (lower(rest[0]) == 'u') out = hex_escape(rest, 1, 4);
  if (lower(rest[0]) == 'x') out = hex_escape(rest, 1, 2);
  if (out.size != 0) return out;
  static constexpr std::string_view controls = "bfnrt";
  return {controls.find(rest[0]) != controls.npos ? '\n' : rest[0], 1};
}

/// What follows an ampersand in HTML: a number, or one of the names that every encoder knows.
SIMRUNS_INLINE escape after_ampersand(std::string_view rest) noexcept {
  struct named {
    std::string_view name;
    char byte;
  };
  static constexpr named names[] = {
      {"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}};
  for (auto const& [name, byte] : names) {
    std::size_t same = 0;
    while (same < name.size() && same < rest.size() && name[same] == lower(rest[same])) ++same;
    if (same == name.size()) return {byte, name.size()};
  }
  if (rest.size() < 2 || rest[0] != '#') return {};
  static constexpr std::size_t most_digits = 8;
  bool const hex = lower(rest[1]) == 'x';
  std::size_t at = hex ? 2 : 1;
  auto const end = std::min(rest.size(), at + most_digits + 1);
  unsigned long value = 0;
  auto const begin = at;
  for (; at < end && rest[at] != ';'; ++at) {
    auto const digit = hex_value(rest[at]);
    if (digit < 0 || (!hex && digit > 9)) return {};
    value = value * (hex ? 16 : 10) + static_cast<unsigned long>(digit);
  }
  if (at == begin || at == end) return {};
  return escape_of(value, at + 1);
}

/// How a text is compared: as it is; for what its escapes give; or, what these give may be the
/// start of an escape again.
enum class undoing { nothing, once, all };

/// Gives the bytes of a text, in lower case.
struct folded_text {
  std::string_view text;
  undoing what;
  std::size_t at = 0;

  bool next(folded_byte& out) noexcept {
    if (at == text.size()) return false;
    out = {text[at], at, at + 1};
    for (bool again = what != undoing::nothing; again; again = what == undoing::all) {
      auto const rest = text.substr(out.end);
      escape found;
      if (out.byte == '%') found = hex_escape(rest, 0, 2);
      if (out.byte == '\\') found = after_backslash(rest);
      if (out.byte == '&') found = after_ampersand(rest);
      if (found.size == 0) break;
      out.byte = found.byte;
      out.end += found.size;
    }
    out.byte = lower(out.byte);
    at = out.end;
    return true;
  }
};

SIMRUNS_INLINE std::string all_of(std::string_view text, undoing what) {
  folded_text bytes{text, what};
  std::string out;
  for (folded_byte next; bytes.next(next);) out += next.byte;
  return out;
}

SIMRUNS_INLINE redactor::redactor(std::vector<std::string> const& secrets) : nodes_(1) {
  for (auto const& secret : secrets) {
    if (!secret.empty()) look_for(secret);
  }
  link();
}

SIMRUNS_INLINE void redactor::look_for(std::string_view secret) {
  add(all_of(secret, undoing::nothing));
  auto unescaped = all_of(secret, undoing::all);
  // A backslash at the end is taken for the escape of what follows.
  while (unescaped.ends_with('\\')) unescaped.pop_back();
  add(unescaped);
  std::string hex;
  for (unsigned char const c : secret) {
    hex += hex_digits[c >> 4];
    hex += hex_digits[c & 15];
  }
  add(hex);
  look_for_base64(secret);
}

/// In base64, a text begins at one of three places within a group. Of the characters at its ends,
/// only those are looked for that no neighbour changes.
SIMRUNS_INLINE void redactor::look_for_base64(std::string_view secret) {
  static constexpr std::array<std::size_t, 3> changed_by_neighbours{0, 2, 3};
  if (secret.size() < sure_secret_size) {
    for (auto whole : {base64_encode(secret), base64url_encode(secret)}) {
      whole.erase(whole.find_last_not_of('=') + 1);
      add(all_of(whole, undoing::nothing));
    }
    return;
  }
  for (std::size_t shift = 0; shift < changed_by_neighbours.size(); ++shift) {
    auto const bytes = std::string(shift, '\0').append(secret);
    auto const skip = changed_by_neighbours[shift];
    auto const size = bytes.size() * 8 / 6 - skip;
    for (auto const& whole : {base64_encode(bytes), base64url_encode(bytes)}) {
      auto const kept = std::string_view(whole).substr(skip, size);
      add(all_of(kept, undoing::nothing), true);
    }
  }
}

SIMRUNS_INLINE std::uint32_t redactor::child_of(std::uint32_t at, char byte) const noexcept {
  if (at == 0) return first_[static_cast<unsigned char>(byte)];
  auto child = nodes_[at].child;
  while (child != 0 && nodes_[child].byte != byte) child = nodes_[child].sibling;
  return child;
}

SIMRUNS_INLINE void redactor::add(std::string_view form, bool packed) {
  if (form.empty()) return;
  std::uint32_t at = 0;
  for (char const byte : form) {
    auto next = child_of(at, byte);
    if (next == 0) {
      next = static_cast<std::uint32_t>(nodes_.size());
      node made;
      made.byte = byte;
      made.depth = nodes_[at].depth + 1;
      made.sibling = nodes_[at].child;
      nodes_.push_back(made);
      nodes_[at].child = next;
      if (at == 0) first_[static_cast<unsigned char>(byte)] = next;
      deepest_ = std::max(deepest_, made.depth);
    }
    if (form.size() >= sure_secret_size) nodes_[next].of_long = true;
    at = next;
  }
  nodes_[at].ends = true;
  nodes_[at].packed = nodes_[at].packed || packed;
}

/// Finds, for each prefix, its longest suffix that is a prefix too: the shorter ones first.
SIMRUNS_INLINE void redactor::link() {
  std::uint32_t last = 0;
  for (std::uint32_t parent = 0, left = 1; left != 0; parent = nodes_[parent].due, --left) {
    for (auto at = nodes_[parent].child; at != 0; at = nodes_[at].sibling) {
      auto& one = nodes_[at];
      if (parent != 0) one.shorter = step(nodes_[parent].shorter, one.byte);
      auto const& shorter = nodes_[one.shorter];
      one.ending = shorter.ends ? one.shorter : shorter.ending;
      nodes_[last].due = at;
      last = at;
      ++left;
    }
  }
}

SIMRUNS_INLINE std::uint32_t redactor::step(std::uint32_t at, char byte) const noexcept {
  for (;;) {
    auto const next = child_of(at, byte);
    if (next != 0 || at == 0) return next;
    at = nodes_[at].shorter;
  }
}

/// Gives the part of the text that is struck out for what ends at the node `at`, at the latest
/// byte; an empty one if it is a part of a word.
SIMRUNS_INLINE folded_byte redactor::place(std::string_view text,
                                           std::vector<folded_byte> const& latest,
                                           std::size_t count, folded_text const& behind,
                                           std::uint32_t at) const {
  auto const& one = nodes_[at];
  auto const byte = [&](std::size_t index) -> folded_byte const& {
    return latest[index % latest.size()];
  };
  folded_byte out{0, byte(count - one.depth).begin, byte(count - 1).end};
  if (one.depth < sure_secret_size) {
    auto following = behind;
    folded_byte next;
    bool const in_word = count > one.depth && is_of_a_word(byte(count - one.depth - 1).byte);
    if (in_word || (following.next(next) && is_of_a_word(next.byte))) return {};
  }
  if (one.packed) {
    if (out.begin > 0 && is_of_a_word(text[out.begin - 1])) --out.begin;
    if (out.end < text.size() && is_of_a_word(text[out.end])) ++out.end;
    while (out.end < text.size() && text[out.end] == '=') ++out.end;
  }
  return out;
}

/// Adds what a view of the text has to strike out, in the order of the text.
SIMRUNS_INLINE void redactor::find(folded_text bytes, std::vector<folded_byte>& found) const {
  auto const text = bytes.text;
  std::vector<folded_byte> latest(std::size_t{deepest_} + 1);
  auto const strike = [&found](folded_byte one) {
    if (one.begin == one.end) return;
    while (!found.empty() && found.back().end > one.begin) {
      one.begin = std::min(one.begin, found.back().begin);
      one.end = std::max(one.end, found.back().end);
      found.pop_back();
    }
    found.push_back(one);
  };
  std::uint32_t at = 0;
  std::size_t slot = 0;
  folded_byte next;
  for (std::size_t count = 1; bytes.next(next); ++count) {
    latest[slot] = next;
    if (++slot == latest.size()) slot = 0;
    at = step(at, next.byte);
    if (at == 0) continue;
    auto const& one = nodes_[at];
    for (auto end = one.ends ? at : one.ending; end != 0; end = nodes_[end].ending) {
      strike(place(text, latest, count, bytes, end));
    }
    if (!text.substr(next.end).starts_with("...")) continue;
    auto cut = at;
    while (nodes_[cut].depth > most_of_a_cut_secret && !nodes_[cut].of_long) {
      cut = nodes_[cut].shorter;
    }
    auto const size = nodes_[cut].depth;
    if (size > most_of_a_cut_secret) {
      strike({0, latest[(count - size) % latest.size()].begin, next.end});
    }
  }
}

/// The ways in which a text is read.
inline constexpr std::size_t views = 3;

SIMRUNS_INLINE std::string redactor::operator()(std::string_view text) const {
  std::vector<folded_byte> found[views];  // each in the order of the text
  find({text, undoing::nothing}, found[0]);
  if (text.find_first_of("%\\&") != text.npos) {
    find({text, undoing::once}, found[1]);  // a secret may look like an escape itself
    find({text, undoing::all}, found[2]);
  }
  std::size_t at[views] = {};
  std::string out;
  std::size_t done = 0;
  for (;;) {
    std::size_t first = views;
    for (std::size_t i = 0; i < views; ++i) {
      bool const more = at[i] < found[i].size();
      if (!more) continue;
      if (first == views || found[i][at[i]].begin < found[first][at[first]].begin) first = i;
    }
    if (first == views) break;
    auto const one = found[first][at[first]++];
    if (one.begin >= done) out.append(text.substr(done, one.begin - done)).append("***");
    done = std::max(done, one.end);
  }
  return out.append(text.substr(done));
}

SIMRUNS_INLINE std::string excerpt(std::string_view text, std::size_t most_bytes,
                                   redactor const* strike) {
  return strike == nullptr ? excerpt(text, most_bytes) : excerpt((*strike)(text), most_bytes);
}

}  // namespace simruns::detail
