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


def test_the_first_example_prints_every_run_and_that_it_was_all() -> None:
    *runs, last = output_of([sys.executable, EXAMPLES / "01_every_run.py"]).splitlines()
    assert len(runs) == 250
    assert last == "250 of 250 runs, complete, no duplicate, 3 requests"


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
