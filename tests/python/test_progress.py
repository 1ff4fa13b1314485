"""A long build says how far it is, and what went wrong."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "progress.sh"
BUILD = 'echo "[1/3] a.o"; echo "a.cpp: warning"; echo "[2/3] b.o"; echo "[3/3] c.o"'


def progress(tmp_path: Path, build: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(SCRIPT), "compiling", str(tmp_path / "log"), "bash", "-c", build]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_a_build_says_where_it_begins_and_ends_and_what_the_compiler_says(tmp_path: Path) -> None:
    done = progress(tmp_path, BUILD, EVERY="3600")
    assert done.stdout == "compiling: [1/3]\na.cpp: warning\ncompiling: [3/3]\n"
    assert done.returncode == 0
    assert (tmp_path / "log").read_text().count("\n") == 4


def test_a_build_says_every_so_often_how_far_it_is(tmp_path: Path) -> None:
    done = progress(tmp_path, BUILD, EVERY="0", QUIET="1")
    assert done.stdout == "compiling: [1/3]\ncompiling: [2/3]\ncompiling: [3/3]\n"


def test_a_quiet_build_that_fails_shows_its_log(tmp_path: Path) -> None:
    done = progress(tmp_path, BUILD + "; exit 3", EVERY="3600", QUIET="1")
    assert "a.cpp: warning\n" in done.stdout
    assert done.returncode == 3
