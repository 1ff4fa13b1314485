"""What every result of analysis can do: give its numbers, as frames, and show itself."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    NamedTuple,
    TypeAlias,
    get_args,
    get_type_hints,
)

from simruns.core.extras import require
from simruns.core.pickling import Shared
from simruns.core.shown import shown_by
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.reprs import plain_table
from simruns.looks.texts import one_line, took

if TYPE_CHECKING:
    import pandas
    from typing_extensions import Self

DASH = "–"
"""Stands for a number that is not there."""
LISTED = 20
"""Rows of a table that are shown."""


Names: TypeAlias = Mapping[str, str | None]
"""The names that fields have among the numbers, where these are others; None is not among them."""


class Shown(NamedTuple):
    """A table to be looked at."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1
    """How many of the first columns are texts; the others are numbers."""
    more: str = ""
    """What stands below it."""


class View(NamedTuple):
    """A result to be looked at, in a terminal and in a notebook."""

    title: str
    verdict: tuple[str, str] | None
    """A word, and its tone: "good", "bad" or "odd"."""
    sentences: Sequence[str]
    tables: Sequence[Shown]
    hint: str = ""


class Asked(NamedTuple):
    """What a result answers."""

    question: str
    """The name of the function that was asked."""
    options: dict[str, JSONValue]
    """All of its options, also those that were not given."""
    new: Runs
    """The runs that were asked about."""
    old: Runs | None
    """The runs that they were held against."""


@dataclass(frozen=True, repr=False)
class Result(Shared, ABC):
    """A result of analysis. Numbers that are not defined are None; `reasons` says why."""

    _names: ClassVar[Names] = {}

    reasons: dict[str, str] = field(kw_only=True, default_factory=dict)
    """Why numbers are None, by their names."""
    _asked: ClassVar[Asked | None] = None
    """What it answers; None of a result that does not know its runs."""

    def numbers(self) -> dict[str, JSONValue]:
        """Gives all numbers by their names, flat and fit for JSON: `these.low`."""
        return dict(_flat(self, ""))

    def to_frames(self) -> dict[str, pandas.DataFrame]:
        """Gives pandas frames: a row for each scenario, criterion and the like, and `numbers`,
        which has all that is a single number.
        """
        pd = require("pandas", "analysis", "to_frames")
        frames = {}
        hints = get_type_hints(type(self))
        for each in fields(self):
            value, name = getattr(self, each.name), _name_of(self, each.name)
            if name is None or not isinstance(value, Mapping):
                continue
            rows = [{name: key, **_row(one)} for key, one in value.items()]
            frames[name] = pd.DataFrame(rows, columns=[name, *_columns(hints[each.name])])
        single = {n: value for n, value in self._single().items() if not isinstance(value, list)}
        values = pd.Series(list(single.values()), dtype=object)  # whole numbers stay such
        frames["numbers"] = pd.DataFrame({"name": list(single), "value": values})
        return frames

    def to_frame(self) -> pandas.DataFrame:
        """Gives the main one of `to_frames`."""
        return self.to_frames()[self._main]

    _main = "numbers"

    def _single(self) -> dict[str, JSONValue]:
        """Gives the numbers that are in no row of a frame of its own."""
        in_rows = dict(_flat(self, "")).keys() - dict(_flat(self, "", deep=False)).keys()
        return {name: value for name, value in self.numbers().items() if name not in in_rows}

    def seal(self, path: str | os.PathLike[str]) -> str:
        """Writes a file that ties these numbers to these runs, and gives its digest.

        It has the question with its options, the digest of each run's own text, and the numbers.
        `simruns.verify` holds runs against it. The file is whole or not there. Runs of which two
        have one id are refused, and so is a result that does not know its runs, as after a pickle.
        For this, a result keeps its runs in memory as long as it is there itself.
        """
        from simruns.analysis.seal import write_seal

        return write_seal(path, self)

    def __getstate__(self) -> dict[str, Any]:
        # Without `_asked`: a pickle of a result is not one of its runs.
        return {name: value for name, value in vars(self).items() if name[0] != "_"}

    def _answering(self, asked: Asked) -> Self:
        """Remembers what it answers."""
        object.__setattr__(self, "_asked", asked)
        return self

    @abstractmethod
    def _view(self) -> View:
        """Gives what is shown of it."""

    def __repr__(self) -> str:
        return text_of(self._view())

    _repr_html_ = shown_by("result_html")


