"""Every number of the analysis, held against a plain implementation of its definition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")
pytest.importorskip("statsmodels")

import analysis_runs as made
import plain_analysis as plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simruns

ERRORS = st.sampled_from(["agent", "exclude", "fail"])
CONFIDENCES = st.sampled_from([0.9, 0.95, 0.99])
drawn = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def agree(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Holds all numbers of `theirs` against ours; what is no fraction has to be equal."""
    assert json.loads(json.dumps(ours)) == ours
    wrong = {
        name: (ours.get(name, "missing"), expected)
        for name, expected in theirs.items()
        if name not in ours or not _is_same(ours[name], expected)
    }
    assert not wrong, wrong


def _is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, list):
        return (
            isinstance(ours, list) and len(ours) == len(theirs) and all(map(_is_same, ours, theirs))
        )
    if isinstance(theirs, float) and isinstance(ours, float | int):
        return bool(ours == pytest.approx(theirs, abs=1e-9, rel=1e-9))
    return bool(ours == theirs) and (ours is None) == (theirs is None)


@drawn
@given(made.run_sets(), ERRORS, CONFIDENCES)
def test_a_summary_of_odd_runs(runs: list[made.Json], errors: Any, confidence: float) -> None:
    ours = simruns.summarize(made.held(runs), errors=errors, confidence=confidence)
    agree(ours.numbers(), plain.summarize(runs, errors=errors, confidence=confidence))


@drawn
@given(made.run_sets(plain=True, least=10, scenarios=14), ERRORS)
def test_a_summary_of_many_scenarios(runs: list[made.Json], errors: Any) -> None:
    agree(
        simruns.summarize(made.held(runs), errors=errors).numbers(),
        plain.summarize(runs, errors=errors),
    )


@drawn
@given(made.run_sets(plain=True, scenarios=13), st.sampled_from([None, 1, 2, 3, 20]), ERRORS)
def test_reliability(runs: list[made.Json], k: int | None, errors: Any) -> None:
    ours = simruns.reliability(made.held(runs), k, errors=errors)
    agree(ours.numbers(), plain.reliability(runs, k, errors=errors))


@drawn
@given(made.two_sides(), ERRORS, CONFIDENCES)
def test_a_comparison_of_odd_runs(sides: Any, errors: Any, confidence: float) -> None:
    old, new = sides
    ours = simruns.compare(
        made.held(old), made.held(new), errors=errors, confidence=confidence, power=0.9, detect=0.1
    )
    theirs = plain.compare(old, new, errors=errors, confidence=confidence, power=0.9, detect=0.1)
    agree(ours.numbers(), theirs)


@drawn
@given(made.two_sides(plain=True, least=10, scenarios=14))
def test_a_comparison_of_many_scenarios(sides: Any) -> None:
    old, new = sides
    agree(simruns.compare(made.held(old), made.held(new)).numbers(), plain.compare(old, new))


@drawn
@given(made.two_sides(plain=True), made.run_sets(plain=True, side="third-"))
def test_comparisons_of_several_sides(sides: Any, third: list[made.Json]) -> None:
    old, new = sides
    labelled = {"b": new, "c": third}
    ours = simruns.compare(
        made.held(old), {label: made.held(runs) for label, runs in labelled.items()}
    )
    agree(ours.numbers(), plain.compare_many(old, labelled))


@drawn
@given(made.run_sets(), st.sampled_from(["day", "batch"]), ERRORS)
def test_a_trend(runs: list[made.Json], by: Any, errors: Any) -> None:
    ours = simruns.trend(made.held(runs), by, errors=errors)
    theirs = plain.trend(runs, by, errors=errors)
    there = {name: value for name, value in theirs.items() if name in ours.numbers()}
    assert theirs.keys() - there.keys() <= {f"latest.{n}" for n in plain.compare([], [])}
    agree(ours.numbers(), there)


@drawn
@given(made.two_sides(), st.data(), ERRORS, CONFIDENCES)
def test_a_gate(sides: Any, data: st.DataObject, errors: Any, confidence: float) -> None:
    old, new = sides
    share = st.sampled_from([0.1, 0.5, 0.8, 0.95])
    keys = [name.split(".")[1] for name in plain.summarize(new, errors=errors)
            if name.startswith("criterion.") and name.endswith(".met")]  # fmt: skip
    required: dict[str, Any] = data.draw(
        st.fixed_dictionaries(
            {"min_success": share},
            optional={
                "max_regression": st.sampled_from([0.0, 0.1, 0.5]),
                "min_scenario": share,
                "max_error_share": st.sampled_from([0.0, 0.1, 0.5, 1.0]),
                **({"criterion": st.fixed_dictionaries({keys[0]: share})} if keys else {}),
            },
        )
    )
    ours = simruns.gate(
        made.held(new), made.held(old), **required, errors=errors, confidence=confidence
    )
    theirs = plain.gate(new, old, **required, errors=errors, confidence=confidence)
    agree(ours.numbers(), theirs)


@drawn
@given(made.run_sets(plain=True), st.integers(1, 9), st.sampled_from([0.1, 0.5, 0.9]))
def test_a_gate_that_waits(runs: list[made.Json], planned: int, min_success: float) -> None:
    """Where too many of the settled runs are excluded, in all or for good in a scenario, nothing
    that comes can tell.
    """
    ours = simruns.gate(made.held(runs), min_success=min_success, planned=planned)
    theirs = plain.gate(runs, min_success=min_success, planned=planned)
    settled = [run for run in runs if plain.verdict(run) != "pending"]
    excluded = len(settled) - ours.judged
    thin = False
    for some in plain.by_scenario(runs).values():
        there = [run for run in some if plain.verdict(run) != "pending"]
        rest = max(0, planned - len(there))
        thin |= 2 * (len(plain.judged_of(there, "agent")) + rest) < len(there) + rest
    if thin or (settled and excluded / len(settled) > 0.1):
        theirs["wait.verdict"] = "cannot tell"
    agree(ours.numbers(), theirs)


@drawn
@given(made.run_sets(plain=True), st.sampled_from([0.02, 0.05, 0.3]), st.sampled_from([0.5, 0.9]))
def test_a_plan_by_runs(runs: list[made.Json], detect: float, power: float) -> None:
    ours = simruns.plan(made.held(runs), detect=detect, power=power)
    agree(ours.numbers(), plain.plan(runs, detect=detect, power=power))
