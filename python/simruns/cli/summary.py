"""The numbers of a scenario that the demo shows."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from simruns import _core
from simruns.hold.runs import Runs

SETTLED = ("success", "failure", "agent_error")
"""The verdicts that count for a success rate, which is success / settled."""


class Summary:
    """Some runs in numbers; a number is None where it takes runs and there are none."""

    def __init__(self, scenario: str, runs: Iterable[_core.Run]) -> None:
        self.scenario = scenario
        self.runs = 0
        self.successes = 0
        turns: list[int] = []
        durations: list[int] = []
        for run in runs:
            self.runs += 1
            if run.verdict not in SETTLED:
                continue
            self.successes += run.verdict == "success"
            turns.append(len(run.turns))
            if run.duration_ms is not None:
                durations.append(run.duration_ms)
        self.settled = len(turns)
        self.excluded = self.runs - self.settled
        self.success_rate = self.successes / self.settled if self.settled else None
        self.median_turns = median(turns) if turns else None
        self.median_duration_ms = median(durations) if durations else None


def summaries(runs: Runs) -> list[Summary]:
    """Gives the summary of each scenario, in the order of the batches."""
    names = {key.batch: key.scenario for key in runs.batches}
    grouped: dict[str, list[_core.Run]] = {key.scenario: [] for key in runs.batches}
    for run in runs:
        grouped[run.scenario or names.get(run.batch or "", "unknown")].append(run)
    return [Summary(scenario, group) for scenario, group in grouped.items()]
