"""`simruns.testing.assert_gate`, in tests of other people too."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from project_file import written

import simruns

for library in ("pyarrow", "scipy", "statsmodels"):
    pytest.importorskip(library)

from analysis_runs import held, make_runs, texts  # noqa: E402

from simruns.testing import assert_gate  # noqa: E402


@pytest.mark.parametrize(
    "letters",
    ["S" * 60, "S" * 58 + "FF", "SF" * 30, "S" * 60 + "P" * 10, "_" * 20],
)
@pytest.mark.parametrize("how", [{"min_success": 0.9}, {"min_scenario": 0.4, "errors": "fail"}])
def test_the_assert_passes_what_the_gate_passes_and_says_why_not(
    letters: str, how: dict[str, Any]
) -> None:
    runs = held(make_runs({"refund": letters}))
    gate = simruns.gate(runs, **how)
    if gate.verdict == "pass":
        assert assert_gate(runs, **how) == gate
        return
    with pytest.raises(AssertionError) as raised:
        assert_gate(runs, **how)
    assert str(raised.value) == repr(gate)
    assert gate.why[1:] in str(raised.value)


def test_a_baseline_is_the_second_argument() -> None:
    old = held(make_runs({"refund": "S" * 60}, batch="b0"))
    new = held(make_runs({"refund": "SF" * 30}))
    assert assert_gate(old, new, max_regression=0.1).verdict == "pass"
    with pytest.raises(AssertionError, match=r"(?i)the change is -0\.50"):
        assert_gate(new, old, max_regression=0.1)


@pytest.mark.odd_data
def test_runs_that_are_missing_are_no_pass(tmp_path: Path) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "S"}, runs=40)
    faults = [{"every": 1, "total": 41}]
    with simruns.Simulator(data=data, faults=faults) as sim, sim.client() as client:
        batches = client.batches(sim.pairs)
        with pytest.warns(simruns.IncompleteWarning):
            runs = batches.read(allow_incomplete=True)
    for sides in ([runs], [held(make_runs({"s": "S" * 40})), runs]):
        with pytest.raises(AssertionError, match="there twice: 40 of 41 runs, incomplete"):
            assert_gate(*sides, min_success=0.9)


def test_a_mistake_is_no_failed_assert() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="nothing is required"):
        assert_gate(held(make_runs({"s": "S" * 40})))


def test_the_arguments_are_those_of_the_gate() -> None:
    ours, theirs = (inspect.signature(f).parameters for f in (assert_gate, simruns.gate))
    assert dict(ours) == {name: of for name, of in theirs.items() if name != "planned"}


def test_it_is_found_without_an_import_of_its_own() -> None:
    program = "import simruns; print(simruns.testing.assert_gate.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "assert_gate\n"


def test_a_failure_shows_the_line_of_the_test_and_why(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text("".join(f"{text}\n" for text in texts(make_runs({"refund": "SF" * 30}))))
    pytester.makepyfile(
        f"""
        import simruns
        from simruns.testing import assert_gate

        def test_the_agent():
            assert_gate(simruns.open({str(path)!r}), min_success=0.9)
        """
    )
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    done = pytester.runpytest_inprocess()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            ">*assert_gate(simruns.open(*",
            "E*AssertionError: Gate: not good enough",
            "E*Success is 0.50 (likely 0.39 to 0.61), where 0.90 is required.",
            "E*success*not good enough*0.90*0.50*",
        ]
    )
    done.stdout.no_fnmatch_line("*__tracebackhide__*")
    done.stdout.no_fnmatch_line("*raise AssertionError*")
