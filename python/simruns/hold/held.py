"""Where runs in memory are: those of each batch, and the order of the runs over all of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import TYPE_CHECKING

from simruns import _core
from simruns.core.once import once
from simruns.hold.stored import Stored, Walk, columns_together, ids_of, pages_of

if TYPE_CHECKING:
    import pyarrow


class Held:
    """Runs of batches, one batch after another or in an order of their own. Immutable."""

    def __init__(self, given: Sequence[Walk], order: Iterable[int] | None = None) -> None:
        """`order` has the number of the batch of each run. Raises ValueError if it does not fit."""
        self.given = tuple(given)
        """The runs of each batch, in the order in which they stand here."""
        plain = array("L", chain.from_iterable(map(repeat, range(len(given)), map(len, given))))
        self.batch_of = plain if order is None else array("L", order)
        """The number of the batch of each run."""
        if order is not None and sorted(self.batch_of) != plain.tolist():
            raise ValueError("the order is one of other runs")
        self.is_mixed = self.batch_of != plain
        """Whether the runs of a batch do not all stand together, or not in its turn."""

    def __len__(self) -> int:
        return len(self.batch_of)

    @property
    def walks(self) -> tuple[_core.Pages, ...]:
        """The runs of each batch, decoded from their texts where they were not yet."""
        return tuple(map(pages_of, self.given))

    @once
    def runs(self) -> _core.Pages:
        """All runs in order, decoded."""
        walks = self.walks
        return walks[0] if len(walks) == 1 else self._in_order(walks)

    @once
    def columns(self) -> pyarrow.Table | None:
        """The table of runs, if some are stored as columns: nothing has to be decoded for it."""
        if self.is_mixed or not any(isinstance(walk, Stored) for walk in self.given):
            return None
        return columns_together(self.given)

    @once
    def ids(self) -> list[str]:
        """The ids of the runs in order, with an empty text for one without."""
        if self.is_mixed:
            return [run.id for run in self.runs[:]]
        return list(chain.from_iterable(map(ids_of, self.given)))

    @property
    def verdicts(self) -> Iterable[str]:
        """The verdicts of the runs in order."""
        if self.columns is None:
            return (run.verdict for run in self.runs[:])
        verdicts: list[str] = self.columns["verdict"].to_pylist()
        return verdicts

    def pick(self, numbers: Sequence[int]) -> Held:
        """Gives these runs, in this order, each once."""
        if len(self.given) == 1:
            return Held([self.runs.select(numbers)])
        picked: list[list[int]] = [[] for _ in self.given]
        for number in numbers:
            picked[self.batch_of[number]].append(self._place_in_batch[number])
        walks = [walk.select(some) for walk, some in zip(self.walks, picked, strict=True)]
        return Held(walks, [self.batch_of[number] for number in numbers])

    def of_batches(self, numbers: Sequence[int]) -> Held:
        """Gives the runs of these batches."""
        if not self.is_mixed:
            return Held([self.given[number] for number in numbers])
        new = {number: i for i, number in enumerate(numbers)}
        order = [new[number] for number in self.batch_of if number in new]
        return Held([self.given[number] for number in numbers], order)

    def _in_order(self, walks: Sequence[_core.Pages]) -> _core.Pages:
        joined = _core.Pages.joined(list(walks))
        if not self.is_mixed:
            return joined
        starts = accumulate(map(len, walks), initial=0)
        places = [iter(range(first, end)) for first, end in pairwise(starts)]
        return joined.select([next(places[number]) for number in self.batch_of])

    @once
    def _place_in_batch(self) -> array[int]:
        places = [iter(range(len(walk))) for walk in self.given]
        return array("L", (next(places[number]) for number in self.batch_of))
