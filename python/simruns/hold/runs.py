"""Runs in memory, as `read` gives them: to iterate again and again, and to lay out as tables."""

from __future__ import annotations

import operator
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from functools import cached_property
from itertools import accumulate
from typing import NoReturn, overload

from simruns import _core
from simruns.core.pickling import public
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.jsonl import write_jsonl
from simruns.hold.tables import Table, Tabular
from simruns.request.query import BatchKey


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
    ) -> None:
        self._pages = [pages for _, pages in walks]
        self._ends = list(accumulate(len(pages) for pages in self._pages))
        self.batches = tuple(key for key, _ in walks)
        """The references of the batches."""
        self.completeness = completeness or Completeness(
            BatchCompleteness.of(key, pages.completeness) for key, pages in walks
        )
        self.read_at = read_at or datetime.now(timezone.utc)
        """When the last page came, in UTC."""
        super().__init__("runs", self._pages, self.completeness)

    @cached_property
    def turns(self) -> Table:
        """The table of turns, a row a message."""
        return Table("turns", self._pages, self.completeness)

    @cached_property
    def criteria(self) -> Table:
        """The table of success criteria, a row a criterion."""
        return Table("criteria", self._pages, self.completeness)

    @cached_property
    def issues(self) -> Table:
        """The table of issues, a row for each thing that is odd about the data: where, and what."""
        return Table("issues", self._pages, self.completeness)

    def to_jsonl(self, path: str | os.PathLike[str]) -> None:
        """Writes a file with the own JSON of each run as a line; it is whole or not there."""
        write_jsonl(path, self)

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
        return f"<Runs: {self.completeness}>"

    def _at(self, index: int) -> _core.Run:
        walk = bisect_right(self._ends, index)
        return self._pages[walk][index - (self._ends[walk - 1] if walk else 0)]
