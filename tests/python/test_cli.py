"""The command line, in processes of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import simruns
from simruns.cli.endings import say

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


def until_listening(process: subprocess.Popen[str]) -> str:
    """The URL that it prints once it accepts."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on "), process.communicate()
    return line.removeprefix("listening on ").strip()


def test_the_demo_prints_a_row_a_scenario_and_writes_parquet(
    run_simruns: Run, tmp_path: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    done = run_simruns("demo", "--out", tmp_path / "demo", COLUMNS="120")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for head in ("scenario", "runs", "settled", "success rate", "median turns", "median duration"):
        assert head in done.stdout
    rows = duckdb.sql(
        f"SELECT scenario, count(*) FROM '{tmp_path}/demo/runs.parquet' GROUP BY scenario"
    ).fetchall()
    assert len(rows) > 1
    for scenario, count in rows:
        assert re.search(rf"{re.escape(scenario)} +{count:,} ", done.stdout)
    total = sum(count for _, count in rows)
    assert f"completeness: {total} of {total} runs in {len(rows)} batches" in done.stdout
    for name in ("turns", "criteria"):
        file = tmp_path / "demo" / f"{name}.parquet"
        assert duckdb.sql(f"SELECT count(*) FROM '{file}'").fetchall()[0][0] > 0


@pytest.mark.parametrize("folder", ["here", "it's here", 'a "$HOME" `x`'])
def test_the_one_liner_of_the_demo_works(run_simruns: Run, tmp_path: Path, folder: str) -> None:
    pytest.importorskip("duckdb")
    done = run_simruns("demo", "--out", tmp_path / folder)
    command = done.stdout.rstrip().splitlines()[-1].strip()
    shown = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "success" in shown.stdout


def test_the_demo_says_that_its_data_is_not_there(call_simruns: Run, tmp_path: Path) -> None:
    done = call_simruns("demo", "--data", tmp_path / "none.jsonl", "--out", tmp_path / "demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"simruns: there is no file {tmp_path}/none.jsonl\n"
    assert not (tmp_path / "demo").exists()


def test_data_that_holds_no_runs_is_one_clear_line(call_simruns: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("this is no run\n")
    for command in ("demo", "serve"):
        done = call_simruns(command, "--data", tmp_path / "bad.jsonl")
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "bad.jsonl" in done.stderr


def test_serve_prints_and_writes_the_address_once_it_accepts(
    start_simruns: Start, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    ready.write_text("http://stale/")
    (tmp_path / "key").write_text("the-key\n")
    server = start_simruns(
        "serve", "--scenarios", 2, "--runs", 3, "--seed", 5,
        "--api-key-file", tmp_path / "key", "--ready-file", ready,
    )  # fmt: skip
    url = until_listening(server)
    assert ready.read_text() == url + "\n"
    assert url.endswith("/testing")
    with simruns.Simulator(seed=5, scenarios=2, runs=3) as same:
        batches = same.batches()
    with simruns.Client(url, api_key="the-key") as client:
        assert len(client.batches(batches).read()) == 6
    server.send_signal(signal.SIGTERM)
    rest, errors = server.communicate()
    assert (server.returncode, errors) == (0, "")
    assert "the-key" not in rest
    assert not ready.exists()


def test_serve_without_a_key_file_makes_a_key_and_prints_it(start_simruns: Start) -> None:
    server = start_simruns("serve", "--scenarios", 1, "--runs", 3)
    url = until_listening(server)
    assert server.stdout is not None
    key = server.stdout.readline().removeprefix("api key ").strip()
    project = server.stdout.readline().removeprefix("project ").strip()
    _, scenario, _, batch = server.stdout.readline().split()
    with simruns.Client(url, project=project, api_key=key) as client:
        assert len(client.batch(scenario=scenario, batch=batch).head(3)) == 3


def test_ctrl_c_ends_serve_with_130_and_no_traceback(start_simruns: Start, tmp_path: Path) -> None:
    server = start_simruns("serve", "--ready-file", tmp_path / "ready")
    until_listening(server)
    server.send_signal(signal.SIGINT)
    _, errors = server.communicate()
    assert server.returncode == 130
    assert errors == "simruns: interrupted\n"
    assert not (tmp_path / "ready").exists()


def test_no_command_takes_a_secret_as_an_argument(call_simruns: Run) -> None:
    for command in ("demo", "serve", "export", "follow"):
        options = set(re.findall(r"--[a-z-]+", call_simruns(command, "--help").stdout))
        assert not options & {"--api-key", "--token", "--key", "--password"}


@pytest.mark.parametrize("arguments", [["export"], ["serve", "--port", "x"], ["nothing"], ["-x"]])
def test_a_wrong_command_line_is_exit_code_2(call_simruns: Run, arguments: list[str]) -> None:
    done = call_simruns(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_version_is_printed(run_simruns: Run) -> None:
    assert run_simruns("--version").stdout == f"simruns {simruns.__version__}\n"


def test_a_reader_who_leaves_early_is_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m simruns demo --out '{tmp_path}' | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_the_console_script_is_the_command_line() -> None:
    script = Path(sys.executable).with_name("simruns")
    if not script.exists():
        pytest.skip(f"simruns is not installed beside this Python: no {script}")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)
    assert done.stdout == f"simruns {simruns.__version__}\n"


def test_a_server_that_cannot_listen_leaves_the_ready_file_of_the_one_that_does(
    run_simruns: Run, start_simruns: Start, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    url = until_listening(start_simruns("serve", "--runs", 3, "--ready-file", ready))
    port = url.split(":")[2].split("/")[0]
    done = run_simruns("serve", "--runs", 3, "--port", port, "--ready-file", ready)
    assert done.returncode == 1
    assert ready.read_text() == url + "\n"
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.rstrip().endswith("Address already in use")


@pytest.mark.parametrize("name", ["localhost", "Simulator.LocalHost."])
def test_serve_listens_on_the_address_of_a_name(start_simruns: Start, name: str) -> None:
    server = start_simruns("serve", "--runs", 3, "--host", name)
    assert until_listening(server).startswith("http://127.0.0.1:")


def test_what_a_server_says_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    say("lost \x1b[2J\x9b1m\r: gone\tfor good, naïve")
    assert capsys.readouterr().err == "lost \\x1b[2J\\x9b1m\\r: gone\tfor good, naïve\n"
