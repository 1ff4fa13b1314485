"""Runs from texts of JSON that a program has in hand."""

from __future__ import annotations

from collections.abc import Iterable

from simruns import _core
from simruns.archive.run_files import Walks, unverified
from simruns.core.errors import invalid
from simruns.core.pickling import public
from simruns.hold.runs import Runs
from simruns.request.query import BatchKey

GIVE = "give a list of texts of runs; simruns.open(path) reads a file"


@public
def read_json(texts: Iterable[str | bytes]) -> Runs:
    """Gives the runs of these texts, each the JSON of one run, in their order.

    Nothing tells whether these are all runs of their batches: their completeness is unverified, and
    their time is now. Raises `InvalidArgumentError`, which says which text it is, for what is not
    the JSON of one run.
    """
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise invalid(f"texts is of type {type(texts).__name__}; {GIVE}")
    try:
        pages = _core.Pages.read(texts, "texts")
    except ValueError as error:
        raise invalid(f"{error}; {GIVE}") from None
    keys = [_batch_of(pages[number]) for number in range(len(pages))]
    numbers: dict[BatchKey, list[int]] = {}
    for number, key in enumerate(keys):
        numbers.setdefault(key, []).append(number)
    parts = [pages] if len(numbers) == 1 else [pages.select(some) for some in numbers.values()]
    walks = list(zip(numbers, parts, strict=True))
    place = {key: number for number, key in enumerate(numbers)}
    told = unverified(walks, "texts do not tell" + _remark_on_ids(walks))
    return Runs(walks, completeness=told, order=[place[key] for key in keys])


def _batch_of(run: _core.Run) -> BatchKey:
    return BatchKey(run.project or "", run.scenario or "", run.batch or "")


def _remark_on_ids(walks: Walks) -> str:
    ids = [(key, pages[n].id) for key, pages in walks for n in range(len(pages)) if pages[n].id]
    again = len(ids) - len(set(ids))
    return f", and {again} of the runs have the id of another" if again else ""
