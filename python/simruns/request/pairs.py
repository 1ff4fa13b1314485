"""Batches as people have them at hand: a dict, tuples, objects, a frame, a CSV file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol, TypeAlias

from simruns.core import checks
from simruns.core.errors import InvalidArgumentError, invalid
from simruns.request.query import BatchKey, text_of


class HasBatch(Protocol):
    """Anything with a scenario and a batch; a `project` is used if there is one."""

    @property
    def scenario(self) -> str | None: ...
    @property
    def batch(self) -> str | None: ...


class Frame(Protocol):
    """A pandas or Polars frame with columns `scenario`, `batch` and perhaps `project`."""

    @property
    def columns(self) -> Iterable[object]: ...
    def __getitem__(self, column: str, /) -> Iterable[object]: ...


Pair: TypeAlias = tuple[str, str] | tuple[str, str, str] | HasBatch
Pairs: TypeAlias = (
    Mapping[str, str | Sequence[str]] | Iterable[Pair] | Frame | str | os.PathLike[str]
)

FORMS = (
    "give {scenario: batch} or {scenario: [batch, batch]}, tuples (scenario, batch) or "
    "(project, scenario, batch), objects with .scenario and .batch, a frame with columns scenario "
    "and batch, or the path of a CSV file"
)


def read_pairs(pairs: Pairs, project: str | None) -> list[BatchKey]:
    """Gives the batches that `pairs` names, in its order, and refuses one that is there twice."""
    keys: dict[BatchKey, str] = {}
    for where, fields in _rows(pairs):
        key = _key(where, fields, project)
        if key in keys:
            raise invalid(f"{where}: {text_of(key)} stands at {keys[key]} already")
        keys[key] = where
    if not keys:
        raise invalid(f"no batches; {FORMS}")
    return list(keys)


_Row: TypeAlias = tuple[str, tuple[Any, Any, Any]]


def _rows(pairs: Any) -> Iterator[_Row]:
    """Gives of each entry where it stands, and its (project or None, scenario, batch)."""
    if isinstance(pairs, str | os.PathLike):
        return _csv_rows(os.fspath(pairs))
    if isinstance(pairs, Mapping):
        return chain.from_iterable(_entries_of(s, b) for s, b in pairs.items())
    if hasattr(pairs, "columns"):
        return _frame_rows(pairs)
    if isinstance(pairs, Iterable) and not isinstance(pairs, bytes | bytearray):
        return (_entry(f"pairs[{i}]", pair) for i, pair in enumerate(pairs))
    raise invalid(f"pairs is of type {type(pairs).__name__}; {FORMS}")


def key_of(thing: Any, project: str | None) -> BatchKey:
    """Gives the batch of anything with a scenario and a batch, or of a tuple of these.

    `project` is for what has none. Raises InvalidArgumentError for anything else.
    """
    is_tuple = isinstance(thing, tuple) and len(thing) in (2, 3)
    if not (is_tuple or (hasattr(thing, "scenario") and hasattr(thing, "batch"))):
        raise invalid(
            f"batch is of type {type(thing).__name__}; give scenario= and batch=, or an object "
            "with .scenario and .batch, or a tuple (scenario, batch)"
        )
    return _key(*_entry(f"batch({type(thing).__name__})", thing), project)


def _entries_of(scenario: Any, batches: Any) -> Iterator[_Row]:
    """Gives the batch of a scenario, or the batches if there are several in a list."""
    where = f"pairs[{scenario!r}]"
    if isinstance(batches, str) or not isinstance(batches, Iterable):
        yield where, (None, scenario, batches)
        return
    several = list(batches)
    if not several:
        raise invalid(f"{where} is a list without a batch; leave the scenario out", field="batch")
    for i, batch in enumerate(several):
        yield f"{where}[{i}]", (None, scenario, batch)


def _entry(where: str, pair: Any) -> _Row:
    if hasattr(pair, "scenario") and hasattr(pair, "batch"):
        return where, (getattr(pair, "project", None), pair.scenario, pair.batch)
    if isinstance(pair, tuple | list) and len(pair) == 2:
        return where, (None, *pair)
    if isinstance(pair, tuple | list) and len(pair) == 3:
        return where, (pair[0], pair[1], pair[2])
    shape = f"{len(pair)} values" if isinstance(pair, tuple | list) else type(pair).__name__
    raise invalid(f"{where} is {shape}; {FORMS}")


def _frame_rows(frame: Any) -> Iterator[_Row]:
    names = [str(name) for name in frame.columns]
    _check_columns("the frame", names)
    scenarios, batches = list(frame["scenario"]), list(frame["batch"])
    projects = list(frame["project"]) if "project" in names else [None] * len(batches)
    for i, fields in enumerate(zip(projects, scenarios, batches, strict=True)):
        yield f"row {i}", fields


def _csv_rows(path: str) -> Iterator[_Row]:
    if not _is_path(path):
        raise invalid(f"cannot read pairs from {path!r}: it is no path; {FORMS}")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            _check_columns(path, list(rows.fieldnames or ()))
            for row in rows:
                fields = row.get("project") or None, row["scenario"], row["batch"]
                yield f"{path}, line {rows.line_num}", fields
    except OSError as error:
        raise invalid(f"cannot read pairs from {path!r}: {error.strerror}; {FORMS}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise invalid(f"{path!r} is not a CSV file in UTF-8: {error}") from error


def _is_path(path: str) -> bool:
    """Whether the system can be asked for it: not with a NUL, or half a character."""
    try:
        os.stat(path)
    except OSError:
        return True
    except ValueError:
        return False
    return True


def _check_columns(what: str, names: list[str]) -> None:
    missing = [name for name in ("scenario", "batch") if name not in names]
    if missing:
        has = ", ".join(names) or "none"
        raise invalid(f"{what} has no column {' and no column '.join(missing)}; its columns: {has}")


def _key(where: str, fields: tuple[Any, Any, Any], project: str | None) -> BatchKey:
    own, scenario, batch = fields
    if not isinstance(own, str):
        own = None  # absent in a frame may be None, NaN or NA
    return BatchKey(
        _reference(where, "project", own or project),
        _reference(where, "scenario", scenario),
        _reference(where, "batch", batch),
    )


def _reference(where: str, name: str, value: Any) -> str:
    if isinstance(value, str) and value:
        return checks.text(f"{where}: {name}", value)
    if value is None and name == "project":
        raise no_project(where)
    shown = repr(value) if value is None or isinstance(value, str) else type(value).__name__
    raise invalid(f"{where}: {name} is {shown}; give the reference as text", field=name)


def no_project(where: str) -> InvalidArgumentError:
    return invalid(
        f"{where}: no project; give it here or to the client, or set SIMRUNS_PROJECT",
        field="project",
    )
