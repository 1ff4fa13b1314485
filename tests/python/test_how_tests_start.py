"""What the tests come to does not depend on how, or from where, they are started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SENSITIVE = [
    "test_cli.py::test_ctrl_c_ends_serve_with_130_and_no_traceback",
    "test_cli.py::test_a_reader_who_leaves_early_is_no_traceback",
    "test_cli_follow.py::test_ctrl_c_ends_with_130_and_the_summary",
    "test_export.py::test_ctrl_c_ends_an_export_with_130_and_leaves_no_file",
    "test_simulator.py::test_a_child_of_fork_leaves_its_parents_simulator_alone",
]
"""Tests that send signals, fork, or read what a process left in the buffer of its output."""
MUCH = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "ascii",
    "PYTHONWARNINGS": "error",
    "COLUMNS": "40",
    "FORCE_COLOR": "1",
    "GITHUB_ACTIONS": "true",
    "SIMRUNS_API_KEY": "k",
    "http_proxy": "http://127.0.0.1:1",
}


@pytest.mark.parametrize(
    ("before", "environment"),
    [("trap '' INT HUP TERM QUIT USR1", {"LANG": "C"}), (":", MUCH)],
    ids=["as by nohup", "much set"],
)
def test_tests_of_signals_forks_and_pipes_pass(before: str, environment: dict[str, str]) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME")}
    tests = [str(HERE / name) for name in SENSITIVE]
    done = subprocess.run(
        ["sh", "-c", f'{before}; exec "$@"', "sh", sys.executable, "-m", "pytest", "-q", *tests,
         "-p", "no:cacheprovider", "--timeout=60"],
        cwd="/", env={**kept, **environment}, capture_output=True, text=True, timeout=110,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
