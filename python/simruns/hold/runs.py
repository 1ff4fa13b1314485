"""Runs in memory, as `read` gives them: a collection, and laid out as tables."""

from __future__ import annotations

import hashlib
import json
import operator
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from itertools import groupby
from typing import TYPE_CHECKING, Any, NoReturn, overload

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.once import once
from simruns.core.pickling import public
from simruns.core.shown import later, shown_by
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.held import Held
from simruns.hold.joining import Choosing, Read, joined
from simruns.hold.jsonl import write_jsonl
from simruns.hold.parquet import write_parquet
from simruns.hold.selection import By, Condition, matching, ordered, sampled
from simruns.hold.stored import StoredTable, Walk
from simruns.hold.tables import Built, Table, Tabular, Where
from simruns.hold.told import ScenarioInfo
from simruns.looks.reprs import verdicts_line
from simruns.request.query import BatchKey

if TYPE_CHECKING:
    import matplotlib.axes
    import pyarrow
    from typing_extensions import Self

    from simruns.plots.sheet import Plot

ROWS = "simruns.rows"
"""The key, in the metadata of a file, of what `rows_told` gives, as JSON."""
GONE = "simruns.gone"
"""The key there of the ids of the runs that the server no longer had, as JSON."""
NAMES = "simruns.names"
"""The key there of the names of scenarios, as JSON."""
SCENARIOS = "simruns.scenarios"
"""The key there of what the server says of scenarios: their texts by project and reference."""


