"""What stands below a title, so that no plot says more than its runs do."""

from __future__ import annotations

from typing import Protocol


class Proven(Protocol):
    """What says whether its runs are all."""

    @property
    def completeness(self) -> str: ...
    @property
    def proof(self) -> str: ...


def incomplete(proven: Proven, whose: str = "") -> list[str]:
    """Says that runs are missing, or may be; nothing if they are complete."""
    if proven.completeness == "complete":
        return []
    return [f"Completeness{whose}: {proven.completeness}, {proven.proof}."]
