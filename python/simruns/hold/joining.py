"""Two reads of one batch as one: its runs, and whether all of them came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from simruns import _core
from simruns.hold.completeness import BatchCompleteness, joined_doubts
from simruns.hold.witness import Witness

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
            first.completeness, more.completeness, pages, again, unseen,
            bad=_bad_of_both(first, more, pages), same=chosen is not None,
        )  # fmt: skip
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


def _bad_of_both(first: Read, more: Read, pages: _core.Pages) -> int:
    """Gives the number of bad runs: each counts once, but of those that a file does not keep
    nothing says which they are.
    """
    lost = sum(max(read.completeness.bad - len(read.pages.bad_runs), 0) for read in (first, more))
    return len(pages.bad_runs) + lost


def _totals(reads: Sequence[BatchCompleteness]) -> tuple[int | None, int | None]:
    """Gives what the server counted first and last; a read without a total says nothing of it."""
    totals = [(told.total_first, told.total) for told in reads]
    known = [total for both in totals for total in both if total is not None]
    return (known[0], known[-1]) if known else (None, None)


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
            return plain[0].of_selection(len(pages), whole=_are_all(pages, plain[0]))
        if len(wholes[0].pages) == len(pages):
            return wholes[0].completeness
    total_first, total = _totals(plain)
    walk = _core.Completeness(
        received=max(len(pages), *(read.completeness.received for read in reads)),
        total_first=total_first,
        total=total,
        pages=sum(read.completeness.pages for read in reads),
        requests=sum(read.completeness.requests for read in reads),
        reached_end=any(read.completeness.reached_end for read in reads),
        partial=True,
        filtered=any(read.completeness.filtered for read in reads),
        bad=_bad_of_both(first, more, pages),
        total_moved=any(read.completeness.total_moved for read in reads),
    )
    walk.witness = _witness_of_both(first.completeness, more.completeness)
    told = BatchCompleteness.of(first.completeness.key, walk)._replace(walk="joined")
    doubt = joined_doubts(*(read.completeness.doubt for read in reads))
    return told.doubted(doubt).of_selection(len(pages), whole=False)


def _are_all(pages: _core.Pages, told: BatchCompleteness) -> bool:
    """Whether these are all runs that one walk brought, by their numbers.

    Two walks of which the same is told may have brought unlike runs, so that as many as came are
    all of them only where their numbers are those from one on.
    """
    numbers = {run.sequence for run in _runs(pages)}
    return (
        told.missing == 0
        and len(pages) == told.received
        and numbers == {*range(1, told.received + 1)}
    )


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
    bad: int,
    same: bool,
) -> BatchCompleteness:
    """Gives what one walk would tell that had brought the runs of both.

    Nothing says whether one walk began where the other ended. But if the first run and the last are
    there, then as many runs as an unmoved `total` counts are all of them. Runs that an archive
    keeps though its last walk did not bring them are `unseen`. They are not counted; and since
    nothing says which they are, their numbers could hide a gap, so that nothing is proven. Nor is
    it where the server did not count the runs of one read, as of texts.
    """
    filtered = first.filtered or more.filtered
    partial = (first.partial and more.partial) or (filtered and not same)
    at_end = any(told.reached_end and told.walk != "backward" for told in (first, more))
    counted = [told for told in (first, more) if told.pages or told.received] or [first]
    totals = [(told.total_first, told.total) for told in counted]
    known = {total for both in totals for total in both if total is not None}
    total_first, total = _totals(counted)
    received = max(len(pages) - unseen, first.received, more.received)
    doubt = joined_doubts(first.doubt, more.doubt)
    uncounted = known and any(told.total is None for told in counted)
    if doubt or uncounted or (unseen and received >= (total or 0)):
        partial = True
    named = [run.batch for run in _runs(pages) if run.batch]
    walk = _core.Completeness(
        received=received,
        duplicates=first.duplicates + more.duplicates + again,
        total_first=total_first,
        total=total,
        pages=first.pages + more.pages,
        requests=first.requests + more.requests,
        reached_end=at_end,
        partial=partial,
        filtered=filtered,
        guessed=first.guessed or more.guessed,
        unnamed=sum(not run.id for run in _runs(pages)),
        foreign=sum(name != named[0] for name in named),
        bad=bad,
        total_moved=first.total_moved or more.total_moved or len(known) > 1,
        sequences=None if partial else [run.sequence for run in _runs(pages)],
    )
    walk.witness = _witness_of_both(first, more)
    how = first.walk if first.walk == more.walk else "joined"
    return BatchCompleteness.of(first.key, walk)._replace(walk=how).doubted(doubt)


def _witness_of_both(first: BatchCompleteness, more: BatchCompleteness) -> _core.Witness | None:
    """Gives what the batch said last of itself; that it said nothing counts where it never did."""
    there: list[Witness] = [w for w in (more.witness, first.witness) if w is not None]
    said = [witness for witness in there if witness.present]
    return (said or there)[0]._for_core() if there else None


def _runs(pages: _core.Pages) -> Iterator[_core.Run]:
    return (pages[index] for index in range(len(pages)))
