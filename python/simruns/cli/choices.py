"""The words that options of analysis take."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any


class Errors(str, Enum):
    """Which runs with an error are judged, as failures."""

    agent = "agent"
    exclude = "exclude"
    fail = "fail"


class By(str, Enum):
    """What an occasion of a trend is."""

    day = "day"
    batch = "batch"


def same_test(text: str) -> Any:
    """Gives what `--same-test` says as `compare` and `gate` take it: a word, or a list of words."""
    words: Sequence[str] = [word.strip() for word in text.split(",")]
    return text if text in ("tell", "require") else words
