"""What an archive came to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple, get_args

from simruns.core.errors import Error
from simruns.core.pickling import public
from simruns.core.words import ArchiveState, Proof
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.looks.texts import counted
from simruns.request.query import BatchKey, text_of


@public
class ArchiveResult(NamedTuple):
    """The outcome of one whole walk, over all the calls that it took; it prints as one line."""

    directory: Path
    """The directory of the archive."""
    runs: int
    """Runs that are kept, those that are gone among them."""
    new: int
    """Runs that were not in the archive before."""
    changed: int
    """Runs whose text is not that of before; the later text is kept."""
    unchanged: int
    """Runs that came as they were."""
    gone: int
    """Runs that are kept, and no longer on the server."""
    completeness: Completeness
    """The completeness of the walk."""
    resumed: bool
    """Whether an earlier call was interrupted, and this one went on where that had stopped."""
    restarted: str | None
    """Why an interrupted walk began anew: what the server said of its position."""

    def __str__(self) -> str:
        counts = f"{self.new:,} new, {self.changed:,} changed, {self.unchanged:,} unchanged"
        gone = f", {self.gone:,} no longer on the server" if self.gone else ""
        how = ", resumed" if self.resumed else ""
        if self.restarted:
            how = f", walked from the start, as the position was refused: {self.restarted}"
        runs = counted(self.runs, "run")
        return f"{self.directory}: {runs}: {counts}{gone}{how}; {self.completeness}"


@public
class ArchivedBatch(NamedTuple):
    """What an archive of a project has of one batch; it prints as one line."""

    key: BatchKey
    directory: Path
    """The directory of its archive."""
    state: ArchiveState
    """What became of it.

    "archived": it was walked. "unchanged": it is kept whole, its list says the same of it as
    before, and nothing was asked. "unlisted": it is kept, and the server no longer lists it.
    "failed": `error` says why, and what is kept of it stays.
    """
    runs: int
    """Runs that are kept."""
    completeness: BatchCompleteness
    """The completeness of the walk; of a batch that was not asked for, of its last one."""
    result: ArchiveResult | None = None
    """What archiving it came to; None where it was not archived."""
    error: Error | None = None
    """Why it was not archived."""

    def __str__(self) -> str:
        if self.result is not None:
            return str(self.result)
        if self.error is not None:
            return f"{self.directory}: {text_of(self.key)}: {self.error}"
        how = {"unlisted": "kept, and no longer listed by the server"}.get(self.state, self.state)
        return f"{self.directory}: {counted(self.runs, 'run')}: {how}; {self.completeness.text}"


@public
class ProjectArchiveResult(NamedTuple):
    """The outcome of `client.archive`; it prints as a line a batch, and one about all."""

    directory: Path
    """The directory that has those of the batches."""
    batches: tuple[ArchivedBatch, ...]
    """The batches in the order of their lists; after these, those that are no longer listed."""
    listing: Completeness
    """The completeness of the lists of scenarios and batches."""
    running: tuple[BatchKey, ...] = ()
    """Batches that are not over yet, and were left to a later call."""

    @property
    def completeness(self) -> Completeness:
        """The completeness of all batches here."""
        return Completeness(batch.completeness for batch in self.batches)

    @property
    def verdict(self) -> Proof:
        """The worst verdict of the batches; "incomplete", too, where a list lacks something."""
        lacking = self.listing.verdict == "incomplete"
        return "incomplete" if lacking else self.completeness.verdict

    @property
    def failures(self) -> dict[BatchKey, Error]:
        """The error of each batch that could not be archived."""
        return {batch.key: batch.error for batch in self.batches if batch.error is not None}

    @property
    def runs(self) -> int:
        """Runs that are kept."""
        return sum(batch.runs for batch in self.batches)

    @property
    def new(self) -> int:
        """Runs that were not in the archive before."""
        return sum(batch.result.new for batch in self.batches if batch.result is not None)

    @property
    def changed(self) -> int:
        """Runs whose text is not that of before."""
        return sum(batch.result.changed for batch in self.batches if batch.result is not None)

    @property
    def gone(self) -> int:
        """Runs that are kept and were not on the server any more when their batch was walked."""
        return sum(batch.result.gone for batch in self.batches if batch.result is not None)

    @property
    def summary(self) -> str:
        """The line about all batches."""
        states = Counter(batch.state for batch in self.batches)
        words = {"unlisted": "no longer listed by the server"}
        told = [
            f"{states[state]:,} {words.get(state, state)}"
            for state in get_args(ArchiveState)
            if states[state]
        ]
        told += [f"{len(self.running):,} still running"] if self.running else []
        runs = f"{counted(self.runs, 'run')}: {self.new:,} new, {self.changed:,} changed"
        gone = f", {self.gone:,} no longer on the server" if self.gone else ""
        batches = counted(len(self.batches), "batch", "batches")
        lacking = "" if self.listing.verdict != "incomplete" else f"; listed: {self.listing}"
        how = f": {', '.join(told)}" if told else ""
        return f"{self.directory}: {batches}{how}; {runs}{gone}{lacking}"

    def __str__(self) -> str:
        return "\n".join([*map(str, self.batches), self.summary])


@public
class ArchiveError(Error):
    """Some batches of a project could not be archived; the others are."""

    def __init__(self, message: str, result: ProjectArchiveResult) -> None:
        super().__init__(message)
        self.result = result
        """What became of each batch."""

    @property
    def failures(self) -> dict[BatchKey, Error]:
        """The error of each batch that could not be archived."""
        return self.result.failures

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.result)