def text_of(view: View) -> str:
    """Gives a result as text for a terminal."""
    head = f"{view.title}: {view.verdict[0]}" if view.verdict else view.title
    parts = ["\n".join([head, *view.sentences])]
    for table in view.tables:
        rows = [[one_line(cell, 48) if i < table.texts else cell for i, cell in enumerate(row)]
                for row in table.rows]  # fmt: skip
        lines = plain_table(table.heads, rows, texts=table.texts)
        parts.append("\n".join(filter(None, [table.caption, *lines, table.more])))
    return "\n\n".join([*parts, *([view.hint] if view.hint else [])])


def number(value: float | None, digits: int = 2) -> str:
    """Gives a number for people."""
    return DASH if value is None else f"{value:,.{digits}f}"


def between(low: float | None, high: float | None) -> str:
    """Gives limits for people: 0.66 to 0.78."""
    return DASH if low is None or high is None else f"{number(low)} to {number(high)}"


def signed(value: float | None) -> str:
    """Gives a difference for people."""
    return DASH if value is None else f"{round(value, 2) + 0.0:+.2f}"


def signed_between(low: float | None, high: float | None) -> str:
    """Gives the limits of a difference for people: -0.13 to +0.09."""
    return DASH if low is None or high is None else f"{signed(low)} to {signed(high)}"


def probability(value: float | None) -> str:
    """Gives a p value for people."""
    if value is None:
        return DASH
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def length(value: float | None) -> str:
    """Gives a quantile of numbers of messages for people: 23, 22.5."""
    return number(value, 0 if value is None or value == int(value) else 1)


def span(milliseconds: float | None) -> str:
    """Gives a quantile of times for people."""
    return DASH if milliseconds is None else took(round(milliseconds))


def percent(confidence: float) -> str:
    """Gives a confidence for people: 95%."""
    return f"{100 * confidence:.7g}%"


def label(names: Mapping[str, str | None], reference: str) -> str:
    """Gives the name of a scenario; its reference where it has none, both where others have it."""
    name = names.get(reference)
    if not name:
        return reference
    return name if [*names.values()].count(name) == 1 else f"{name} [{reference}]"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Gives names for people, the first few of many."""
    shown = ", ".join(one_line(name, 48) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def numbers_of(thing: Any, prefix: str) -> dict[str, JSONValue]:
    """Gives the numbers of a part of a result, by their names behind `prefix`."""
    return dict(_flat(thing, prefix))


def _name_of(thing: Any, field: str) -> str | None:
    """Gives the name that a field has among the numbers."""
    names: Names = getattr(thing, "_names", {})
    return None if field == "reasons" else names.get(field, field)


def _flat(thing: Any, prefix: str, *, deep: bool = True) -> Iterator[tuple[str, JSONValue]]:
    for each in fields(thing):
        name, value = _name_of(thing, each.name), getattr(thing, each.name)
        if name is None:
            continue
        yield from _told(prefix + name if name else prefix[:-1], value, deep=deep)


def _told(name: str, value: Any, *, deep: bool) -> Iterator[tuple[str, JSONValue]]:
    if is_dataclass(value):
        yield from _flat(value, f"{name}.", deep=deep)
    elif isinstance(value, Mapping):
        if deep or not any(map(is_dataclass, value.values())):
            for key, one in value.items():
                yield from _told(f"{name}{'' if name[-1:] in '^@' else '.'}{key}", one, deep=deep)
    elif isinstance(value, tuple | list):
        yield name, list(value)
    else:
        yield name, value


def _row(one: Any) -> dict[str, JSONValue]:
    if not is_dataclass(one):
        return {"value": one}
    return {name or "rate": value for name, value in _flat(one, "")}


def _columns(mapping: Any) -> list[str]:
    """Gives the columns of a frame of a mapping of this type, whose rows are `_row`s."""
    of = get_args(mapping)[1]
    if not is_dataclass(of):
        return ["value"]
    names = [_name_of(of, each.name) for each in fields(of)]
    return [name or "rate" for name in names if name is not None]
