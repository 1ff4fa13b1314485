"""Scenarios that are left out of a gate for a while: the file that names them, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, ClassVar

from simruns.analysis.result import Names, Result, Shown, View
from simruns.cli.endings import UsageError, way_out_of
from simruns.cli.streams import say
from simruns.core.reading import reading
from simruns.core.yaml_text import loaded
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

_COLUMNS = ("scenario", "reason", "until")
_GIVE = "give rows with scenario, reason and until, a day as 2026-07-01, in .csv, .yaml or .yml"


@dataclass(frozen=True)
class Entry:
    """A scenario that is left out."""

    reason: str
    until: str
    """The last day, in UTC, on which it is."""


@dataclass(frozen=True, repr=False)
class Quarantine(Result):
    """The scenarios that are left out, by their references or names, as the file has them."""

    _names: ClassVar[Names] = {"path": None}

    path: Path | None
    quarantine: dict[str, Entry]

    def of(self, runs: Runs) -> Runs:
        """Gives the runs without those of these scenarios."""
        return runs._without(self.references(names_of(runs)))

    def references(self, names: Mapping[str, str]) -> set[str]:
        """Gives the references of those of these scenarios that are left out.

        `names` has the names of scenarios by their references. An entry that is a reference is
        none of a name.
        """
        found = set()
        for word in self.quarantine:
            named = [reference for reference, name in names.items() if name == word]
            if word in names:
                found.add(word)
            elif len(named) > 1:
                raise UsageError(
                    f"{self.path}: {len(named)} scenarios have the name {word}; give the reference"
                )
            found.update(named if word not in names else ())
        return found

    def say_absent(self, names: Mapping[str, str]) -> None:
        """Says which entries are of no scenario that is there; `names` are as for `references`."""
        for word in self.quarantine:
            if word not in names and word not in names.values():
                say(f"simruns: warning: {self.path}: there is no scenario {word} to leave out")

    @property
    def notes(self) -> list[str]:
        """Says of each entry that it is left out, until when, and why."""
        return [
            f"Left out until {one.until}: scenario {word}, {one.reason}."
            for word, one in self.quarantine.items()
        ]

    def _view(self) -> View:
        rows = [[word, one.until, one.reason] for word, one in self.quarantine.items()]
        told = f"{counted(len(rows), 'scenario')} left out of the gate."
        heads = ["scenario", "until", "reason"]
        return View("Quarantine", None, [told], [Shown("Left out", heads, rows, texts=3)])


def names_of(runs: Runs) -> dict[str, str]:
    """Gives the names of scenarios by their references; empty ones where none is known."""
    return {key.scenario: runs.names.get(key.scenario, "") for key in runs.batches}


def quarantine_of(path: Path | None, today: date | None = None) -> Quarantine:
    """Reads a file of scenarios to leave out. Raises UsageError for an entry past its date."""
    today = today or datetime.now(timezone.utc).date()
    entries: dict[str, Entry] = {}
    for where, row in () if path is None else _rows(path):
        scenario, reason, until = (_text(where, row, name) for name in _COLUMNS)
        if scenario in entries:
            raise UsageError(f"{where}: scenario {scenario} stands there twice")
        try:
            last = datetime.strptime(until, "%Y-%m-%d").date()
        except ValueError:
            raise UsageError(f"{where}: until is {until!r}; give a day as 2026-07-01") from None
        if today > last:
            raise UsageError(
                f"{where}: scenario {scenario} was left out until {until}, which is past; take it "
                "out of the file, or give a later day"
            )
        entries[scenario] = Entry(reason, until)
    return Quarantine(path, entries)


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Gives each row, and where it stands."""
    ending = path.suffix.lower()
    if ending not in (".csv", ".yaml", ".yml"):
        raise UsageError(f"--quarantine is {path}; {_GIVE}")
    try:
        with reading(path), path.open(encoding="utf-8-sig", newline="") as file:
            if ending == ".csv":
                rows = csv.DictReader(file)
                missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
                if missing:
                    raise UsageError(f"{path} has no column {' and no column '.join(missing)}")
                yield from ((f"{path}, line {rows.line_num}", row) for row in rows)
                return
            text = file.read()
    except OSError as error:
        raise UsageError(way_out_of(error)) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is not CSV or YAML in UTF-8: {error}; {_GIVE}") from None
    for number, row in enumerate(_of_yaml(path, text), 1):
        if not isinstance(row, Mapping):
            raise UsageError(f"{path}, row {number} is no row; {_GIVE}")
        yield f"{path}, row {number}", row


def _of_yaml(path: Path, text: str) -> Iterable[Any]:
    try:
        rows: Any = loaded(text, "a quarantine in YAML")
    except ValueError as error:
        raise UsageError(f"{path} is not YAML: {error}") from None
    if rows is not None and not isinstance(rows, list):
        raise UsageError(f"{path} is no list; {_GIVE}")
    return rows or []


def _text(where: str, row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise UsageError(f"{where}: no {name}; {_GIVE}")
    return text
