"""Coroutines that g++ 12 compiles wrongly, or that outlive what they use.

- A statement with `co_await` holds no `?` and no `{`: g++ 12.2 destroys twice the temporaries that
  a conditional or a braced aggregate makes there. Name them first. Bodies of lambdas are no braces
  in this sense.
- No lambda that captures is a coroutine: its captures die with the lambda, not with the coroutine.
  Tests may: there the lambda is an argument of `co_spawn`, which keeps it.
"""

from __future__ import annotations

import re
from pathlib import Path

from checks.source import blanked, cpp_files, lambdas, line_of

COROUTINE = re.compile(r"\bco_(?:await|return|yield)\b")


def statement_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in ";{}") + 1


def suspect(text: str, at: int, bodies: dict[int, int]) -> str:
    """The first `?` or `{` of the statement around the `co_await` at `at`, or nothing."""
    if "?" in text[statement_start(text, at) : at]:
        return "?"
    depth, i = 0, at
    while i < len(text):
        mark = text[i]
        if mark == "{":
            if i in bodies:
                i = bodies[i]
            elif depth < 0 and text[:i].rstrip().endswith(")"):
                return ""  # the block of an `if`, `while` or `for`
            else:
                return "{"
        elif mark == "?":
            return "?"
        elif mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
        elif mark in ";}":
            return ""
        i += 1
    return ""


def own_text(text: str, start: int, end: int) -> str:
    """A lambda's body without the bodies of lambdas inside it."""
    body = text[start + 1 : end]
    for _, _, opened, closed in reversed(list(lambdas(body))):
        body = body[: opened + 1] + body[closed:]
    return body


def check_text(text: str, name: str, captures_allowed: bool) -> list[str]:
    text = blanked(text)
    found = list(lambdas(text))
    bodies = {opened: closed for _, _, opened, closed in found}
    problems = []
    for match in re.finditer(r"\bco_await\b", text):
        if mark := suspect(text, match.start(), bodies):
            line = line_of(text, match.start())
            problems.append(f"{name}:{line}: '{mark}' in a co_await expression")
    for start, capture, opened, closed in found:
        if capture and not captures_allowed and COROUTINE.search(own_text(text, opened, closed)):
            line = line_of(text, start)
            problems.append(f"{name}:{line}: a coroutine lambda that captures [{capture}]")
    return problems


def check(root: Path) -> list[str]:
    problems = []
    for path in cpp_files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        problems += check_text(text, name, captures_allowed=name.startswith("tests/"))
    return problems
