"""Scenarios and batches as they are listed: collections, and laid out as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.core.lines import visible
from simruns.core.pickling import Shared, public
from simruns.core.shown import shown_by
from simruns.hold.completeness import Completeness
from simruns.hold.tables import nullable
from simruns.hold.told import BatchInfo, ScenarioInfo
from simruns.looks.reprs import listing_text

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

T = TypeVar("T", bound=ScenarioInfo | BatchInfo)
S = TypeVar("S", bound=ScenarioInfo)

_JSON = object()
"""The type of a column of JSON texts, as they came."""
_Columns = Mapping[str, object]


class Listing(Sequence[T], Shared, Generic[T]):
    """What one listing gave, in the server's order. It never changes."""

    _columns: ClassVar[_Columns] = {}
    _noun: ClassVar[str] = ""

    def __init__(self, entries: Sequence[T], completeness: Completeness) -> None:
        self._entries = tuple(entries)
        self.completeness = completeness
        """Whether the listing has all that the server counted."""

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int | str) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | str | slice) -> T | list[T]:
        if isinstance(index, slice):
            return list(self._entries[index])
        if isinstance(index, str):
            return self._named(index)
        return self._entries[index]

    def __contains__(self, thing: object) -> bool:
        """Whether this is one of them, or the exact reference or name of one."""
        if isinstance(thing, str):
            return any(thing in (one.reference, one.name) for one in self)
        return thing in self._entries

    def _named(self, text: str) -> T:
        """Gives the one with this reference, or else the only one with this name."""
        for one in self:
            if one.reference == text:
                return one
        found = [one for one in self if one.name == text]
        if len(found) == 1:
            return found[0]
        if found:
            references = " and ".join(visible(one.reference) for one in found)
            raise invalid(
                f"{len(found)} {self._noun} have the name {_quoted(text)}: {references}; "
                "give a reference",
                field=self._field,
            )
        raise invalid(self._none_named(text), field=self._field)

    def to_arrow(self) -> pyarrow.Table:
        """Gives a `pyarrow.Table`, a row each."""
        pa = require("pyarrow", "arrow", "to_arrow")
        types: dict[object, Any] = {int: pa.int64(), datetime: pa.timestamp("ms", "UTC")}
        fields = [(name, types.get(kind, pa.string())) for name, kind in self._columns.items()]
        return pa.table(self._values(), schema=pa.schema(fields))

    def to_pandas(self) -> pandas.DataFrame:
        """Gives a `pandas.DataFrame` of nullable types, a row each."""
        pd = require("pandas", "pandas", "to_pandas")
        require("pyarrow", "pandas", "to_pandas")
        frame: pandas.DataFrame = self.to_arrow().to_pandas(types_mapper=nullable(pd))
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Gives a `polars.DataFrame`, a row each."""
        pl = require("polars", "polars", "to_polars")
        types: dict[object, Any] = {int: pl.Int64(), datetime: pl.Datetime("ms", "UTC")}
        schema = {name: types.get(kind, pl.String()) for name, kind in self._columns.items()}
        frame: polars.DataFrame = pl.DataFrame(self._values(), schema=schema)
        return frame

    def __repr__(self) -> str:
        return listing_text(self)

    _repr_html_ = shown_by("listing_html")

    @property
    def _field(self) -> str:
        return "scenario" if self._noun == "scenarios" else "batch"

    def _none_named(self, text: str) -> str:
        names = {name for one in self for name in (one.reference, one.name) if name}
        near = get_close_matches(text, sorted(names), 3, 0.5)
        there = f"there are {len(self)} {self._noun}"
        hint = f"did you mean {' or '.join(map(_quoted, near))}?" if near else there
        return f"no {self._field} has the reference or the name {_quoted(text)}; {hint}"

    def _values(self) -> dict[str, list[Any]]:
        return {
            name: [_cell(one, name, kind) for one in self] for name, kind in self._columns.items()
        }


@public
class Scenarios(Listing[S], Generic[S]):
    """The scenarios of a project, as `client.scenarios()` gives them: a sequence of `Scenario`.

    `scenarios["a name or a reference"]` gives one. As a table, they are a row each.
    """

    _noun = "scenarios"
    _columns: ClassVar[_Columns] = {
        **dict.fromkeys(["project", "scenario", "name", "persona_name", "persona", "mission"], str),
        "success_criteria": _JSON,
        "max_turns": int,
        "timeout": int,
        "created_at": datetime,
        "created_by": str,
        "last_changed": datetime,
        "last_changed_by": str,
        "updated_at": datetime,
        "updated_by": str,
        "next_scheduled_run": datetime,
        **dict.fromkeys(
            ["organisation", "id", "ai_agent_reference", "ai_agent", "flow_reference", "flow",
             "job_node"], str,
        ),
        "extra": _JSON,
    }  # fmt: skip


@public
class Batches(Listing[BatchInfo]):
    """Batches of a scenario, as `scenario.batches()` gives them: a sequence of `BatchInfo`.

    The newest is the first. `client.batches(these)` reads their runs.
    """

    _noun = "batches"
    _columns: ClassVar[_Columns] = {
        **dict.fromkeys(
            ["project", "scenario", "batch", "scenario_name", "name", "status", "state"], str
        ),
        **dict.fromkeys(["runs", "completed_runs", "failed_runs", "settled_runs"], int),
        **dict.fromkeys(["created_at", "started_at", "completed_at"], datetime),
        "id": str,
        "extra": _JSON,
    }


def _quoted(text: str) -> str:
    """Gives a text for a message: it may be as long as the server likes."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _cell(one: Any, name: str, kind: Any) -> Any:
    if kind is not _JSON:
        return getattr(one, name)
    if name == "success_criteria":
        return one._told.success_criteria_json
    members = (f"{json.dumps(key)}:{text}" for key, text in one._told.extra_json.items())
    return "{" + ",".join(members) + "}" if one._told.extra_json else None
