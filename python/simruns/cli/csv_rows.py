"""Tables as CSV, each row on lines of its own whoever reads it.

A field is empty where there is no value; times are ISO 8601 in UTC; `results` is a JSON array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from operator import attrgetter
from typing import Any

from simruns import _core

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def rows_of(
    runs: Iterable[_core.Run], names: Mapping[str, str] | None = None
) -> Iterator[list[Any]]:
    """Gives the row of each run, as long as `COLUMNS`; `names` are those of scenarios."""
    known = names or {}
    columns = {**COLUMNS, "scenario_name": lambda run: known.get(run.scenario)}
    return ([get(run) for get in columns.values()] for run in runs)


def time_text(ms: int | None) -> str | None:
    """Gives the time that is so many milliseconds after 1970."""
    if ms is None:
        return None
    moment = _EPOCH + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _time(attribute: str) -> Callable[[_core.Run], str | None]:
    get = attrgetter(attribute)
    return lambda run: time_text(get(run))


def _results(run: _core.Run) -> str | None:
    texts = run.results_json
    return None if texts is None else "[" + ",".join(texts) + "]"


def _number_of(attribute: str) -> Callable[[_core.Run], int]:
    get = attrgetter(attribute)
    return lambda run: len(get(run))


_SPECIAL: dict[str, Callable[[_core.Run], Any]] = {
    "run_id": attrgetter("id"),
    "scenario_name": lambda run: None,
    "n_turns": _number_of("turns"),
    "n_criteria": _number_of("criteria"),
    "n_issues": _number_of("issues"),
    "created_at": _time("created_at_ms"),
    "expires_at": _time("expires_at_ms"),
    "results": _results,
}

_NAMES = (
    "project",
    "scenario",
    "batch",
    "run_id",
    "scenario_name",
    "organisation",
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
