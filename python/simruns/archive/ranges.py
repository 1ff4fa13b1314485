"""Sets of run numbers as they stand in a manifest: [first, last] of each stretch."""

from __future__ import annotations

from collections.abc import Iterable

Ranges = list[list[int]]


def ranges_of(numbers: Iterable[int]) -> Ranges:
    """A walk sees most runs in their order, so a few stretches hold them all."""
    out: Ranges = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return out


def numbers_in(ranges: Ranges) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}
