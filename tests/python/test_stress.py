"""Processes end, fork, are cancelled, interrupted and restarted. `make stress` does it longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def found_by(part: str, times: int) -> str:
    command = [sys.executable, "-m", "stress", "--seed", "16", f"--{part}", str(times)]
    done = subprocess.run(
        command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_process_ends_while_something_of_it_reads() -> None:
    assert "6 done, 0 faults" in found_by("exits", 1)


def test_a_process_forks_while_its_threads_and_its_loop_read() -> None:
    assert "8 done, 0 faults" in found_by("forks", 8)


def test_tasks_that_are_cancelled_at_random_moments_go_on_and_lose_nothing() -> None:
    assert "0 faults" in found_by("cancels", 40)


def test_ctrl_c_at_random_moments_ends_what_runs_and_loses_nothing() -> None:
    for library in ("pandas", "polars", "pyarrow"):
        pytest.importorskip(library)
    assert "20 done, 0 faults" in found_by("interrupts", 20)


def test_a_kernel_that_is_restarted_while_a_cell_reads_leaves_nothing_behind() -> None:
    pytest.importorskip("ipykernel")
    if not Path("/proc/net/tcp").is_file():
        pytest.skip("connections are counted on Linux")
    assert "1 done, 0 faults" in found_by("restarts", 1)
