"""The runs in JSON: a run a line, a saved page, an array of runs or of pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TextIO

from simruns import _core
from simruns.core.errors import Error
from simruns.core.reading import reading

OF_A_RUN = frozenset(
    [
        "projectReference",
        "simulationReference",
        "simulationRunBatchReference",
        "sequence",
        "turns",
        "successCriteria",
        "metrics",
    ]
)
"""Members of which a run has one, even if it has no id."""

OF_A_RECORDING = frozenset(["scenario", "batch"])
"""What a line of a recording is of, if it is of no run."""

PAGINATION = '"pagination"'
"""What is in the text of a page, and hardly in one of a run."""
WHITE = " \t\r\n"
GIVE = (
    "give a run a line, a page, or an array of runs, as JSON in UTF-8; or Parquet, whose name ends "
    "in .parquet"
)
SHOWN = 40
"""Characters that an error shows of what is no run."""
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)  # numbers of any length


class Row(NamedTuple):
    """The own text of a run, and by what it is known."""

    key: tuple[str, ...]
    """The references of the run's own batch."""
    id: str
    text: str


def row_of(text: str, where: str) -> Row:
    """Gives the row of a run. Raises Error, which says where the text stands, for what is none."""
    try:
        run = _core.Pages.of_texts([text])[0]
    except ValueError as error:
        raise Error(f"{where}: {error}") from None
    return Row((run.project or "", run.scenario or "", run.batch or ""), run.id, text)


def no_run(text: str, where: str, instead: str) -> Error:
    """Gives the error of a text that is no run; `instead` says what to give."""
    shown = " ".join(text.split())
    shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "..."
    return Error(f"{where}: {shown} is no run; {instead}")


class JsonRows:
    """The runs of a file of JSON: a value a line, or one over many lines.

    A value is a run, a page, or an array of runs or pages. The scenarios and batches of a recording
    are passed over.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 1  # of the run that comes next

    def __iter__(self) -> Iterator[Row]:
        try:
            with reading(self._path), self._path.open(encoding="utf-8-sig", newline="\n") as file:
                for value in _values(file):
                    yield from self._rows_of(value)
        except UnicodeDecodeError as error:
            raise Error(f"{self._path} is not UTF-8: {error}; {GIVE}") from None

    def _rows_of(self, value: str, within: str = "") -> Iterator[Row]:
        """Gives the runs of a value, which may itself be within an "array" or a "page"."""
        if value.startswith("[") and not within and _whole(value):
            for element in _elements(value):
                yield from self._rows_of(element, "array")
            return
        where = f"{self._path}, run {self._number}"
        try:
            row = row_of(value, where)
        except Error as error:
            raise Error(f"{error}; {GIVE}") from None
        members = members_of(value) if not row.id or PAGINATION in value else {}
        paged = within != "page" and members.get("data", "").startswith("[")
        is_run = row.id or members.keys() & OF_A_RUN
        if paged and (not is_run or "pagination" in members):
            for element in _elements(members["data"]):
                yield from self._rows_of(element, "page")
        elif is_run:
            self._number += 1
            yield row
        elif _of_a_recording(members):
            return
        else:
            raise no_run(value, where, GIVE)


def _values(file: TextIO) -> Iterator[str]:
    """Gives the values of a file of JSON: one a line, unless the first goes on in the next line."""
    lines: Iterator[str] = iter(file)
    first = next((line for line in lines if line.strip(WHITE)), "")
    if first and not _whole(first.strip(WHITE)):
        rest = first + file.read()
        lines = iter([] if _whole(rest.strip(WHITE)) else rest.split("\n"))
        first = next(lines, rest)
    for line in chain([first], lines):
        if value := line.strip(WHITE):
            yield value


def _of_a_recording(members: dict[str, str]) -> bool:
    """Tells whether these are the members of a scenario or a batch that came beside the runs."""
    names = members.keys() - {"of"}
    return len(names) == 1 and names <= OF_A_RECORDING


def _whole(text: str) -> bool:
    """Tells whether a text is one JSON value."""
    try:
        return _DECODER.raw_decode(text)[1] == len(text)
    except (RecursionError, ValueError):
        return False


def _elements(text: str) -> Iterator[str]:
    """Gives the texts of the elements of an array. Requires that the text is one."""
    at = _behind_white(text, 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield text[at:end]
        at = _behind_comma(text, end)


def members_of(text: str) -> dict[str, str]:
    """Gives the texts of the members of an object by their names; none of any other value."""
    out: dict[str, str] = {}
    if not text.startswith("{"):
        return out
    at = _behind_white(text, 1)
    while text[at] != "}":
        name, end = _DECODER.raw_decode(text, at)
        at = _behind_white(text, _behind_white(text, end) + 1)
        _, end = _DECODER.raw_decode(text, at)
        out[name] = text[at:end]
        at = _behind_comma(text, end)
    return out


def _behind_comma(text: str, at: int) -> int:
    at = _behind_white(text, at)
    return _behind_white(text, at + 1) if text[at] == "," else at


def _behind_white(text: str, at: int) -> int:
    while text[at] in WHITE:
        at += 1
    return at
