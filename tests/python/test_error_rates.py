"""How often a gate is wrong: exact binomial numbers, also at the edges, and the gate itself."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")

import analysis_runs as made
from conftest import SimrunsCommand
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_rates import binomial_at_least

import simruns

drawn = settings(deadline=None, max_examples=60)


def at_most(k: int, n: int, p: float) -> float:
    return binomial_at_least(n - k, n, 1 - p)


def numbers_of(min_success: float, runs: int, **more: Any) -> dict[str, Any]:
    found = simruns.error_rates(min_success, scenarios=1, runs_per_scenario=runs, **more)
    assert all(name.startswith("error_rates.") for name in found.numbers())
    return {name.removeprefix("error_rates."): one for name, one in found.numbers().items()}


def test_29_of_29_pass_0_9_and_nothing_less() -> None:
    """0.9^29 = 0.0471, and P(X <= 22 | 29, 0.9) = 0.0236, P(X <= 23) = 0.0658."""
    numbers = numbers_of(0.9, 29)
    assert (numbers["runs"], numbers["successes"], numbers["fails_at"]) == (29, 29, 22)
    assert numbers["false_pass"] == pytest.approx(0.9**29)
    assert numbers["false_fail"] == pytest.approx(at_most(22, 29, 0.9), abs=1e-12)
    assert numbers["power80"] == pytest.approx(0.8 ** (1 / 29))
    assert numbers["pass"][5] == pytest.approx(0.85**29)
    assert numbers["equal"] is True


def test_of_28_runs_none_passes_0_9() -> None:
    found = simruns.error_rates(0.9, scenarios=7, runs_per_scenario=4)
    assert (found.runs, found.successes, found.power80, found.false_pass) == (28, None, None, 0.0)
    assert set(found.passes) == {0.0}
    assert found.reasons["error_rates.power80"] == "all runs are too few"
    assert "No agent passes this gate, even if all runs succeed: they are too few" in str(found)


def test_of_few_runs_none_is_too_bad() -> None:
    """0.5^4 = 0.0625: four failures of four do not show that 0.5 is not reached."""
    found = simruns.error_rates(0.5, scenarios=1, runs_per_scenario=4)
    assert (found.fails_at, found.false_fail, found.successes) == (None, 0.0, None)
    assert set(found.fails) == {0.0}
    assert "error_rates.fails_at" in found.reasons
    found = simruns.error_rates(0.5, scenarios=1, runs_per_scenario=5)
    assert (found.fails_at, found.successes) == (0, 5)
    assert found.false_fail == found.false_pass == pytest.approx(0.5**5)


def test_a_risk_that_is_met_exactly_passes_and_does_not_fail() -> None:
    """Of floats, 1 - 0.9 is less than 0.1, and (1 - 0.8)^2 less than 1 - 0.96."""
    numbers = numbers_of(0.25, 2, confidence=0.9375)
    assert numbers["successes"] == 2
    assert numbers["false_pass"] == 0.0625
    assert numbers_of(0.1, 1, confidence=0.9)["successes"] == 1
    for min_success, confidence in ((0.75, 0.9375), (0.8, 0.96), (0.9, 0.99)):
        assert numbers_of(min_success, 2, confidence=confidence)["fails_at"] is None


def test_of_a_risk_that_is_no_more_than_rounding_nothing_fails() -> None:
    numbers = numbers_of(0.9, 20, requirements=10**13)
    assert (numbers["fails_at"], numbers["false_fail"]) == (None, 0)
    assert numbers["runs"] == 20


def test_requirements_share_the_risk_of_a_wrong_failure_and_not_that_of_a_pass() -> None:
    one, three = (numbers_of(0.9, 100, requirements=k) for k in (1, 3))
    assert one["successes"] == three["successes"] == 96
    assert one["false_pass"] == three["false_pass"] == pytest.approx(0.0237110827)
    assert (one["fails_at"], three["fails_at"]) == (84, 82)
    assert one["false_fail"] == pytest.approx(at_most(84, 100, 0.9), abs=1e-12)
    assert three["false_fail"] < 0.05 / 3


@pytest.mark.parametrize(
    ("min_success", "first", "last", "count"),
    [
        (0.5, 0.4, 0.6, 21),
        (0.9, 0.8, 1.0, 21),
        (0.1, 0.0, 0.2, 21),
        (0.95, 0.85, 1.0, 16),
        (0.05, 0.0, 0.15, 16),
        (0.995, 0.895, 0.995, 11),
        (0.005, 0.005, 0.105, 11),
    ],
)
def test_rates_are_a_hundredth_apart_and_between_0_and_1(
    min_success: float, first: float, last: float, count: int
) -> None:
    numbers = numbers_of(min_success, 50)
    assert len(numbers["rates"]) == len(numbers["pass"]) == len(numbers["fail"]) == count
    assert numbers["rates"][0] == pytest.approx(first, abs=1e-12)
    assert numbers["rates"][-1] == pytest.approx(last, abs=1e-12)
    at = [abs(rate - min_success) < 1e-12 for rate in numbers["rates"]].index(True)
    assert numbers["pass"][at] == numbers["false_pass"]
    assert numbers["fail"][at] == numbers["false_fail"]


@drawn
@given(
    st.integers(1, 80),
    st.sampled_from([0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 1 / 3]),
    st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]),
    st.integers(1, 4),
)
def test_all_numbers_are_those_of_the_binomial_distribution(
    runs: int, min_success: float, confidence: float, requirements: int
) -> None:
    numbers = numbers_of(min_success, runs, confidence=confidence, requirements=requirements)
    risk = 1 - confidence
    passing = [k for k in range(runs + 1)
               if binomial_at_least(k, runs, min_success) <= risk + 1e-12]  # fmt: skip
    failing = [k for k in range(runs + 1)
               if at_most(k, runs, min_success) < risk / requirements - 1e-12]  # fmt: skip
    k, f = min(passing, default=None), max(failing, default=None)
    assert (numbers["successes"], numbers["fails_at"]) == (k, f)
    for rate, passes, fails in zip(numbers["rates"], numbers["pass"], numbers["fail"], strict=True):
        expected = 0.0 if k is None else binomial_at_least(k, runs, rate)
        assert passes == pytest.approx(expected, abs=1e-9)
        assert fails == pytest.approx(0.0 if f is None else at_most(f, runs, rate), abs=1e-9)
    if k is not None:
        assert binomial_at_least(k, runs, numbers["power80"]) == pytest.approx(0.8, abs=1e-9)


# Of runs


@pytest.mark.parametrize(
    ("scenarios", "runs", "equal"),
    [
        ({"a": "SSFF", "b": "SSSS"}, 8, True),
        ({"a": "SSFFSS", "b": "SSS"}, 8, False),  # 4 / (1/6 + 1/3) is 8 exactly
        ({"a": "SSSS", "b": "SS"}, 5, False),  # 16/3
        ({"a": "S"}, 1, True),
        ({"a": "SSPP", "b": "SF", "c": "__"}, 4, True),  # excluded runs do not count
        ({f"s{i}": "S" * 25 for i in range(7)}, 175, True),  # which floats have a little below
    ],
)
def test_runs_count_by_their_scenarios(scenarios: dict[str, str], runs: int, equal: bool) -> None:
    found = simruns.error_rates(0.9, made.held(made.make_runs(scenarios)))
    assert (found.runs, found.equal) == (runs, equal)
    same = simruns.error_rates(0.9, scenarios=1, runs_per_scenario=runs)
    assert found.passes == same.passes
    assert ("about" in str(found)) == (not equal)


@pytest.mark.parametrize("letters", ["SSSSSSSS", "SSSSFSSS", "FFFFSSFF", "FFFFFFFF"])
@pytest.mark.parametrize("min_success", [0.2, 0.5, 0.69, 0.9])
def test_a_gate_passes_and_fails_at_the_successes_that_are_told(
    letters: str, min_success: float
) -> None:
    """Runs of two scenarios that have the same successes."""
    runs = made.held(made.make_runs({"a": letters[:4], "b": letters[4:]}))
    gate = simruns.gate(runs, min_success=min_success)
    rates = gate.error_rates
    assert rates == simruns.error_rates(min_success, runs)
    good = letters.count("S")
    if rates.successes is not None and good >= rates.successes:
        assert gate.verdict == "pass"
    elif rates.fails_at is not None and good <= rates.fails_at:
        assert gate.verdict == "not good enough"
    else:
        assert gate.verdict == "cannot tell"


@drawn
@given(
    st.integers(1, 6), st.integers(1, 8), st.data(),
    st.sampled_from([0.3, 0.5, 0.8, 0.9, 0.95]), st.sampled_from([0.8, 0.95]),
)  # fmt: skip
def test_error_rates_are_those_of_the_gate_where_scenarios_have_as_many_runs(
    scenarios: int, each: int, data: st.DataObject, min_success: float, confidence: float
) -> None:
    """n_g is then the number of runs, whatever their outcomes."""
    letters = data.draw(st.lists(st.text("SF", min_size=each, max_size=each),
                                 min_size=scenarios, max_size=scenarios))  # fmt: skip
    runs = made.held(made.make_runs({f"s{i}": some for i, some in enumerate(letters)}))
    gate = simruns.gate(runs, min_success=min_success, confidence=confidence)
    rates = simruns.error_rates(min_success, scenarios=scenarios, runs_per_scenario=each,
                                confidence=confidence)  # fmt: skip
    assert gate.error_rates == rates
    good = sum(some.count("S") for some in letters)
    passes = rates.successes is not None and good >= rates.successes
    fails = rates.fails_at is not None and good <= rates.fails_at
    assert (gate.verdict == "pass", gate.verdict == "not good enough") == (passes, fails)


def test_a_gate_tells_its_error_rates() -> None:
    runs = made.held(made.make_runs({"a": "S" * 20, "b": "S" * 20}))
    gate = simruns.gate(runs, min_success=0.9)
    numbers = gate.numbers()
    assert numbers["error_rates.successes"] == 40
    assert numbers["error_rates.false_pass"] == pytest.approx(0.9**40)
    told = str(gate)
    assert "An agent truly at 0.85 passes this gate in 0.2% of batches, one at 0.9 in 1.5%" in told
    more = simruns.gate(runs, min_success=0.9, min_scenario=0.1)
    assert "An agent truly at 0.85 passes the success requirement in 0.2%" in str(more)
    shared = simruns.gate(runs, runs_of_before(), min_success=0.9, max_regression=0.5)
    assert shared.numbers()["error_rates.requirements"] == 2


def runs_of_before() -> simruns.Runs:
    return made.held(made.make_runs({"a": "SSSS"}, batch="b0"))


def test_a_gate_without_a_success_rate_or_a_judged_run_has_no_error_rates() -> None:
    runs = made.held(made.make_runs({"a": "SSSS"}))
    assert simruns.gate(runs, min_scenario=0.5).numbers()["error_rates"] is None
    none = made.held(made.make_runs({"a": "PP"}))
    assert simruns.gate(none, min_success=0.5).error_rates is None


def test_the_commands_print_error_rates(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    runs = made.make_runs({"a": "S" * 29})
    path.write_text("".join(f"{text}\n" for text in made.texts(runs)), encoding="utf-8")
    told = "An agent truly at 0.85 passes this gate in 0.9% of batches, one at 0.9 in 4.7%, one at"
    assert told in call_simruns("gate", path, "--min-success", 0.9).stdout
    plan = call_simruns("plan", "--min-success", 0.9, "--expect", 0.99, "--power", 0.74)
    assert plan.stdout.startswith("Plan\n29 runs, of which 29 have to succeed")
    assert told in plan.stdout
    gate = json.loads(call_simruns("gate", path, "--min-success", 0.9, "--json").stdout)
    expected = simruns.error_rates(0.9, scenarios=1, runs_per_scenario=29).numbers()
    assert {name: gate[name] for name in expected} == expected


def test_a_plan_tells_its_error_rates() -> None:
    told = str(simruns.plan(min_success=0.9, expect=0.95))
    assert "An agent truly at 0.85 passes this gate in <0.1% of batches, one at 0.9 in 4.9%" in told
    assert "one at 0.95 in 81.3%; it takes 0.949 to pass in 80%" in told


@pytest.mark.parametrize(
    "arguments",
    [
        {"min_success": 0.0, "scenarios": 1, "runs_per_scenario": 1},
        {"min_success": 1.0, "scenarios": 1, "runs_per_scenario": 1},
        {"min_success": True, "scenarios": 1, "runs_per_scenario": 1},
        {"min_success": 0.9},
        {"min_success": 0.9, "scenarios": 3},
        {"min_success": 0.9, "runs_per_scenario": 3},
        {"min_success": 0.9, "scenarios": 0, "runs_per_scenario": 3},
        {"min_success": 0.9, "scenarios": 3, "runs_per_scenario": 1.5},
        {"min_success": 0.9, "scenarios": 3, "runs_per_scenario": 3, "requirements": 0},
        {"min_success": 0.9, "scenarios": 3, "runs_per_scenario": 3, "confidence": 2},
        {"min_success": 0.9, "scenarios": 10**6, "runs_per_scenario": 10**6},
        {"min_success": 0.9, "runs": "abc"},
        {"min_success": 0.9, "runs": made.make_runs({"a": "S"})},
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(simruns.InvalidArgumentError):
        simruns.error_rates(**arguments)


def test_runs_that_tell_of_no_gate_are_refused() -> None:
    runs = made.held(made.make_runs({"a": "SS"}))
    with pytest.raises(simruns.InvalidArgumentError, match="two designs"):
        simruns.error_rates(0.9, runs, scenarios=1, runs_per_scenario=2)
    for none in ([], made.make_runs({"a": "PX"})):
        with pytest.raises(simruns.InvalidArgumentError, match="no run is judged"):
            simruns.error_rates(0.9, made.held(none))
    twice = [made.make_run("a", id="same", batch=f"b{i}") for i in range(2)]
    with pytest.raises(simruns.InvalidArgumentError, match="the id of another"):
        simruns.error_rates(0.9, made.held(twice))


def test_errors_are_judged_as_in_the_gate() -> None:
    runs = made.held(made.make_runs({"a": "SSAP"}))
    every = ("exclude", "agent", "fail")
    counts = [simruns.error_rates(0.5, runs, errors=errors).runs for errors in every]
    assert counts == [2, 3, 4]


def test_error_rates_are_a_result_as_others_are() -> None:
    found = simruns.error_rates(0.9, scenarios=10, runs_per_scenario=10)
    assert pickle.loads(pickle.dumps(found)) == found
    assert json.loads(json.dumps(found.numbers())) == found.numbers()
    frame = found.to_frame()
    assert list(frame.columns) == ["rate", "pass", "fail"]
    assert frame["pass"].tolist() == list(found.passes)
    assert math.isclose(found.to_frames()["numbers"].set_index("name")["value"][
        "error_rates.false_pass"], found.false_pass)  # fmt: skip
