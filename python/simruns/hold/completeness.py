"""Whether all runs came: how many did, of those that the server counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

from simruns import _core
from simruns.core.pickling import public
from simruns.core.shown import shown_by
from simruns.core.words import JSONValue, Proof, WalkTaken
from simruns.hold.witness import Witness, is_of, witness_of
from simruns.request.query import BatchKey

VERDICTS: tuple[Proof, ...] = get_args(Proof)


@public
class BatchCompleteness(NamedTuple):
    """The completeness of the walk through one batch."""

    key: BatchKey
    verdict: Proof
    """Whether all runs came: "complete", "unverified" or "incomplete"."""
    received: int
    """Runs that came, each counted once."""
    total: int | None
    """Runs that the server counted last; None if it gave no count."""
    total_first: int | None
    """Runs that the server counted on the first page."""
    duplicates: int
    """Runs that came again and were dropped."""
    missing: int | None
    """Sequence numbers up to the highest that no run has; None where the numbers say nothing."""
    gaps: tuple[tuple[int, int], ...]
    """The first missing sequence numbers, as ranges (first, last)."""
    pages: int
    """Pages that came, those of no use among them."""
    requests: int
    """Attempts that were sent."""
    retries: int
    """Requests that brought no page."""
    walk: WalkTaken
    """How pages were asked for: "cursor", "backward", "windows", "restarted" or "joined".

    "restarted" is by cursor, after windows were in doubt; "joined" is in more than one of these
    ways, by walks whose runs were joined.
    """
    reached_end: bool
    """Whether the server said that there is no more."""
    limited: bool
    """Whether `max_runs` ended the walk before its end."""
    filtered: bool
    """Whether a filter or an endpoint type chose the runs."""
    text: str
    """The completeness as a line."""
    unnamed: int = 0
    """Received runs without an id, which nothing tells apart; they keep a walk from "complete"."""
    partial: bool = False
    """Whether the walk started past the first run, or may have left some out."""
    guessed: bool = False
    """Whether the server gave no cursor where one was due."""
    foreign: int = 0
    """Received runs that name another batch than the first; they keep a walk from "complete"."""
    bad: int = 0
    """Runs that were left out as no JSON, not counted as received; never "complete"."""
    total_moved: bool = False
    """Whether two pages had different totals."""
    empty: bool = False
    """Whether the batch has no runs, as also for a mistyped reference.

    It is "complete" only if the witness counts none.
    """
    selected: int | None = None
    """Of a selection, its runs of this batch; None where all are there that came.

    All else tells of the walk that they came from, but that a selection which leaves out runs is
    never "complete".
    """
    walk_verdict: Proof | None = None
    """Of a selection, the verdict of the walk that its runs came from."""
    doubt: str = ""
    """Why nothing tells whether all runs came, as of texts; empty where the walk tells it."""
    witness: Witness | None = None
    """What the batch says of itself; None if it was not asked."""

    @classmethod
    def of(cls, key: BatchKey, walk: _core.Completeness) -> BatchCompleteness:
        told = {name: getattr(walk, name) for name in cls._fields[1:] if hasattr(walk, name)}
        witness = None if walk.witness is None else Witness.of(walk.witness)
        return cls(key, **{**told, "gaps": tuple(walk.gaps), "witness": witness})

    def of_selection(self, count: int, *, whole: bool) -> BatchCompleteness:
        """Gives what is told of `count` of these runs; `whole` says whether these are all."""
        verdict = "unverified" if not whole and self.verdict == "complete" else self.verdict
        text = _of_runs(count) + self.of_walk
        of_walk = self.walk_verdict or self.verdict
        return self._replace(selected=count, walk_verdict=of_walk, verdict=verdict, text=text)

    def doubted(self, doubt: str) -> BatchCompleteness:
        """Gives what is told of a walk of which nothing tells whether it brought all."""
        if not doubt:
            return self
        text = self.text.replace(self.verdict, f"{self.verdict} ({doubt})", 1)
        return self._replace(doubt=doubt, text=text)

    @property
    def has_fewer(self) -> bool:
        """Whether fewer runs came than the batch counts, where the walk was over all of them."""
        of_some = self.filtered or self.partial or self.limited or not self.reached_end
        settled = self.witness.settled if self.witness is not None else None
        return settled is not None and not of_some and settled > self.received + self.bad

    @property
    def lacks_runs(self) -> bool:
        """Whether the batch says that more runs are there, or are to come."""
        running = self.witness is not None and self.witness.state == "in_progress"
        return running or self.has_fewer

    @property
    def is_settled(self) -> bool:
        """Whether the same walk, sent again, would bring nothing more of a batch that is over.

        It brought all that its pages count, a count that did not move. Sequence numbers that no
        run has are explained by runs that the batch counts and no longer has.
        """
        running = self.witness is not None and self.witness.state == "in_progress"
        if self.verdict == "incomplete" or running or self.limited or not self.reached_end:
            return False
        if self.total is None or self.total_moved or self.total_first != self.total:
            return False
        came = self.received + self.bad
        counted = self.witness.settled if self.witness is not None else None
        expired = 0 if counted is None else max(0, counted - came)
        return came >= self.total and (self.missing or 0) <= expired

    @property
    def of_walk(self) -> str:
        """The completeness of the walk as a line, whatever was selected of its runs."""
        prefix = "" if self.selected is None else _of_runs(self.selected)
        return self.text.removeprefix(prefix)


@public
class Completeness:
    """The completeness of all batches of one read: a snapshot, which prints as one line."""

    def __init__(self, batches: Iterable[BatchCompleteness]) -> None:
        self.batches = tuple(batches)

    @property
    def doubt(self) -> str:
        """Why nothing tells whether all runs came; empty where the reads tell it."""
        return joined_doubts(*(batch.doubt for batch in self.batches))

    @property
    def verdict(self) -> Proof:
        """The worst verdict of the batches; "unverified" if there are none."""
        there = {batch.verdict for batch in self.batches} or {"unverified"}
        return next(proof for proof in reversed(VERDICTS) if proof in there)

    @property
    def received(self) -> int:
        """Runs that came, each counted once."""
        return sum(batch.received for batch in self.batches)

    @property
    def total(self) -> int | None:
        """Runs that the server counted; None if it gave no count for some batch."""
        totals = [batch.total for batch in self.batches]
        known = [total for total in totals if total is not None]
        return sum(known) if len(known) == len(totals) else None

    @property
    def duplicates(self) -> int:
        """Runs that came again and were dropped."""
        return sum(batch.duplicates for batch in self.batches)

    @property
    def unnamed(self) -> int:
        """Received runs without an id: nothing says whether two of them are the same."""
        return sum(batch.unnamed for batch in self.batches)

    @property
    def foreign(self) -> int:
        """Received runs that name another batch than the first of their walk."""
        return sum(batch.foreign for batch in self.batches)

    @property
    def bad(self) -> int:
        """Runs that were left out as no JSON."""
        return sum(batch.bad for batch in self.batches)

    @property
    def empty(self) -> int:
        """Batches without runs."""
        return sum(batch.empty for batch in self.batches)

    @property
    def witnesses(self) -> tuple[Witness | None, ...]:
        """What each batch says of itself; None of one that was not asked."""
        return tuple(batch.witness for batch in self.batches)

    @property
    def missing(self) -> int | None:
        """Sequence numbers that no run has; None if the numbers of some batch say nothing."""
        counts = [batch.missing for batch in self.batches]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    @property
    def selected(self) -> int | None:
        """Of a selection, its runs; None where all are there that came."""
        if all(batch.selected is None for batch in self.batches):
            return None
        counts = (b.received if b.selected is None else b.selected for b in self.batches)
        return sum(counts)

    @property
    def pages(self) -> int:
        """Pages that came, those of no use among them."""
        return sum(batch.pages for batch in self.batches)

    @property
    def requests(self) -> int:
        """Attempts that were sent."""
        return sum(batch.requests for batch in self.batches)

    @property
    def retries(self) -> int:
        """Requests that brought no page."""
        return sum(batch.retries for batch in self.batches)

    @property
    def reached_end(self) -> bool:
        """Whether the server said, of every batch, that there is no more."""
        return all(batch.reached_end for batch in self.batches)

    @property
    def limited(self) -> bool:
        """Whether `max_runs` ended the walk of a batch before its end."""
        return any(batch.limited for batch in self.batches)

    def to_dict(self) -> dict[str, JSONValue]:
        """Gives plain values, as they stand in the metadata of tables and files."""
        names = ("verdict", "received", "total", "duplicates", "missing", "pages", "requests",
                 "retries", "reached_end", "limited", "unnamed", "foreign", "bad",
                 "empty", "selected", "doubt")  # fmt: skip
        each: list[JSONValue] = [_plain(batch) for batch in self.batches]
        return {**{name: getattr(self, name) for name in names}, "batches": each}

    @classmethod
    def of_dict(cls, told: object) -> Completeness:
        """Gives the completeness that `to_dict` gave. Raises ValueError for what is none."""
        if not isinstance(told, dict) or not isinstance(told.get("batches"), list):
            raise ValueError("no completeness")
        return cls(_batch_of(batch) for batch in told["batches"])

    def __str__(self) -> str:
        if len(self.batches) == 1:
            return self.batches[0].text
        total = "an unknown number of" if self.total is None else str(self.total)
        filtered = " filtered" if any(batch.filtered for batch in self.batches) else ""
        parts = [f"{self.received} of {total}{filtered} runs in {len(self.batches)} batches"]
        parts += self._verdicts()
        parts[-1] += "".join(f" ({remark})" for remark in self._remarks())
        parts += [_counted(self.duplicates, "duplicate"), _counted(self.requests, "request")]
        return ("" if self.selected is None else _of_runs(self.selected)) + ", ".join(parts)

    def __repr__(self) -> str:
        return f"<Completeness: {self}>"

    _repr_html_ = shown_by("completeness_html")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Completeness) and self.batches == other.batches

    def __hash__(self) -> int:
        return hash(self.batches)

    def _remarks(self) -> Iterator[str]:
        if self.doubt:
            yield self.doubt
        if not all(batch.reached_end or batch.limited for batch in self.batches):
            yield "the end was not reached"
        limited = [batch for batch in self.batches if batch.limited]
        if limited:
            yield f"stopped at max_runs={limited[0].received}"
        empty = [batch for batch in self.batches if batch.empty and batch.verdict != "complete"]
        if empty:
            yield f"{len(empty)} without runs: are the references right?"
        yield from self._said_by_witnesses()
        if self.unnamed:
            yield f"{self.unnamed} without an id"
        if self.bad:
            yield f"{self.bad} left out as bad"
        if self.foreign:
            yield f"{self.foreign} of another batch"
        gaps = sum(bool(batch.missing) for batch in self.batches)
        if gaps:
            yield f"{gaps} with gaps in the sequence"

    def _said_by_witnesses(self) -> Iterator[str]:
        running = sum(w is not None and w.state == "in_progress" for w in self.witnesses)
        if running:
            yield f"{running} still running"
        fewer = sum(batch.has_fewer for batch in self.batches)
        if fewer:
            yield f"{fewer} with fewer runs than the batch counts; expired?"
        absent = [w for w in self.witnesses if w is not None and not w.present]
        if absent:
            yield f"{len(absent)} without a witness: {absent[0].absence}"

    def _verdicts(self) -> list[str]:
        verdicts = [batch.walk_verdict or batch.verdict for batch in self.batches]
        counted = {word: verdicts.count(word) for word in VERDICTS}
        return [f"{n} {word}" for word, n in counted.items() if n or word == "complete"]


def joined_doubts(*doubts: str) -> str:
    """Gives these doubts as one, each once."""
    each = (one for doubt in doubts for one in doubt.split("; ") if one)
    return "; ".join(dict.fromkeys(each))


def _of_runs(selected: int) -> str:
    """Gives what stands before the completeness of the walks that a selection came from."""
    return f"a selection of {selected} run{'' if selected == 1 else 's'}, from "


def _counted(number: int, noun: str) -> str:
    if number == 0:
        return f"no {noun}"
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _plain(batch: BatchCompleteness) -> dict[str, JSONValue]:
    fields = batch._asdict()
    del fields["key"]
    witness: JSONValue = None if batch.witness is None else batch.witness._asdict()
    gaps: list[JSONValue] = [list(gap) for gap in batch.gaps]
    return {**batch.key._asdict(), **fields, "gaps": gaps, "witness": witness}


def _batch_of(told: dict[str, Any]) -> BatchCompleteness:
    try:
        key = BatchKey(*(told[name] for name in BatchKey._fields))
        gaps = tuple((first, last) for first, last in told["gaps"])
        fields = {name: told[name] for name in BatchCompleteness._fields if name in told}
        witness = witness_of(told.get("witness"))
        batch = BatchCompleteness(**{**fields, "key": key, "gaps": gaps, "witness": witness})
    except (KeyError, TypeError) as error:
        raise ValueError("no completeness") from error
    fits = all(isinstance(value, str) for value in key)
    fits = fits and all(is_of(number, int) and number >= 0 for gap in gaps for number in gap)
    for name, kind in _plain_fields().items():
        value = getattr(batch, name)
        fits = fits and is_of(value, kind) and not (isinstance(value, int) and value < 0)
    if not fits or batch.verdict not in VERDICTS or batch.walk_verdict not in (None, *VERDICTS):
        raise ValueError("no completeness")
    none = batch.witness is not None and batch.witness.counts_none
    proven = batch.reached_end and batch.received == batch.total and not batch.doubt
    proven = proven and (batch.received > 0 or none)
    if batch.selected is not None:
        proven = proven and batch.selected >= batch.received
    if batch.verdict == "complete" and not proven:
        raise ValueError("no completeness")
    return batch


@cache
def _plain_fields() -> dict[str, Any]:
    """Gives the types of the fields that are one number, word or truth value."""
    hints = get_type_hints(BatchCompleteness)
    others = ("key", "gaps", "witness")
    plain = {name: hint for name, hint in hints.items() if name not in others}
    words = {"verdict": str, "walk": str, "walk_verdict": str | None}
    return {**plain, **words}
