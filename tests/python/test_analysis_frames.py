"""The frames of results of analysis: the same ones, with the same columns, whatever the runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import simruns

for library in ("pandas", "pyarrow", "scipy", "statsmodels"):
    pytest.importorskip(library)

from analysis_runs import held, make_run, make_runs  # noqa: E402

RESULTS: dict[str, Callable[[simruns.Runs], Any]] = {
    "summarize": simruns.summarize,
    "reliability": simruns.reliability,
    "compare": lambda runs: simruns.compare(runs, runs[:0]),
    "trend": simruns.trend,
    "failures": simruns.failures,
    "plan": lambda runs: simruns.plan(runs, detect=0.1),
    "gate": lambda runs: simruns.gate(runs, min_success=0.5),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_of_no_runs_have_the_frames_and_columns_of_results_of_runs(name: str) -> None:
    failed = {"greets": False, "refunds": False}
    runs = held([*make_runs({"refund": "SSFA", "hours": "F_"}), make_run("odd", criteria=failed)])
    result, empty = RESULTS[name](runs), RESULTS[name](runs[:0])
    frames = {each: list(frame.columns) for each, frame in result.to_frames().items()}
    assert {each: list(frame.columns) for each, frame in empty.to_frames().items()} == frames
    assert all(columns and "" not in columns for columns in frames.values())
    assert list(empty.to_frame().columns) == list(result.to_frame().columns)
    single = dict(result.to_frames()["numbers"].itertuples(index=False))
    assert len(single) > 0
    for each, value in single.items():
        number = result.numbers()[each]
        assert (type(value), value) == (type(number), number)
