"""The words that options of analysis take."""

from __future__ import annotations

from enum import Enum


class Errors(str, Enum):
    """Which runs with an error are judged, as failures."""

    agent = "agent"
    exclude = "exclude"
    fail = "fail"


class By(str, Enum):
    """What an occasion of a trend is."""

    day = "day"
    batch = "batch"
