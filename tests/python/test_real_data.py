"""Two hundred real conversations, served, fetched and laid out: nothing lost, nothing changed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns.cli.summary import Summary, summaries


@pytest.fixture(scope="module")
def told(real_data: Path) -> list[dict[str, Any]]:
    """The runs of the file."""
    return [json.loads(line) for line in real_data.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def runs(real_data: Path) -> Iterator[simruns.Runs]:
    with simruns.Simulator(data=real_data) as sim, sim.client() as client:
        yield client.batches(sim.batches()).read()


def test_all_200_runs_of_50_batches_come(runs: simruns.Runs, told: list[dict[str, Any]]) -> None:
    assert len(told) == len(runs) == 200
    assert len(runs.batches) == 50
    assert str(runs.completeness) == (
        "200 of 200 runs in 50 batches, 50 complete, no duplicate, 50 requests"
    )


def test_every_run_is_the_one_of_the_file(runs: simruns.Runs, told: list[dict[str, Any]]) -> None:
    by_id = {run["id"]: run for run in told}
    assert {run.id: run.to_dict() for run in runs} == by_id


def test_every_text_of_all_5108_turns_is_the_one_of_the_file(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    in_file = {run["id"]: [turn["text"] for turn in run["turns"]] for run in told}
    assert sum(map(len, in_file.values())) == 5108
    assert {run.id: [turn.text for turn in run.turns] for run in runs} == in_file
    assert len(runs.turns) == 5108


def test_every_text_survives_the_table_of_turns(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    pytest.importorskip("pyarrow")
    table = runs.turns.to_arrow()
    laid_out = list(zip(*(table[name].to_pylist() for name in ("run_id", "text")), strict=True))
    by_id = {run["id"]: run for run in told}
    in_order = [(run.id, turn["text"]) for run in runs for turn in by_id[run.id]["turns"]]
    assert laid_out == in_order


def test_the_success_rate_is_0_42(runs: simruns.Runs) -> None:
    overall = Summary("all", runs)
    assert (overall.successes, overall.settled, overall.excluded) == (84, 200, 0)
    assert overall.success_rate == pytest.approx(0.42)
    assert len(summaries(runs)) == 50


def test_the_demo_shows_all_50_scenarios(
    run_simruns: Callable[..., subprocess.CompletedProcess[str]],
    real_data: Path,
    runs: simruns.Runs,
    tmp_path: Path,
) -> None:
    done = run_simruns("demo", "--data", real_data, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(key.scenario in done.stdout for key in runs.batches)
    assert "200 runs, 5,108 turns, 50 batches, success rate 0.42 (84 of 200 settled)" in done.stdout
    assert "completeness: 200 of 200 runs in 50 batches, 50 complete" in done.stdout
