"""What an archive came to."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from simruns.hold.completeness import Completeness


class ArchiveResult(NamedTuple):
    """Of one whole walk, over all the calls that it took; prints as one line."""

    directory: Path
    runs: int
    """All that are kept, those that are gone among them."""
    new: int
    changed: int
    """The server told them otherwise than before; the later text is kept."""
    unchanged: int
    gone: int
    """Kept, and no longer on the server."""
    completeness: Completeness
    """Of the walk: what came, of what the server counted."""
    resumed: bool
    """An earlier call was interrupted, and this one went on from there."""
    restarted: str | None
    """Why it did not go on from there: what the server said of the position."""

    def __str__(self) -> str:
        counts = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
        gone = f", {self.gone} no longer on the server" if self.gone else ""
        how = ", resumed" if self.resumed else ""
        if self.restarted:
            how = f", walked from the start, as the place to resume was refused: {self.restarted}"
        return f"{self.directory}: {self.runs} runs: {counts}{gone}{how}; {self.completeness}"
