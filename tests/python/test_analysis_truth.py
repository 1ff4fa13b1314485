"""What the Simulator has planted in its runs, the analysis finds, and nothing where nothing is.

Seeds are fixed, so that each number here is the same whenever the tests run.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest

import simruns

for library in ("numpy", "pyarrow", "scipy"):
    pytest.importorskip(library)

SEEDS = range(1, 21)
MOST_OF_20 = 16
"""Fewer of 20 intervals at 95% hold the truth with a chance of 0.003 at most."""


class Generated(NamedTuple):
    """Generated runs, and what is true of them."""

    truths: list[simruns.BatchTruth]
    runs: simruns.Runs

    def batch(self, number: int, *, regressed: bool | None = None) -> Generated:
        """The batches of this number, from 1; of all scenarios, or of those that regress or not."""
        worse = {truth.batch.scenario for truth in self.truths if truth.regressed}
        chosen = [
            truth
            for truth in self.truths
            if truth.batch.batch.endswith(f"-batch-{number}")
            and regressed in (None, truth.batch.scenario in worse)
        ]
        batches = [truth.batch.batch for truth in chosen]
        return Generated(chosen, self.runs.where(batch=batches))

    @property
    def rate(self) -> float:
        """The true rate, each batch counted alike."""
        return sum(truth.success_rate for truth in self.truths) / len(self.truths)


def generated(seed: int, scenarios: int, batches: int, runs: int) -> Generated:
    with (
        simruns.Simulator(seed=seed, scenarios=scenarios, batches=batches, runs=runs) as sim,
        sim.client() as client,
    ):
        return Generated(sim.truths(), client.batches(sim.pairs).read())


@pytest.fixture(scope="module")
def agents() -> Generated:
    """15 scenarios, of which 5 regress; 4 batches of each, of 250 runs.

    By this seed no rate lies where being flaky begins, so that the order of scenarios is clear.
    """
    return generated(5, scenarios=15, batches=4, runs=250)


@pytest.fixture(scope="module")
def many() -> list[Generated]:
    """5 scenarios, 3 batches of each, of 40 runs, by each of 20 seeds."""
    return [generated(seed, scenarios=5, batches=3, runs=40) for seed in SEEDS]


def holding(many: list[Generated], batch: int) -> int:
    """How often the interval for these scenarios holds their true mean rate, and is narrow."""
    count = 0
    for one in (every.batch(batch) for every in many):
        low, high = (getattr(simruns.summarize(one.runs).these, end) for end in ("low", "high"))
        assert high - low < 0.2
        count += low <= one.rate <= high
    return count


def test_the_interval_for_these_scenarios_holds_their_true_rate(many: list[Generated]) -> None:
    assert holding(many, 1) >= MOST_OF_20


def test_an_outage_leaves_the_rate_and_its_interval_where_they_were(many: list[Generated]) -> None:
    assert all(truth.outage == 16 for one in many for truth in one.batch(3).truths)
    assert holding(many, 3) >= MOST_OF_20


def test_the_runs_of_an_outage_are_the_excluded_ones(agents: Generated) -> None:
    before, during = agents.batch(2), agents.batch(3)
    planted = sum(truth.outage for truth in during.truths)
    assert sum(truth.outage for truth in agents.truths) == planted > 0
    usual, now = simruns.summarize(before.runs), simruns.summarize(during.runs)
    assert usual.error_share is not None
    assert usual.error_share < 0.05
    # Of the other runs, about 0.017 are platform errors at any time.
    rest = now.runs - planted
    assert planted <= now.verdicts["platform_error"] <= planted + 0.04 * rest
    assert now.error_share == pytest.approx(planted / now.runs, abs=0.05)
    assert simruns.compare(before.runs, during.runs).verdict == "cannot tell"


def test_a_gate_cannot_tell_during_an_outage_unless_that_counts(agents: Generated) -> None:
    before, during = agents.batch(2).runs, agents.batch(3).runs
    least = agents.batch(3).rate - 0.05
    assert simruns.gate(before, min_success=least).verdict == "pass"
    unsure = simruns.gate(during, min_success=least)
    assert (unsure.verdict, unsure.errors.verdict, unsure.thin) == ("cannot tell",) * 2 + (0,)
    counted = simruns.gate(during, min_success=least, errors="fail")
    assert (counted.verdict, counted.errors.verdict) == ("not good enough", "pass")


def test_a_comparison_finds_the_scenarios_that_have_regressed(agents: Generated) -> None:
    before, after = agents.batch(1), agents.batch(2)
    found = simruns.compare(before.runs, after.runs)
    worse = {truth.batch.scenario for truth in after.truths if truth.regressed}
    assert len(worse) == 5
    assert found.verdict == "worse"
    assert set(found.screen) == worse
    assert found.these.low is not None
    assert found.these.high is not None
    assert found.these.low <= after.rate - before.rate <= found.these.high


def test_a_comparison_cannot_tell_where_nothing_has_changed(
    agents: Generated, many: list[Generated]
) -> None:
    before, after = (agents.batch(number, regressed=False) for number in (1, 2))
    assert simruns.compare(before.runs, after.runs).verdict == "cannot tell"
    verdicts = [
        simruns.compare(*(one.batch(number, regressed=False).runs for number in (1, 2))).verdict
        for one in many
    ]
    assert verdicts.count("cannot tell") >= MOST_OF_20


@pytest.mark.parametrize("batch", [1, 2])
def test_flaky_scenarios_come_before_the_others(agents: Generated, batch: int) -> None:
    one = agents.batch(batch)
    flaky = {truth.batch.scenario for truth in one.truths if truth.flaky}
    assert 2 <= len(flaky) < 10
    found = simruns.reliability(one.runs).flaky
    assert set(found[: len(flaky)]) == flaky


def test_a_trend_finds_the_batch_at_which_it_changed(agents: Generated) -> None:
    found = simruns.trend(agents.runs, by="batch")
    assert found.occasions == (1, 2, 3, 4)
    assert found.change.at == 2
    fall = agents.batch(2).rate - agents.batch(1).rate
    assert found.change.difference == pytest.approx(fall, abs=0.03)
    assert max(found.excluded) == found.excluded[2]
    days = simruns.trend(agents.runs)
    assert (days.change.at, days.rates) == (days.occasions[1], found.rates)


def test_a_trend_finds_no_change_where_there_is_none(agents: Generated) -> None:
    worse = {truth.batch.scenario for truth in agents.truths if truth.regressed}
    steady = [truth.batch.batch for truth in agents.truths if truth.batch.scenario not in worse]
    assert simruns.trend(agents.runs.where(batch=steady), by="batch").change.at is None


def test_failures_tell_which_criterion_a_scenario_rarely_meets(agents: Generated) -> None:
    weak = {truth.batch.scenario: truth.weakness for truth in agents.truths}
    assert set(weak.values()) == {"goal", "conduct"}
    for scenario, weakness in weak.items():
        runs = agents.runs.where(scenario=scenario)
        assert next(iter(simruns.failures(runs).signatures)) == f"failure:{weakness}"
        criteria = simruns.summarize(runs, errors="exclude").by_criterion
        rates = {key: one.rate for key, one in criteria.items() if one.rate is not None}
        assert min(rates, key=rates.__getitem__) == weakness


def test_runs_of_an_agent_that_is_stuck_are_told_to_be_so(agents: Generated) -> None:
    stuck = {truth.batch.scenario: truth.stuck for truth in agents.truths}
    failed = agents.runs.where(verdict="failure")
    found = simruns.failures(agents.runs)
    assert found.max_turns
    assert set(found.max_turns) <= set(found.repeated_replies)
    for scenario, chance in stuck.items():
        runs = [run for run in failed if run.scenario == scenario]
        count = sum(run.id in found.max_turns for run in runs)
        assert abs(count - chance * len(runs)) <= 4 * math.sqrt(chance * len(runs))
