"""Asserts for tests of an agent."""

from __future__ import annotations

from collections.abc import Mapping

from simruns.analysis.gate import Gate, gate
from simruns.analysis.members import ScenariosTold
from simruns.analysis.options import Errors
from simruns.analysis.setting import SameTest
from simruns.hold.runs import Runs

__all__ = ["assert_gate"]


def assert_gate(
    runs: Runs,
    baseline: Runs | None = None,
    *,
    min_success: float | None = None,
    criterion: Mapping[str, float] | None = None,
    max_regression: float | None = None,
    min_scenario: float | None = None,
    max_error_share: float = 0.1,
    labels: object = None,
    sheet: tuple[int, int | str] | None = None,
    errors: Errors = "agent",
    confidence: float = 0.95,
    same_test: SameTest = "tell",
    scenarios: ScenariosTold | None = None,
) -> Gate:
    """Raises an AssertionError unless an agent is shown to be good enough; the text says why.

        from simruns.testing import assert_gate

        def test_the_agent():
            assert_gate(simruns.open("runs.parquet"), min_success=0.9)

    The arguments are those of `simruns.gate`, whose result it gives. What cannot be told is no
    pass, nor are runs of which some are missing or still to come.
    """
    __tracebackhide__ = True  # so that pytest shows the line of the test
    result = gate(
        runs, baseline, min_success=min_success, criterion=criterion,
        max_regression=max_regression, min_scenario=min_scenario, max_error_share=max_error_share,
        labels=labels, sheet=sheet, errors=errors, confidence=confidence, same_test=same_test,
        scenarios=scenarios,
    )  # fmt: skip
    if result.exit:
        raise AssertionError(repr(result))
    return result
