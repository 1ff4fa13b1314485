"""Audits of a judge: runs with a truth that people see, a judge who is wrong now and then, a sheet.

An outcome has a row for each scenario, with these counts of its runs as columns of `successes`:
what the judge takes for successes, those on the sheet, those of them that people take for one, the
same two of the judge's failures, and the true successes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from calibration.measures import CONFIDENCE, Cell
from calibration.outcomes import Counts, Outcomes

from simruns.analysis import rates, requirement
from simruns.analysis.audit_sheet import sizes_of
from simruns.analysis.rates import Limits
from simruns.analysis.sampled import Sampled, Weighed

PASSED, TAKEN_PASSED, GOOD_PASSED, TAKEN_FAILED, GOOD_FAILED, TRUE = range(6)


@dataclass(frozen=True)
class AuditCell(Cell):
    """Scenarios, the labels of a sheet, and how often the judge is right of a run."""

    rows: int
    right: float

    def outcomes(self, draws: int, seed: list[int]) -> Outcomes:
        random = np.random.default_rng(seed)
        parts = [alike.draw(random, draws) for alike in self.scenarios]
        true = np.concatenate([part[0][..., 0] for part in parts], axis=1)
        judged = np.concatenate([part[1] for part in parts], axis=1)
        passed_good = random.binomial(true, self.right)
        passed_bad = random.binomial(judged[..., 0] - true, 1 - self.right)
        failed_good = true - passed_good
        passed = passed_good + passed_bad
        failed = judged[..., 0] - passed
        rows = np.array([sizes_of(self.rows, *each) for each in
                         zip(passed.sum(axis=1).tolist(), failed.sum(axis=1).tolist(),
                             strict=True)])  # fmt: skip
        taken_passed, taken_failed = (
            _systematic(random, some, rows[:, at]) for at, some in enumerate((passed, failed))
        )
        good_passed = random.hypergeometric(passed_good, passed_bad, taken_passed)
        good_failed = random.hypergeometric(failed_good, failed - failed_good, taken_failed)
        counts = [passed, taken_passed, good_passed, taken_failed, good_failed, true]
        return Outcomes(np.stack(counts, axis=2), judged, np.full(draws, 1 / draws), False)


def _systematic(random: np.random.Generator, runs: Counts, rows: Counts) -> Counts:
    """Gives how many runs of each scenario are drawn, at even distances along scenarios in any
    order: of the first x of M runs, the n·x/M - u positions that lie there, rounded up.
    """
    order = random.permuted(np.tile(np.arange(runs.shape[1]), (len(runs), 1)), axis=1)
    ends = np.cumsum(np.take_along_axis(runs, order, axis=1), axis=1)
    every, start = np.maximum(ends[:, -1:], 1), random.random((len(runs), 1))
    before = np.clip(np.ceil(ends * rows[:, None] / every - start), 0, rows[:, None])
    taken: Counts = np.diff(before, axis=1, prepend=0).astype(np.int64)
    back = np.empty_like(taken)
    np.put_along_axis(back, order, taken, axis=1)
    return back


def weighed_of(counts: Counts, judged: Counts) -> Weighed:
    """Gives what the package computes its numbers from, of runs with these counts."""
    m = judged[:, 0]
    weight = 1 / (len(m) * m)
    known = rates.estimate(counts[:, PASSED], m)
    failed = m - counts[:, PASSED]
    sampled = {
        word: Sampled(
            int(runs.sum()), int(taken.sum()), int(good.sum()), math.fsum(taken * weight),
            math.fsum(taken * weight**2), math.fsum(good * weight), len({*m[runs > 0]}) < 2,
        )
        for word, runs, taken, good in (
            ("success", counts[:, PASSED], counts[:, TAKEN_PASSED], counts[:, GOOD_PASSED]),
            ("failure", failed, counts[:, TAKEN_FAILED], counts[:, GOOD_FAILED]),
        )
    }  # fmt: skip
    whole = {"success": known.rate, "failure": math.fsum(failed * weight)}
    return Weighed(known, whole, sampled, every_run=True)


def _holds(limits: Limits, truth: float) -> bool:
    return limits.low - rates.ROUNDING <= truth <= limits.high + rates.ROUNDING


def these_hold(cell: Cell, counts: Counts, judged: Counts) -> bool:
    """Whether the limits for these scenarios hold the mean of their true rates."""
    return _holds(weighed_of(counts, judged).these(CONFIDENCE), cell.true_rates[0])


def runs_hold(cell: Cell, counts: Counts, judged: Counts) -> bool:
    """Whether the limits for these very runs hold their true rate."""
    truth = float((counts[:, TRUE] / judged[:, 0]).mean())
    return _holds(weighed_of(counts, judged).of_runs(CONFIDENCE), truth)


def false_pass(cell: Cell, counts: Counts, judged: Counts) -> bool:
    """Whether a gate by labels lets pass what is just not good enough."""
    limits = weighed_of(counts, judged).required(1 - CONFIDENCE, 1)
    return requirement.answer_of(*limits, cell.true_rates[0]) == "pass"
