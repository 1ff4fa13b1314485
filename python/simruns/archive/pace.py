"""How often runs are written while they come; a kill loses no more than that."""

from __future__ import annotations

PART_RUNS = 1000
"""Runs that are written as one part; after a walk, small parts are put together up to this."""
PART_SECONDS = 5.0
"""Seconds after which the runs that came are written, though they are fewer."""
