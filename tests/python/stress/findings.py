"""What a part of the stress did, and which faults it found."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 30.0
"""Seconds after which a process that has to end, or to respond, counts as one that hangs."""


@dataclass
class Findings:
    part: str
    done: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, what: str) -> None:
        self.faults.append(what)

    def __str__(self) -> str:
        head = f"{self.part}: {self.done} done, {len(self.faults)} faults"
        notes = "".join(f"; {note}" for note in self.notes)
        return "\n  ".join([head + notes, *self.faults])


@dataclass(frozen=True)
class Holdings:
    """What a process holds of the system."""

    files: int
    threads: int
    megabytes: float

    @classmethod
    def of(cls, pid: int) -> Holdings:
        """Of a Linux process; elsewhere nothing is known, and no leak is found."""
        folder = Path(f"/proc/{pid}")
        if not folder.is_dir():
            return cls(0, 0, 0.0)
        pages = int((folder / "statm").read_text().split()[1])
        megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        return cls(len(os.listdir(folder / "fd")), len(os.listdir(folder / "task")), megabytes)

    def grown_from(self, before: Holdings) -> list[str]:
        """Names what grew beyond what the caches of an interpreter explain."""
        grown = []
        if self.files > before.files + 8:  # the pool of connections may be full now
            grown.append(f"files: {before.files}, then {self.files}")
        if self.threads > before.threads + 2:
            grown.append(f"threads: {before.threads}, then {self.threads}")
        if self.megabytes > 1.25 * before.megabytes + 30:
            grown.append(f"memory: {before.megabytes:.0f} MB, then {self.megabytes:.0f}")
        return grown
