"""How runs failed, in a word that runs share, and which of them to read first."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simruns.analysis.criteria import failed_keys
from simruns.analysis.facts import VERDICTS, Facts, Truths

MOST = 10
"""Runs to read first."""
NONE = "NONE"
"""Stands for the category of an error that a run does not name."""


@dataclass(frozen=True)
class SignatureCount:
    """The judged runs that failed in one way."""

    runs: int
    scenarios: int


class Signatures:
    """How the judged runs failed that did not succeed.

    The signature of a run is `failure:` and its failed criteria, sorted and joined by `+`; of one
    without such, its verdict and the category of its error: `agent_error:AI_AGENT_TIMEOUT`.
    """

    def __init__(self, facts: Facts, judged: Truths) -> None:
        self._facts = facts
        self._judged = judged
        sequence, known = facts.integers("sequence")
        self._sequence = np.where(known, sequence, math.inf).tolist()
        failed = failed_keys(facts, judged)
        category = facts.words("error_category")
        categories = [*category.words, NONE]
        self.runs: dict[str, list[int]] = {}
        """The numbers of the runs by their signatures, the most widespread first: scenarios
        falling, runs falling, text.
        """
        found: dict[str, list[int]] = {}
        for run in np.flatnonzero(judged & ~facts.succeeded).tolist():
            if run in failed:
                text = f"failure:{'+'.join(failed[run])}"
            else:
                text = f"{VERDICTS[facts.verdict[run]]}:{categories[category.codes[run]]}"
            found.setdefault(text, []).append(run)
        scenario = facts.scenario.codes
        self.counts = {
            text: SignatureCount(len(some), len({*scenario[some].tolist()}))
            for text, some in found.items()
        }
        order = sorted(found, key=lambda s: (-self.counts[s].scenarios, -self.counts[s].runs, s))
        self.runs = {text: found[text] for text in order}
        self.counts = {text: self.counts[text] for text in order}

    def read_first(self) -> list[int]:
        """Gives the numbers of ten runs to read, of as many signatures and scenarios as can be.

        In rounds, each signature gives its run with the least (runs taken of the same scenario,
        messages, scenario, sequence, id) that is not taken.
        """
        facts = self._facts
        scenario = facts.scenario.codes.tolist()
        left = {text: sorted(some, key=self._order) for text, some in self.runs.items()}
        taken: dict[int, int] = {}
        chosen: list[int] = []
        while len(chosen) < MOST and any(left.values()):
            for some in left.values():
                if not some or len(chosen) == MOST:
                    continue
                at = int(np.argmin([taken.get(scenario[run], 0) for run in some]))
                run = some.pop(at)
                taken[scenario[run]] = taken.get(scenario[run], 0) + 1
                chosen.append(run)
        return chosen

    def beside(self, run: int) -> int | None:
        """Gives the passing run of the same scenario that is nearest in messages, if there is one;
        of two, the shorter, then that of the lower sequence, then of the lesser id.
        """
        facts = self._facts
        passed = facts.succeeded & self._judged
        same = facts.scenario.codes == facts.scenario.codes[run]
        length = facts.messages
        found = np.flatnonzero(same & passed).tolist()
        return min(
            found,
            key=lambda other: (abs(int(length[other] - length[run])), *self._order(other)),
            default=None,
        )

    def _order(self, run: int) -> tuple[int, str, float, str]:
        facts = self._facts
        return (
            int(facts.messages[run]),
            facts.scenario_of(run),
            self._sequence[run],
            facts.ids[run],
        )
