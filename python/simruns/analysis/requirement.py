"""A rate that is to reach a threshold, and what its limits come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from simruns.analysis.rates import at_most

Answer: TypeAlias = Literal["pass", "not good enough", "cannot tell"]


@dataclass(frozen=True)
class Requirement:
    """A rate that is to reach a threshold."""

    verdict: Answer
    threshold: float
    rate: float | None
    n: float | None
    """The runs that its limits are of."""
    low: float | None
    """The true rate is below this with a risk of 1 - confidence at most."""
    high: float | None
    """The same above, shared by all requirements that might fail."""


def answer_of(low: float, high: float, threshold: float) -> Answer:
    """Says what limits of a rate, or of a change, come to beside what is required."""
    if at_most(threshold, low):
        return "pass"
    return "cannot tell" if at_most(threshold, high) else "not good enough"
