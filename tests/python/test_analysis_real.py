"""Two hundred real conversations say what their publishers say of them, and with what certainty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")
pytest.importorskip("statsmodels")

import simruns


@pytest.fixture(scope="module")
def runs(real_data: Path) -> Iterator[simruns.Runs]:
    with simruns.Simulator(data=real_data) as sim, sim.client() as client:
        yield client.batches(sim.batches()).read()


def holds(numbers: dict[str, Any], **expected: float) -> None:
    for name, value in expected.items():
        assert numbers[name] == pytest.approx(value, abs=1e-9), name


def test_the_rate_and_its_limits(runs: simruns.Runs) -> None:
    numbers = simruns.summarize(runs).numbers()
    assert (numbers["verdict.success"], numbers["judged"], numbers["excluded"]) == (84, 200, 0)
    holds(numbers, rate=0.42, worst=0.42, best=0.42)
    holds(numbers, **{
        "pooled.rate": 0.42, "pooled.low": 0.3537359916, "pooled.high": 0.4892792606,
        "these.n": 332.1818181818, "these.low": 0.3681348278, "these.high": 0.4736943116,
        "like.low": 0.3207630018, "like.high": 0.5261562969, "like.se": 0.0522161911,
    })  # fmt: skip


def test_lengths(runs: simruns.Runs) -> None:
    numbers = simruns.summarize(runs).numbers()
    holds(numbers, **{
        "messages.p50": 23, "messages.passed.p50": 18, "messages.failed.p50": 27,
    })  # fmt: skip


def test_reliability_is_the_published_table(runs: simruns.Runs) -> None:
    numbers = simruns.reliability(runs).numbers()
    published = {"pass^1": 0.42, "pass^2": 0.2733333333, "pass^3": 0.22, "pass^4": 0.20}
    any_of = {"pass@1": 0.42, "pass@2": 0.5666666667, "pass@3": 0.66, "pass@4": 0.72}
    holds(numbers, **published, **any_of, flip=0.2933333333)
    assert [numbers[name] for name in ("always", "never", "sometimes")] == [10, 14, 26]


def test_the_later_half_against_the_earlier(runs: simruns.Runs) -> None:
    old, new = (runs.where(sequence=numbers) for numbers in ([1, 2], [3, 4]))
    result = simruns.compare(old, new)
    holds(result.numbers(), difference=-0.02, p=0.8533613699)
    assert result.verdict == "cannot tell"
    assert "a selection" in str(old.completeness)


def test_every_run_that_is_to_be_read_can_be_opened(runs: simruns.Runs) -> None:
    for one in simruns.failures(runs).read_first:
        assert runs[one.run].verdict == "failure"
        assert runs[one.run].scenario == one.scenario
        assert one.beside is None or runs[one.beside].verdict == "success"
        assert "failure" in str(runs[one.run].transcript())
