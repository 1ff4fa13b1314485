"""The examples run, and say what they promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import simruns
from simruns.cli.summary import summaries

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
BUILD = Path(os.environ.get("SIMRUNS_BUILD_DIR", ROOT / "build" / "dev"))


def output_of(command: list[str | Path], **environment: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_a_python_example_runs(path: Path) -> None:
    if "tables" in path.name:
        pytest.importorskip("pandas")
        pytest.importorskip("polars")
    assert output_of([sys.executable, path])


def test_the_pytest_example_passes_in_a_suite_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    (tmp_path / "test_totals.py").write_text((EXAMPLES / "pytest" / "test_totals.py").read_text())
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"],
        cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_scripts_of_the_docs_are_served() -> None:
    pytest.importorskip("yaml")
    folder = EXAMPLES / "simulator"
    with simruns.Simulator(faults=folder / "faults.yaml", live=folder / "schedule.yaml") as sim:
        assert sim.clock.speed == 1


def test_the_simulator_example_tells_of_its_fault_and_of_runs_that_come() -> None:
    read, log, *steps = output_of([sys.executable, EXAMPLES / "04_simulator.py"]).splitlines()
    assert read.startswith("250 runs")
    assert log.count("(503, True)") == 1
    assert log.count("(200, ") == 4  # three pages, and the batch
    assert [step.split()[0] for step in steps] == ["0.0", "30.0", "60.0"]
    assert [step.count("'") // 2 for step in steps] == [1, 4, 7]


def test_the_follow_example_gives_every_run_or_names_it_as_lost() -> None:
    printed = output_of([sys.executable, EXAMPLES / "05_follow.py"])
    *runs, lost, status = printed.splitlines()
    assert len({run.split()[0] for run in runs}) == len(runs) == 19
    assert "lost: pending in poll" in lost
    assert status.startswith("19 of 20 settled, 0 pending, 1 lost, of 20 runs seen")


def test_the_first_example_prints_every_run_and_that_it_was_all() -> None:
    *runs, last = output_of([sys.executable, EXAMPLES / "01_every_run.py"]).splitlines()
    assert len(runs) == 250
    assert last == "250 of 250 runs, complete, sequence 1-250, no gap, no duplicate, 3 requests"


@pytest.mark.parametrize("source", sorted(EXAMPLES.glob("*.cpp")), ids=lambda path: path.name)
def test_a_cpp_example_prints_every_run(source: Path, own_sim: simruns.Simulator) -> None:
    program = BUILD / "examples" / source.stem
    if not program.exists():
        pytest.skip(f"the C++ examples are not built: no {program}")
    project, scenario, batch = own_sim.batches()[0]
    with own_sim.client() as client:
        ids = [run.id for run in client.batch(scenario=scenario, batch=batch).runs()]
    printed = output_of(
        [program, own_sim.url, project, scenario, batch], SIMRUNS_API_KEY=own_sim.api_key
    )
    for run_id in ids:
        assert run_id in printed


def test_the_tables_example_prints_the_success_rates_of_the_command_line() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    printed = output_of([sys.executable, EXAMPLES / "02_tables.py"])
    with simruns.Simulator(scenarios=5, runs=100) as sim, sim.client() as client:
        rows = summaries(client.batches(sim.pairs).read())
    assert len(rows) == 5
    for row in rows:
        assert re.search(rf"^{row.scenario} +{row.success_rate:.6f}$", printed, re.MULTILINE)