@public
class Runs(Tabular):
    """The runs of one batch or of many, in the order in which they were asked for.

    A collection that never changes: `len`, iteration, `runs[0]`, `runs["the id of a run"]`, `in`.
    What chooses runs gives `Runs` again, which share the memory of these: `runs[:5]`, `head`,
    `where`, `sort`, `sample`, `by_batch`, `by_scenario` and `+`. The completeness of a selection is
    that of the reads that it came from, and says that it is a selection.

    Laid out as a table, they are a row each.
    """

    def __init__(
        self,
        walks: Sequence[tuple[BatchKey, Walk]],
        *,
        completeness: Completeness | None = None,
        read_at: datetime | None = None,
        chosen: Sequence[Choosing | None] = (),
        order: Iterable[int] | None = None,
        names: Mapping[str, str] | None = None,
        scenarios: Mapping[str, ScenarioInfo] | None = None,
    ) -> None:
        self._held = Held([pages for _, pages in walks], order)
        self.batches = tuple(key for key, _ in walks)
        """The references of the batches, also of those of which no run is here."""
        self._chosen = tuple(chosen) or (None,) * len(walks)
        self._scenarios = {ref: one._plain() for ref, one in (scenarios or {}).items()}
        told = {ref: one.name for ref, one in self._scenarios.items() if one.name is not None}
        self.names = told if names is None else dict(names)
        completeness = completeness or Completeness(
            BatchCompleteness.of(key, pages.completeness) for key, pages in walks
        )
        read_at = read_at or datetime.now(timezone.utc)
        super().__init__("runs", completeness, read_at)

    @property
    def _walks(self) -> list[_core.Pages]:
        return [self._held.runs]

    def _built_of(self, names: list[str]) -> Built:
        columns = self._held.columns
        if columns is None:
            return super()._built_of(names)
        return StoredTable(columns, self._metadata, names, self._scenario_names)

    @property
    def names(self) -> dict[str, str]:
        """The names of scenarios by their references, which a notebook, `transcripts` and the
        column `scenario_name` show.

        Runs have no names: there are those of `scenarios`, until you put others here. Whatever is
        made of these runs has them, too.
        """
        return self._names

    @names.setter
    def names(self, names: dict[str, str]) -> None:
        if not isinstance(names, dict) or not all(
            isinstance(text, str) for each in names.items() for text in each
        ):
            raise invalid("names is no dict of texts; give {reference: name}", field="names")
        self._names = dict(names)

    @property
    def scenarios(self) -> dict[str, ScenarioInfo]:
        """What the server says of the scenarios, by their references: persona, mission, criteria.

        There are those that were listed on the way to these runs, as by `client.latest()`.
        """
        return dict(self._scenarios)

    @property
    def _scenario_names(self) -> dict[str, str]:
        return {_sound(reference): _sound(name) for reference, name in self._names.items()}

    @property
    def bad_runs(self) -> list[_core.Issue]:
        """The runs that `bad="issue"` left out of the reads, each as an issue with its text."""
        return [bad for walk in self._held.given for bad in walk.bad_runs]

    @property
    def turns(self) -> Table:
        """The table of turns, a row a message."""
        return Table("turns", self)

    @property
    def criteria(self) -> Table:
        """The table of success criteria, a row a criterion."""
        return Table("criteria", self)

    @property
    def issues(self) -> Table:
        """The table of issues, a row for each thing that is odd about the data: where, and what.

        Of a whole read, bad runs that were left out have a row, too; of a selection, its runs only.
        """
        return Table("issues", self)

    def to_jsonl(self, path: str | os.PathLike[str]) -> None:
        """Writes a file with the own JSON of each run as a line; it is whole or not there.

        `simruns.open` reads it. It does not hold the completeness; a file of `to_parquet` does.
        """
        write_jsonl(path, self)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes a Parquet file of the table of runs, with the own JSON of each in a last column,
        `json`; it is whole or not there.

        `simruns.open` gives the runs again, their completeness, and when they were read; not
        `bad_runs`, of which the completeness keeps the number.
        """
        with replacing(path) as temporary:
            write_parquet(self, temporary)

    def _file_table(self) -> pyarrow.Table:
        pa = require("pyarrow", "arrow", "to_parquet")
        texts = pa.array((run.to_json() for run in self), pa.large_string())
        table = self.to_arrow().append_column("json", texts)
        return table.replace_schema_metadata({**table.schema.metadata, **self._file_metadata()})

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> Plot:
        """Draws how often each scenario succeeds, with its limits, worst first (`simruns[plots]`).

        It is `simruns.plots.scenarios(runs, ax)`: on the Axes `ax`, or on a new figure; `table` of
        what comes back is a frame of what is drawn.
        """
        plot: Plot = later("plots", "scenarios")(self, ax)
        return plot

    def head(self, n: int = 5) -> Self:
        """Gives the first n runs, or all if there are fewer."""
        return self[: checks.count("n", n, 0)]

    def where(self, condition: Condition | None = None, /, **attributes: object) -> Self:
        """Gives the runs for which all is true that is asked, in their order.

        `condition` is a function of a run. `attributes` are those of a run, each with its value, or
        with several values in a list or set, of which one is enough; None is that of a run without.
        It is what the run itself says: one that does not name its scenario is not found by
        `scenario=`, though `by_scenario` has it. A value that no run could have is refused.

            runs.where(verdict=["failure", "agent_error"], endpoint_type="rest")
            runs.where(lambda run: len(run.turns) > 20, verdict="success")
        """
        return self._pick(matching(self, condition, attributes))

    def sort(self, by: By | Sequence[By], *, descending: bool = False) -> Self:
        """Gives the runs in another order.

        `by` is the name of an attribute, a function of a run, or a list of these, of which the
        first counts most. Equal runs keep their order; those without a value come last. Verdicts
        and the other words that the contract names stand in its order, `success` first.
        """
        return self._pick(ordered(self, by, descending=descending))

    def sample(self, n: int, *, seed: int | None = None) -> Self:
        """Gives n runs that chance chooses, none twice, in their order; the same for a seed."""
        return self._pick(sampled(len(self), n, seed))

    def by_batch(self) -> dict[BatchKey, Self]:
        """Gives the runs of each batch, with its own completeness."""
        return {key: self._of_batches([number]) for number, key in enumerate(self.batches)}

    def by_scenario(self) -> dict[str, Self]:
        """Gives the runs of each scenario, by its reference: those of all its batches."""
        numbers: dict[str, list[int]] = {}
        for number, key in enumerate(self.batches):
            numbers.setdefault(key.scenario, []).append(number)
        return {scenario: self._of_batches(some) for scenario, some in numbers.items()}

    def __add__(self, more: Runs) -> Runs:
        """Joins two reads into one, as of a batch whose read had failed, and of its rest.

        A run that both have is there once, with its text of `more`. The completeness of a batch
        that both have is that of one walk which had brought all of it:

            try:
                runs = batch.read()
            except simruns.RequestError as error:
                runs = error.runs + batch.read(start_at=error.position)
        """
        if not isinstance(more, Runs):
            return NotImplemented
        reads = self._reads()
        for key, read in more._reads().items():
            reads[key] = joined(reads[key], read) if key in reads else read
        return Runs(
            [(key, read.pages) for key, read in reads.items()],
            completeness=Completeness(read.completeness for read in reads.values()),
            read_at=max(self.read_at, more.read_at),
            chosen=[read.chosen for read in reads.values()],
            order=self._order_before(more, list(reads)),
            names={**self.names, **more.names},
            scenarios={**self._scenarios, **more._scenarios},
        )

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[_core.Run]:
        return map(self._held.runs.__getitem__, range(len(self)))

    @overload
    def __getitem__(self, index: int | str) -> _core.Run: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | str | slice) -> _core.Run | Self:
        if isinstance(index, slice):
            return self._pick(range(*index.indices(len(self))))
        if isinstance(index, str):
            return self._held.runs[self._number_of(index)]
        if not hasattr(index, "__index__"):
            kind = type(index).__name__
            raise TypeError(f"a run is found by a whole number, its id, or a slice, not by {kind}")
        index = operator.index(index)
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"run {index} of {len(self)}")
        return self._held.runs[at]

    def __contains__(self, run: object) -> bool:
        """Whether there is a run with this id, or one that is equal to this run."""
        if isinstance(run, _core.Run):
            return any(self._held.runs[number] == run for number in self._numbers.get(run.id, ()))
        return isinstance(run, str) and run != "" and run in self._numbers

    def __eq__(self, other: object) -> bool:
        """Whether these are equal runs in the same order, whatever is told of their reads."""
        if not isinstance(other, Runs):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))

    def __hash__(self) -> int:
        return hash((len(self), self._held.ids[0] if len(self) else ""))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._restored, (self.batches, self._held.walks, self._told())

    @classmethod
    def _restored(
        cls, batches: Sequence[BatchKey], walks: Sequence[_core.Pages], told: dict[str, Any]
    ) -> Self:
        """Makes runs again from what a pickle holds."""
        try:
            runs = cls(list(zip(batches, walks, strict=True)), **told)
            fits = runs.batches == tuple(batch.key for batch in runs.completeness.batches)
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise invalid("this is no pickle of runs, or a damaged one") from error
        if not fits:
            raise invalid("this is a pickle of runs with the completeness of others")
        return runs

    def __array__(self, *_: object, **__: object) -> NoReturn:
        """Refuses what would make one column of `Run` objects of `pandas.DataFrame(runs)`."""
        raise TypeError("runs are no array; give runs.to_pandas(), or list(runs)")

    def __repr__(self) -> str:
        told = verdicts_line(self._held.verdicts)
        return f"<Runs: {self.completeness}{f'; {told}' if told else ''}>"

    _repr_html_ = shown_by("runs_html")

    def _told(self) -> dict[str, Any]:
        """Gives what the constructor takes beside the runs."""
        return {
            "completeness": self.completeness,
            "read_at": self.read_at,
            "chosen": self._chosen,
            "order": list(self._held.batch_of) if self._held.is_mixed else None,
            "names": self.names,
            "scenarios": self._scenarios,
        }

    def _of(self, where: Where) -> Self:
        return self.where(**where) if isinstance(where, Mapping) else self.where(where)

    def _file_metadata(self) -> dict[str, str]:
        order = self._held.batch_of if self._held.is_mixed else None
        counts = [len(walk) for walk in self._held.given]
        told = rows_told(counts, self._held.ids, order)
        names = {NAMES: json.dumps(self.names)} if self.names else {}
        texts = {ref: [one.project, one.to_json()] for ref, one in self._scenarios.items()}
        scenarios = {SCENARIOS: json.dumps(texts)} if texts else {}
        return {ROWS: json.dumps(told), **names, **scenarios}

    def _reads(self) -> dict[BatchKey, Read]:
        reads = zip(self._held.walks, self.completeness.batches, self._chosen, strict=True)
        return {key: Read(*read) for key, read in zip(self.batches, reads, strict=True)}

    def _pick(self, numbers: Sequence[int]) -> Self:
        """Gives these runs, in this order, each once, as a selection."""
        held = self._held.pick(numbers)
        told = [
            batch.of_selection(len(some), whole=len(some) == len(all_of_it))
            for batch, some, all_of_it in zip(
                self.completeness.batches, held.given, self._held.given, strict=True
            )
        ]
        return self._made_of(held, range(len(self.batches)), told)

    def _of_batches(self, numbers: Sequence[int]) -> Self:
        told = [self.completeness.batches[number] for number in numbers]
        return self._made_of(self._held.of_batches(numbers), numbers, told)

    def _made_of(
        self, held: Held, numbers: Sequence[int], batches: Sequence[BatchCompleteness]
    ) -> Self:
        """Gives runs of these, which are of the batches with these numbers."""
        keys = [self.batches[number] for number in numbers]
        told = {
            **self._told(),
            "completeness": Completeness(batches),
            "chosen": [self._chosen[number] for number in numbers],
            "order": held.batch_of if held.is_mixed else None,
        }
        return type(self)(list(zip(keys, held.given, strict=True)), **told)

    def _without(self, scenarios: Collection[str]) -> Self:
        """Gives the runs of the batches of other scenarios."""
        kept = [n for n, key in enumerate(self.batches) if key.scenario not in scenarios]
        return self if len(kept) == len(self.batches) else self._of_batches(kept)

    def _order_before(self, more: Runs, batches: list[BatchKey]) -> list[int] | None:
        """Gives the order with the runs of `more` behind these; None if it is the usual one."""
        if not (self._held.is_mixed or more._held.is_mixed):
            return None
        numbers = [batches.index(key) for key in more.batches]
        added = (
            numbers[batch]
            for batch, run_id in zip(more._held.batch_of, more._held.ids, strict=True)
            if not (run_id and self._has(run_id, more.batches[batch]))
        )
        return [*self._held.batch_of, *added]

    def _has(self, run_id: str, key: BatchKey) -> bool:
        batch_of = self._held.batch_of
        return any(self.batches[batch_of[i]] == key for i in self._numbers.get(run_id, ()))

    def _number_of(self, run_id: str) -> int:
        found = self._numbers.get(run_id, []) if run_id else []
        if not found:
            raise KeyError(f"no run has the id {run_id!r}")
        if len(found) > 1:
            raise KeyError(
                f"{len(found)} runs have the id {run_id!r}; runs.where(id={run_id!r}) gives them, "
                "and runs.by_batch() the runs of each batch"
            )
        return found[0]

    @once
    def _numbers(self) -> dict[str, list[int]]:
        """The numbers of the runs by their ids."""
        numbers: dict[str, list[int]] = {}
        for number, run_id in enumerate(self._held.ids):
            numbers.setdefault(run_id, []).append(number)
        return numbers


def _sound(text: str) -> str:
    """Gives a text that UTF-8 can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def rows_told(
    counts: Sequence[int], ids: Iterable[str], order: Iterable[int] | None = None
) -> dict[str, object]:
    """Gives what tells the runs of a file, in their order, from any others.

    `order`, which has the number of the batch of each, is kept as [number, how often in a row].
    """
    digest = hashlib.sha256(json.dumps(list(ids)).encode())
    told: dict[str, object] = {"counts": list(counts), "ids_sha256": digest.hexdigest()}
    if order is not None:
        told["order"] = [[number, sum(1 for _ in some)] for number, some in groupby(order)]
    return told
