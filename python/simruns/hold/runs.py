"""Runs in memory, as `read` gives them: to iterate again and again, and to lay out as tables."""

from __future__ import annotations

import hashlib
import json
import operator
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NoReturn, overload

from simruns import _core
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.pickling import public
from simruns.core.shown import shown_by
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.joining import Choosing, Read, joined
from simruns.hold.jsonl import write_jsonl
from simruns.hold.parquet import write_parquet
from simruns.hold.tables import Table, Tabular
from simruns.looks.reprs import verdicts_line
from simruns.request.query import BatchKey

if TYPE_CHECKING:
    import pyarrow

ROWS = "simruns.rows"
"""The key, in the metadata of a file, of what `rows_told` gives, as JSON."""
GONE = "simruns.gone"
"""The key there of the ids of the runs that the server no longer had, as JSON."""


@public
class Runs(Tabular):
    """The runs of one batch or of many, in the order in which they were asked for.

    Laid out as a table, they are a row each.
    """

    def __init__(
        self,
        walks: Sequence[tuple[BatchKey, _core.Pages]],
        *,
        completeness: Completeness | None = None,
        read_at: datetime | None = None,
        chosen: Sequence[Choosing | None] = (),
    ) -> None:
        self._pages = [pages for _, pages in walks]
        self._ends = list(accumulate(len(pages) for pages in self._pages))
        self.batches = tuple(key for key, _ in walks)
        """The references of the batches."""
        self._chosen = tuple(chosen) or (None,) * len(walks)
        completeness = completeness or Completeness(
            BatchCompleteness.of(key, pages.completeness) for key, pages in walks
        )
        super().__init__("runs", self._pages, completeness, read_at or datetime.now(timezone.utc))

    @property
    def bad_runs(self) -> list[_core.Issue]:
        """The runs that `bad="issue"` left out, each as an issue with its text."""
        return [bad for pages in self._pages for bad in pages.bad_runs]

    @cached_property
    def turns(self) -> Table:
        """The table of turns, a row a message."""
        return self._other("turns")

    @cached_property
    def criteria(self) -> Table:
        """The table of success criteria, a row a criterion."""
        return self._other("criteria")

    @cached_property
    def issues(self) -> Table:
        """The table of issues, a row for each thing that is odd about the data: where, and what."""
        return self._other("issues")

    def to_jsonl(self, path: str | os.PathLike[str]) -> None:
        """Writes a file with the own JSON of each run as a line; it is whole or not there.

        `simruns.open` reads it. It does not hold the completeness; a file of `to_parquet` does.
        """
        write_jsonl(path, self)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes a Parquet file of the table of runs, with the own JSON of each in a last column,
        `json`; it is whole or not there.

        `simruns.open` gives the runs again, their completeness, and when they were read.
        """
        with replacing(path) as temporary:
            write_parquet(self, temporary)

    def to_file_table(self) -> pyarrow.Table:
        pa = require("pyarrow", "arrow", "to_parquet")
        texts = pa.array((run.to_json() for run in self), pa.large_string())
        table = self.to_arrow().append_column("json", texts)
        return table.replace_schema_metadata({**table.schema.metadata, **self._file_metadata()})

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
        )

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[_core.Run]:
        for pages in self._pages:
            for i in range(len(pages)):
                yield pages[i]

    @overload
    def __getitem__(self, index: int) -> _core.Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[_core.Run]: ...
    def __getitem__(self, index: int | slice) -> _core.Run | list[_core.Run]:
        if isinstance(index, slice):
            return [self._at(i) for i in range(*index.indices(len(self)))]
        if not hasattr(index, "__index__"):
            kind = type(index).__name__
            raise TypeError(f"a run is found by a whole number or a slice, not by {kind}")
        index = operator.index(index)
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"run {index} of {len(self)}")
        return self._at(at)

    def __array__(self, *_: object, **__: object) -> NoReturn:
        """Refuses what would make one column of `Run` objects of `pandas.DataFrame(runs)`."""
        raise TypeError("runs are no array; give runs.to_pandas(), or list(runs)")

    def __repr__(self) -> str:
        told = verdicts_line(self)
        return f"<Runs: {self.completeness}{f'; {told}' if told else ''}>"

    _repr_html_ = shown_by("runs_html")

    def _other(self, table: str) -> Table:
        return Table(table, self._pages, self.completeness, self.read_at)

    def _file_metadata(self) -> dict[str, str]:
        told = rows_told([len(pages) for pages in self._pages], (run.id for run in self))
        return {ROWS: json.dumps(told)}

    def _reads(self) -> dict[BatchKey, Read]:
        reads = zip(self._pages, self.completeness.batches, self._chosen, strict=True)
        return {key: Read(*read) for key, read in zip(self.batches, reads, strict=True)}

    def _at(self, index: int) -> _core.Run:
        walk = bisect_right(self._ends, index)
        return self._pages[walk][index - (self._ends[walk - 1] if walk else 0)]


def rows_told(counts: Sequence[int], ids: Iterable[str]) -> dict[str, object]:
    """Gives what tells the runs of a file, in their order, from any others."""
    digest = hashlib.sha256(json.dumps(list(ids)).encode())
    return {"counts": list(counts), "ids_sha256": digest.hexdigest()}
