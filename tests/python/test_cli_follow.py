"""`simruns follow`, in processes of its own."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from project_file import written

import simruns

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


def command(sim: simruns.Simulator, *options: object) -> list[object]:
    key = sim.batches()[0]
    where = ["--base-url", sim.url, "--project", sim.project]
    return ["follow", *where, "--scenario", key.scenario, "--batch", key.batch, *options]


@pytest.fixture
def pending() -> Iterator[simruns.Simulator]:
    """Three runs, settled but for the last, which expires in a minute of its clock."""
    schedule = {"appear_every": 0, "settle_after": 0, "expire_after": 3600}
    with simruns.Simulator(seed=3, scenarios=1, runs=3) as plain, plain.client() as client:
        last = client.batches(plain.pairs).read()[2].id
    schedule["runs"] = {last: {"appears": 0, "settles": 100, "expires": 60}}  # type: ignore[assignment]
    with simruns.Simulator(seed=3, scenarios=1, runs=3, live=schedule, speed=0) as sim:
        yield sim


def test_a_line_of_json_a_run_and_a_summary(sim: simruns.Simulator, run_simruns: Run) -> None:
    done = run_simruns(*command(sim, "--count", 250), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    with sim.client() as client:
        runs = client.batches(sim.pairs[:1]).read()
    assert [(line["id"], line["verdict"]) for line in lines] == [(r.id, r.verdict) for r in runs]
    assert lines[0].keys() >= {"sequence", "success", "status", "duration_ms", "created_at_ms"}
    assert done.stderr.startswith(
        "250 of 250 settled, 0 pending, 0 lost, of 250 runs seen, 1 poll, "
    )
    assert re.search(r"ended by count, success rate 0\.\d\d \(\d+ of \d+\)\n$", done.stderr)


@pytest.mark.odd_data
def test_lines_are_ascii_where_the_output_is_no_utf_8(run_simruns: Run, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(
        '{"id":"größe","simulationReference":"s","simulationRunBatchReference":"b",'
        '"projectReference":"p","metrics":{"success":true}}\n',
        encoding="utf-8",
    )
    with simruns.Simulator(data=tmp_path / "x.jsonl") as sim:
        done = run_simruns(
            *command(sim, "--count", 1), SIMRUNS_API_KEY=sim.api_key, PYTHONIOENCODING="ascii"
        )
    assert done.returncode == 0, done.stderr
    assert "gr\\u00f6\\u00dfe" in done.stdout
    assert json.loads(done.stdout)["id"] == "größe"


def test_a_closed_output_is_a_mistake(sim: simruns.Simulator) -> None:
    words = [sys.executable, "-m", "simruns", *map(str, command(sim, "--count", 1))]
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", *words]
    done = subprocess.run(
        closed, env={**os.environ, "SIMRUNS_API_KEY": sim.api_key}, stderr=subprocess.PIPE,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "simruns: standard output is closed, and the runs go there\n"


def test_idle_ends_it_and_runs_that_pend_are_exit_code_3(
    pending: simruns.Simulator, run_simruns: Run
) -> None:
    done = run_simruns(
        *command(pending, "--idle", 0.2, "--interval", 0.1), SIMRUNS_API_KEY=pending.api_key
    )
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 2
    assert "2 of 3 settled, 1 pending" in done.stderr


def test_a_lost_run_is_named_and_exit_code_3(
    pending: simruns.Simulator, start_simruns: Start
) -> None:
    follow = start_simruns(
        *command(pending, "--idle", 3, "--interval", 0.05), SIMRUNS_API_KEY=pending.api_key
    )
    assert follow.stdout is not None
    for _ in range(2):
        assert json.loads(follow.stdout.readline())["verdict"] != "pending"
    pending.clock.advance(60)
    _, errors = follow.communicate(timeout=60)
    assert follow.returncode == 3
    assert re.match(r"lost \w+: pending in poll \d+, gone in poll \d+, before it settled\n", errors)
    assert "2 of 3 settled, 0 pending, 1 lost" in errors


def test_ctrl_c_ends_with_130_and_the_summary(
    pending: simruns.Simulator, start_simruns: Start
) -> None:
    follow = start_simruns(
        *command(pending, "--interval", 600), SIMRUNS_API_KEY=pending.api_key, PYTHONUNBUFFERED=""
    )
    assert follow.stdout is not None
    for _ in range(2):
        follow.stdout.readline()
    follow.send_signal(signal.SIGINT)
    rest, errors = follow.communicate(timeout=60)
    assert (follow.returncode, rest) == (130, "")
    assert errors.startswith("2 of 3 settled, 1 pending, 0 lost")
    assert errors.endswith("simruns: interrupted\n")
    assert "Traceback" not in errors


def test_a_deadline_with_too_few_runs_is_exit_code_3(
    sim: simruns.Simulator, run_simruns: Run
) -> None:
    done = run_simruns(
        *command(sim, "--count", 300, "--deadline", 0.5), SIMRUNS_API_KEY=sim.api_key
    )
    assert done.returncode == 3
    assert "ended by deadline" in done.stderr


def test_a_request_that_fails_is_exit_code_1(sim: simruns.Simulator, run_simruns: Run) -> None:
    done = run_simruns(*command(sim), SIMRUNS_API_KEY="wrong")
    assert done.returncode == 1
    assert "HTTP 401" in done.stderr
    assert "right references" not in done.stderr
    assert run_simruns(*command(sim, "--count", 0), SIMRUNS_API_KEY="k").returncode == 2


def test_a_batch_without_runs_asks_whether_the_references_are_right(
    sim: simruns.Simulator, run_simruns: Run
) -> None:
    where = ["--base-url", sim.url, "--project", sim.project, "--scenario", "no", "--batch", "no"]
    done = run_simruns("follow", *where, "--deadline", 2, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 3
    assert "are scenario and batch the right references?" in done.stderr
    where.append("--allow-empty")
    done = run_simruns("follow", *where, "--deadline", 2, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0
    assert "right references" not in done.stderr


def test_a_terminal_shows_a_live_table(pending: simruns.Simulator) -> None:
    ours, theirs = pty.openpty()
    follow = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "simruns",
            *map(str, command(pending, "--idle", 1, "--interval", 1)),
        ],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "SIMRUNS_API_KEY": pending.api_key},
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end was closed
        pass
    finally:
        os.close(ours)
        follow.kill()
        _, errors = follow.communicate()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    words = ("verdict", "pending", "success rate", "2 settled of 3", "3 runs seen", "last change")
    for word in words:
        assert word in text, (text, errors)
    assert "{" not in text


@pytest.mark.odd_data
@pytest.mark.parametrize(
    ("there", "ordered", "code", "told"),
    [
        (3, 3, 0, "3 of 3 settled, 0 pending, 0 lost, of 3 runs seen"),
        (3, 5, 3, "3 of 5 settled, 0 pending, 0 lost, of 3 runs seen"),
        (0, 0, 0, "0 of 0 settled, 0 pending, 0 lost, of 0 runs seen"),
    ],
)
def test_the_end_of_the_batch_is_the_end_and_all_that_was_ordered_ought_to_be_there(
    run_simruns: Run, tmp_path: Path, there: int, ordered: int, code: int, told: str
) -> None:
    counts = {"status": "COMPLETED", "ordered": ordered, "completedRuns": ordered}
    data = written(tmp_path / "a.jsonl", {"s": "S"}, there, **counts)
    with simruns.Simulator(data=data) as sim:
        where = ["--base-url", sim.url, "--project", "p", "--scenario", "s", "--batch", "s-b"]
        done = run_simruns("follow", *where, "--interval", 0.05, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == code, done.stderr
    assert len(done.stdout.splitlines()) == there
    assert done.stderr.startswith(told)
    assert "ended by finished" in done.stderr
    assert "right references" not in done.stderr
