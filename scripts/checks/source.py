"""What the checks share: the files of the tree, and C++ text without comments and literals."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

CPP_SUFFIXES = {".hpp", ".ipp", ".cpp"}


def tracked(root: Path) -> list[Path]:
    """Files that are, or would be, under version control; all files where there is no git."""
    command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        paths = [root / name for name in listed.split("\0") if name]
    except (FileNotFoundError, subprocess.CalledProcessError):
        paths = list(root.rglob("*"))
    return sorted(path for path in paths if path.is_file())


def cpp_files(root: Path) -> list[Path]:
    return [path for path in tracked(root) if path.suffix in CPP_SUFFIXES]


def headers(root: Path) -> list[Path]:
    include = root / "include"
    return [path for path in cpp_files(root) if include in path.parents]


LITERALS = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"(?P<raw>[^()\\\s]{0,16})\(.*?\)(?P=raw)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'
    """,
    re.X | re.S,
)


def blanked(text: str) -> str:
    """The text with comments and literals as blanks: same length, same lines."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    return LITERALS.sub(blank, text)


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def closing(text: str, at: int) -> int:
    """Where the bracket that opens at `at` closes; the end of the text if it does not."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    opener, closer, depth = text[at], pairs[text[at]], 0
    for i in range(at, len(text)):
        if text[i] == opener:
            depth += 1
        elif text[i] == closer:
            depth -= 1
            if depth == 0:
                return i
    return len(text) - 1


# After a lambda's parameters, up to its body.
SPECIFIERS = re.compile(r"(?:\s|mutable|constexpr|noexcept)*(?:->[\w:<>,&*\s().]+)?")


def lambdas(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Each lambda of a blanked text: where it starts, its capture, its body's `{` and `}`."""
    for match in re.finditer(r"(?<!\[)\[(?!\[)", text):
        before = text[: match.start()].rstrip()[-1:]
        word = re.search(r"(\w+)\s*$", text[: match.start()])
        keyword = word is not None and word[1] in {"return", "co_return", "co_await", "co_yield"}
        if (before.isalnum() or before in {"_", ")", "]"}) and not keyword:
            continue  # a subscript, or an array's extent
        end = closing(text, match.start())
        at = end + 1
        at += len(text[at:]) - len(text[at:].lstrip())
        if text[at : at + 1] == "<":
            at = text.find("(", at)
        if at >= 0 and text[at : at + 1] == "(":
            at = closing(text, at) + 1
        body = text.find("{", at)
        if at >= 0 and body >= 0 and SPECIFIERS.fullmatch(text, at, body):
            yield match.start(), text[match.start() + 1 : end].strip(), body, closing(text, body)
