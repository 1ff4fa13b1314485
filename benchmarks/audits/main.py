"""How often 60 labels find the true rate behind a judge who passes 15% of the runs that failed.

    main.py [--seeds N]

The judge is the one of a Simulator's runs. People label the runs of a sheet as a judge without
faults does. By each seed there are other runs, other faults and another sheet. The exit code is 1
if the limits hold the truth less often than is promised.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import NamedTuple

import simruns

SCENARIOS, RUNS = 5, 60
WRONGLY_PASSED = 0.15
LABELS = 60
LEAST = 0.93


class Found(NamedTuple):
    """What one audit comes to."""

    scenarios: bool
    """Whether the limits for these scenarios hold the mean of their true rates."""
    runs: bool
    """Whether the limits for these very runs hold the rate that a judge without faults gives."""
    moved: bool
    """Whether labels bring the rate of these runs nearer to it than the judge was."""


def found_by(seed: int) -> Found:
    """Audits the runs of a Simulator by what a judge without faults says of the same runs."""
    truths, right = _read(seed, wrongly_passed=0)
    _, runs = _read(seed, WRONGLY_PASSED)
    labels = [
        {"run_id": one, "label": right[one].verdict}
        for one in simruns.audit_sheet(runs, LABELS, seed).ids
    ]
    audit = simruns.audit(runs, labels, LABELS, seed)
    rate = simruns.summarize(right).rate
    mean = sum(truth.success_rate for truth in truths) / len(truths)
    corrected = audit.corrected
    return Found(
        scenarios=corrected.low <= mean <= corrected.high,
        runs=corrected.runs.low <= rate <= corrected.runs.high,
        moved=abs(corrected.rate - rate) < abs(audit.judge.rate - rate),
    )


def _read(seed: int, wrongly_passed: float) -> tuple[list[simruns.BatchTruth], simruns.Runs]:
    with (
        simruns.Simulator(
            seed=seed, scenarios=SCENARIOS, runs=RUNS, wrongly_passed=wrongly_passed
        ) as sim,
        sim.client() as client,
    ):
        return sim.truths(), client.batches(sim.pairs).read(progress=False)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=400)
    seeds = parser.parse_args().seeds
    began = time.monotonic()
    found = [found_by(seed) for seed in range(1, seeds + 1)]
    shares = {name: sum(getattr(one, name) for one in found) / seeds for name in Found._fields}
    held = min(shares["scenarios"], shares["runs"]) >= LEAST
    print(
        f"{'holds' if held else 'FAILS'}: {LABELS} labels of {SCENARIOS * RUNS} runs, "
        f"{WRONGLY_PASSED:.0%} of the failing ones passed: of {seeds} audits, limits for the "
        f"scenarios hold the truth in {shares['scenarios']:.1%}, those for these runs in "
        f"{shares['runs']:.1%}; the rate came nearer to it in {shares['moved']:.1%}; "
        f"{time.monotonic() - began:.0f} s"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
