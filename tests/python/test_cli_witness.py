"""What a batch says of itself, in the lines and the exit codes of commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import SimrunsCommand
from project_file import written

import simruns

pytest.importorskip("pyarrow")

FILES = ("x.parquet", "x.jsonl", "x.csv")


def given(sim: simruns.Simulator) -> list[object]:
    key = sim.batches()[0]
    where = ["--base-url", sim.url, "--project", key.project, "--scenario", key.scenario]
    return [*where, "--batch", key.batch]


@pytest.mark.odd_data
@pytest.mark.parametrize(
    ("batch", "told"),
    [
        ({"completedRuns": 12, "failedRuns": 3}, "unverified (12 fewer than the batch counts;"),
        ({"status": "IN_PROGRESS"}, "unverified (still running)"),
    ],
)
@pytest.mark.parametrize("name", FILES)
def test_a_batch_that_counts_more_or_still_runs_is_kept_and_exit_code_3(
    run_simruns: SimrunsCommand, tmp_path: Path, name: str, batch: dict[str, Any], told: str
) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "S"}, runs=3, **{"status": "COMPLETED", **batch})
    path = tmp_path / name
    with simruns.Simulator(data=data) as sim:
        for more, code in (([], 3), (["--allow-incomplete"], 0)):
            words = ["export", *given(sim), "-o", path, *more]
            done = run_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
            assert done.returncode == code, done.stderr
            (line,) = done.stderr.splitlines()
            assert line.startswith(f"{path}: 3 of 3 runs, {told}")
            assert path.exists()
            path.unlink()
        done = run_simruns("show", *given(sim), SIMRUNS_API_KEY=sim.api_key)
        assert (done.returncode, len(done.stdout.splitlines())) == (3, 3)
        assert told in done.stderr
        archive = tmp_path / "archive"
        done = run_simruns("archive", *given(sim), "-o", archive, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0  # it is to be called again, and keeps what expires
        assert told in done.stderr


@pytest.mark.odd_data
@pytest.mark.parametrize("name", FILES)
def test_a_batch_that_counts_no_run_is_empty_and_no_failure(
    run_simruns: SimrunsCommand, tmp_path: Path, name: str
) -> None:
    counts = {"status": "COMPLETED", "ordered": 0, "completedRuns": 0, "failedRuns": 0}
    data = written(tmp_path / "a.jsonl", {"s": "S"}, 0, **counts)
    where = ["--project", "p", "--scenario", "s", "--batch", "s-b"]
    path = tmp_path / name
    with simruns.Simulator(data=data) as sim:
        server = ["--base-url", sim.url, *where]
        for words in (["export", "-o", path], ["show"], ["archive", "-o", tmp_path / "archive"]):
            done = run_simruns(*words, *server, SIMRUNS_API_KEY=sim.api_key)
            assert done.returncode == 0, done.stderr
            assert "0 of 0 runs, complete (the batch counts none)" in done.stderr
    assert path.exists()


@pytest.mark.odd_data
def test_a_batch_whose_runs_have_all_expired_is_not_called_mistyped(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    counts = {"status": "COMPLETED", "ordered": 4, "completedRuns": 4}
    data = written(tmp_path / "a.jsonl", {"s": "S"}, 0, **counts)
    with simruns.Simulator(data=data) as sim:
        words = ["export", "--base-url", sim.url, "--project", "p", "--scenario", "s", "--batch"]
        words += ["s-b", "-o", str(tmp_path / "x.csv")]
        done = run_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 3
        (line,) = done.stderr.splitlines()
        assert line.startswith(
            "simruns: scenario s, batch s-b: no runs; have they expired? --allow"
        )
        assert not (tmp_path / "x.csv").exists()
        done = run_simruns(*words, "--allow-empty", SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr


def test_a_mistyped_batch_is_exit_code_3_and_leaves_no_file(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    with simruns.Simulator(scenarios=1, runs=3) as sim:
        words = [*given(sim)[:-1], "no-such-batch"]
        for name in FILES:
            done = run_simruns("export", *words, "-o", tmp_path / name, SIMRUNS_API_KEY=sim.api_key)
            assert done.returncode == 3, done.stderr
            assert "no runs; are the references right? --allow-empty" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [{"neighbours": False}, {"faults": [{"on": "batch", "every": 1, "status": 403}]}],
)
@pytest.mark.parametrize("name", FILES)
def test_a_batch_that_says_nothing_is_judged_by_its_runs(
    run_simruns: SimrunsCommand, tmp_path: Path, name: str, arguments: dict[str, Any]
) -> None:
    with simruns.Simulator(scenarios=1, runs=150, **arguments) as sim:
        words = ["export", *given(sim), "-o", tmp_path / name]
        done = run_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    assert "150 of 150 runs, complete, " in done.stderr
    assert ", no witness (HTTP 40" in done.stderr
