"""Runs as lines of JSON, each the run's own text."""

from __future__ import annotations

import os
from collections.abc import Iterable

from simruns import _core
from simruns.core.files import replacing


def one_line(text: str) -> str:
    """JSON on one line, and otherwise as it came.

    A raw line break in JSON text is white space between tokens, never part of a text, so a space
    takes its place; nothing else is touched.
    """
    return text.replace("\r", " ").replace("\n", " ")


def json_line(run: _core.Run) -> str:
    """The run as it came, on one line."""
    return one_line(run.to_json()) + "\n"


def write_jsonl(path: str | os.PathLike[str], runs: Iterable[_core.Run]) -> None:
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        file.writelines(json_line(run) for run in runs)
