"""Where runs in memory are: the pages of each batch, and the order of the runs over all of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, chain, pairwise, repeat

from simruns import _core


class Held:
    """Runs of batches, one batch after another or in an order of their own. Immutable."""

    def __init__(self, walks: Sequence[_core.Pages], order: Iterable[int] | None = None) -> None:
        """`order` has the number of the batch of each run. Raises ValueError if it does not fit."""
        self.walks = tuple(walks)
        """The runs of each batch, in the order in which they stand here."""
        plain = array("L", chain.from_iterable(map(repeat, range(len(walks)), map(len, walks))))
        self.batch_of = plain if order is None else array("L", order)
        """The number of the batch of each run."""
        if order is not None and sorted(self.batch_of) != plain.tolist():
            raise ValueError("the order is one of other runs")
        self.is_mixed = self.batch_of != plain
        """Whether the runs of a batch do not all stand together, or not in its turn."""
        self.runs = self.walks[0] if len(walks) == 1 else self._in_order()
        """All runs in order."""

    def __len__(self) -> int:
        return len(self.batch_of)

    def pick(self, numbers: Sequence[int]) -> Held:
        """Gives these runs, in this order, each once."""
        if len(self.walks) == 1:
            return Held([self.walks[0].select(numbers)])
        picked: list[list[int]] = [[] for _ in self.walks]
        for number in numbers:
            picked[self.batch_of[number]].append(self._place_in_batch[number])
        walks = [walk.select(some) for walk, some in zip(self.walks, picked, strict=True)]
        return Held(walks, [self.batch_of[number] for number in numbers])

    def of_batches(self, numbers: Sequence[int]) -> Held:
        """Gives the runs of these batches."""
        if not self.is_mixed:
            return Held([self.walks[number] for number in numbers])
        new = {number: i for i, number in enumerate(numbers)}
        order = [new[number] for number in self.batch_of if number in new]
        return Held([self.walks[number] for number in numbers], order)

    def _in_order(self) -> _core.Pages:
        joined = _core.Pages.joined(list(self.walks))
        if not self.is_mixed:
            return joined
        starts = accumulate(map(len, self.walks), initial=0)
        places = [iter(range(first, end)) for first, end in pairwise(starts)]
        return joined.select([next(places[number]) for number in self.batch_of])

    @cached_property
    def _place_in_batch(self) -> array[int]:
        places = [iter(range(len(walk))) for walk in self.walks]
        return array("L", (next(places[number]) for number in self.batch_of))
