"""Two reads of one batch as one: its runs, and whether all of them came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from simruns import _core
from simruns.hold.completeness import BatchCompleteness

Choosing: TypeAlias = tuple[str | None, str | None]
"""The filter and the endpoint type by which runs were chosen."""


class Read(NamedTuple):
    """What one read brought of a batch."""

    pages: _core.Pages
    completeness: BatchCompleteness
    chosen: Choosing | None
    """None where it is not known."""


def joined(first: Read, more: Read) -> Read:
    """Joins two reads of one batch.

    A run that both have stands where it stood first, with its text of `more`.
    """
    pages, again = _runs_of_both(first.pages, more.pages)
    chosen = first.chosen if first.chosen == more.chosen else None
    if first.completeness.selected is None and more.completeness.selected is None:
        unseen = sum(len(read.pages) - read.completeness.received for read in (first, more))
        told = _told_of_both(
            first.completeness, more.completeness, pages, again, unseen, same=chosen is not None
        )
    else:
        told = _told_of_selections(first, more, pages)
    return Read(pages, told, chosen)


def _runs_of_both(first: _core.Pages, more: _core.Pages) -> tuple[_core.Pages, int]:
    """Gives the runs of both, and how many of them both have."""
    both = _core.Pages.joined([first, more])
    later = {run.id: number for number, run in enumerate(_runs(more), len(first)) if run.id}
    again = {run.id for run in _runs(first)} & later.keys()
    if not again:
        return both, 0
    numbers = [
        later[run.id] if run.id in again else number for number, run in enumerate(_runs(first))
    ]
    added = (n for n, run in enumerate(_runs(more), len(first)) if run.id not in again)
    return both.select([*numbers, *added]), len(again)


def _told_of_selections(first: Read, more: Read, pages: _core.Pages) -> BatchCompleteness:
    """Gives what is told of two reads of which one at least is a selection.

    Of the same read they tell the same, and a selection adds nothing to the whole of it. Of two
    reads nobody knows which runs the whole of both had.
    """
    reads = (first, more)
    plain = [_of_the_walk(read.completeness) for read in reads]
    if plain[0] == plain[1]:
        wholes = [read for read in reads if read.completeness.selected is None]
        if not wholes:
            return first.completeness.of_selection(len(pages), whole=False)
        if len(wholes[0].pages) == len(pages):
            return wholes[0].completeness
    walk = _core.Completeness(
        received=max(len(pages), *(read.completeness.received for read in reads)),
        total_first=first.completeness.total_first,
        total=more.completeness.total,
        pages=sum(read.completeness.pages for read in reads),
        requests=sum(read.completeness.requests for read in reads),
        reached_end=any(read.completeness.reached_end for read in reads),
        partial=True,
        filtered=any(read.completeness.filtered for read in reads),
        bad=sum(read.completeness.bad for read in reads),
        total_moved=any(read.completeness.total_moved for read in reads),
    )
    told = BatchCompleteness.of(first.completeness.key, walk)._replace(walk="joined")
    return told.of_selection(len(pages), whole=False)


def _of_the_walk(told: BatchCompleteness) -> BatchCompleteness:
    """Gives what is the same of all selections from one walk."""
    verdict = told.walk_verdict or told.verdict
    return told._replace(selected=None, walk_verdict=None, verdict=verdict, text=told.of_walk)


def _told_of_both(
    first: BatchCompleteness,
    more: BatchCompleteness,
    pages: _core.Pages,
    again: int,
    unseen: int,
    *,
    same: bool,
) -> BatchCompleteness:
    """Gives what one walk would tell that had brought the runs of both.

    Nothing says whether one walk began where the other ended. But if the first run and the last are
    there, then as many runs as an unmoved `total` counts are all of them. Runs that an archive
    keeps though its last walk did not bring them are `unseen`. They are not counted; and since
    nothing says which they are, their numbers could hide a gap, so that nothing is proven.
    """
    filtered = first.filtered or more.filtered
    partial = (first.partial and more.partial) or (filtered and not same)
    at_end = any(told.reached_end and told.walk != "backward" for told in (first, more))
    counted = [told for told in (first, more) if told.pages or told.received] or [first]
    totals = {total for told in counted for total in (told.total_first, told.total)}
    received = max(len(pages) - unseen, first.received, more.received)
    if unseen and received >= (counted[-1].total or 0):
        partial = True
    named = [run.batch for run in _runs(pages) if run.batch]
    walk = _core.Completeness(
        received=received,
        duplicates=first.duplicates + more.duplicates + again,
        total_first=counted[0].total_first,
        total=counted[-1].total,
        pages=first.pages + more.pages,
        requests=first.requests + more.requests,
        reached_end=at_end,
        partial=partial,
        filtered=filtered,
        guessed=first.guessed or more.guessed,
        unnamed=sum(not run.id for run in _runs(pages)),
        foreign=sum(name != named[0] for name in named),
        bad=first.bad + more.bad,
        total_moved=first.total_moved or more.total_moved or len(totals) > 1,
        sequences=None if partial else [run.sequence for run in _runs(pages)],
    )
    how = first.walk if first.walk == more.walk else "joined"
    return BatchCompleteness.of(first.key, walk)._replace(walk=how)


def _runs(pages: _core.Pages) -> Iterator[_core.Run]:
    return (pages[index] for index in range(len(pages)))
