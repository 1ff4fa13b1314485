"""What an archive came to."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from simruns.core.pickling import public
from simruns.hold.completeness import Completeness
from simruns.looks.texts import counted


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
