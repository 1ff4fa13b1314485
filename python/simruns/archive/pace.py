"""How often what came is written: a kill loses no more than that."""

from __future__ import annotations

PART_RUNS = 1000
"""Runs that a part is written at; after a walk, what a part of its end may grow to."""
PART_SECONDS = 5.0
"""After so long what came is written, be it less than a part."""
