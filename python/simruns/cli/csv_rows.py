"""Runs as rows of CSV: the columns of the runs table, by the standard library alone.

A field is empty where there is no value; times are ISO 8601 in UTC; `results` is a JSON array.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from operator import attrgetter
from typing import Any, TextIO

from simruns import _core

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def write_csv(file: TextIO, runs: Iterable[_core.Run]) -> None:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows([_field(get(run)) for get in COLUMNS.values()] for run in runs)


def _field(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _time(attribute: str) -> Callable[[_core.Run], str | None]:
    get = attrgetter(attribute)

    def read(run: _core.Run) -> str | None:
        ms = get(run)
        if ms is None:
            return None
        moment = _EPOCH + timedelta(milliseconds=ms)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return read


def _results(run: _core.Run) -> str | None:
    return None if run.results is None else "[" + ",".join(run.results) + "]"


def _number_of(attribute: str) -> Callable[[_core.Run], int]:
    get = attrgetter(attribute)
    return lambda run: len(get(run))


_SPECIAL: dict[str, Callable[[_core.Run], Any]] = {
    "n_turns": _number_of("turns"),
    "n_criteria": _number_of("criteria"),
    "n_issues": _number_of("issues"),
    "created_at": _time("created_at_ms"),
    "expires_at": _time("expires_at_ms"),
    "results": _results,
}

_NAMES = (
    "id",
    "organisation",
    "project",
    "scenario",
    "batch",
    "sequence",
    "large_language_model",
    "endpoint_type",
    "total_turns",
    "max_turns",
    "n_turns",
    "n_criteria",
    "verdict",
    "contradictory",
    "status",
    "success",
    "sentiment",
    "success_numerator",
    "success_denominator",
    "success_percentage",
    "summary",
    "is_batch_stopped",
    "is_conversation_ended",
    "error_category",
    "error_message",
    "error_technical_details",
    "created_at",
    "created_by",
    "duration_ms",
    "expires_at",
    "results",
    "n_issues",
)

COLUMNS = {name: _SPECIAL.get(name, attrgetter(name)) for name in _NAMES}
"""The columns of the runs table but `extra`, each with how to read it from a run."""
