"""`simruns export`: files that are whole or not there."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns.core.files import replacing

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


def until_listening(process: subprocess.Popen[str]) -> str:
    """The URL that it prints once it accepts."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on "), process.communicate()
    return line.removeprefix("listening on ").strip()


def export_arguments(sim: simruns.Simulator, output: Path) -> list[object]:
    key = sim.batches()[0]
    arguments: list[object] = ["export", "--base-url", sim.url, "--project", key.project]
    return [*arguments, "--scenario", key.scenario, "--batch", key.batch, "-o", output]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_ctrl_c_ends_an_export_with_130_and_leaves_no_file(
    start_simruns: Start, slow_sim: simruns.Simulator, tmp_path: Path
) -> None:
    for name, sign, code in (
        ("a.jsonl", signal.SIGINT, 130),
        ("b.csv", signal.SIGTERM, 1),
        ("c.parquet", signal.SIGINT, 130),
        ("d.jsonl", signal.SIGHUP, 1),
    ):
        seen = len(slow_sim.requests())
        process = start_simruns(
            *export_arguments(slow_sim, tmp_path / name), SIMRUNS_API_KEY=slow_sim.api_key
        )
        while len(slow_sim.requests()) == seen and process.poll() is None:
            os.sched_yield()
        process.send_signal(sign)
        _, errors = process.communicate()
        assert process.returncode == code, errors
        assert len(errors.splitlines()) == 1
        assert list(tmp_path.iterdir()) == []


def test_an_export_that_is_served_and_exported_again_is_the_same(
    run_simruns: Run, start_simruns: Start, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    with simruns.Simulator(seed=21, scenarios=1, runs=1000) as sim:
        done = run_simruns(*export_arguments(sim, first), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        assert "1000 of 1000 runs, complete, sequence 1-1000, no gap, no duplicate" in done.stderr
        arguments = export_arguments(sim, second)
    (tmp_path / "key").write_text("again")
    server = start_simruns("serve", "--data", first, "--api-key-file", tmp_path / "key")
    arguments[2] = until_listening(server)
    done = run_simruns(*arguments, "--api-key-file", tmp_path / "key")
    assert done.returncode == 0, done.stderr
    assert len(lines_of(second)) == 1000
    assert [canonical(line) for line in lines_of(first)] == [
        canonical(line) for line in lines_of(second)
    ]


def canonical(line: str) -> str:
    return json.dumps(json.loads(line), sort_keys=True)


def test_an_export_to_json_lines_holds_each_run_as_it_came(
    run_simruns: Run, sim: simruns.Simulator, batch: simruns.Batch, tmp_path: Path
) -> None:
    done = run_simruns(*export_arguments(sim, tmp_path / "x.jsonl"), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    assert lines_of(tmp_path / "x.jsonl") == [run.to_json() for run in batch.runs()]
    assert stat.S_IMODE((tmp_path / "x.jsonl").stat().st_mode) == 0o666 & ~umask()


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_an_export_to_csv_holds_the_table_of_runs(
    run_simruns: Run, sim: simruns.Simulator, batch: simruns.Batch, tmp_path: Path
) -> None:
    done = run_simruns(*export_arguments(sim, tmp_path / "x.csv"), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "x.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    held = batch.read()
    assert [row["run_id"] for row in rows] == [run.id for run in held]
    assert [row["summary"] for row in rows] == [run.summary or "" for run in held]
    assert [row["success"] for row in rows] == [
        "" if run.success is None else str(run.success).lower() for run in held
    ]
    assert rows[0]["created_at"].endswith("Z")


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_an_export_to_a_table_is_what_read_gives(
    run_simruns: Run, sim: simruns.Simulator, batch: simruns.Batch, tmp_path: Path, ending: str
) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    path = tmp_path / f"x.{ending}"
    done = run_simruns(*export_arguments(sim, path), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    table: Any = (parquet if ending == "parquet" else feather).read_table(path)
    if ending == "parquet":  # for a Simulator to serve
        table = table.drop_columns(["json"])
    assert table.to_pylist() == batch.read().to_arrow().to_pylist()
    said = json.loads(table.schema.metadata[b"simruns.completeness"])
    assert (said["verdict"], said["received"], said["total"]) == ("complete", 250, 250)


def test_sort_and_filter_reach_the_server(
    run_simruns: Run, own_sim: simruns.Simulator, tmp_path: Path
) -> None:
    arguments = export_arguments(own_sim, tmp_path / "x.jsonl")
    done = run_simruns(*arguments, "--sort", "sequence:desc", SIMRUNS_API_KEY=own_sim.api_key)
    assert done.returncode == 0, done.stderr
    first = json.loads(lines_of(tmp_path / "x.jsonl")[0])
    assert first["sequence"] == 250
    assert "sort=sequence" in own_sim.requests()[0]["target"]


@pytest.mark.parametrize(("option", "lines"), [(None, 0), ("-v", 1), ("-vv", 5)])
def test_verbose_tells_of_what_is_tried_again(
    run_simruns: Run, tmp_path: Path, option: str | None, lines: int
) -> None:
    again = [{"requests": 1, "status": 503}]
    with simruns.Simulator(scenarios=1, runs=5, faults=again) as sim:
        arguments = export_arguments(sim, tmp_path / "a.jsonl")
        done = run_simruns(*filter(None, [option]), *arguments, SIMRUNS_API_KEY=sim.api_key)
        assert sim.api_key not in done.stderr
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if re.match("GET /.*/runs[?]", line)]
    assert len(told) == lines
    assert sum("HTTP 503" in line and "; attempt 2 in " in line for line in told) == bool(lines)
    assert len(lines_of(tmp_path / "a.jsonl")) == 5


def test_an_export_that_fails_leaves_the_old_file_as_it_was(
    run_simruns: Run, sim: simruns.Simulator, tmp_path: Path
) -> None:
    output = tmp_path / "x.jsonl"
    output.write_text("old\n")
    done = run_simruns(*export_arguments(sim, output), SIMRUNS_API_KEY="wrong-key-0815")
    assert done.returncode == 1
    assert "HTTP 401" in done.stderr
    assert "wrong-key-0815" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert output.read_text() == "old\n"
    assert os.listdir(tmp_path) == ["x.jsonl"]


@pytest.mark.parametrize(
    ("output", "key", "message"),
    [
        ("x.xlsx", "k", "does not end in .parquet, .jsonl, .csv, .arrow"),
        ("no/such/x.jsonl", "k", "there is no folder"),
        ("folder.jsonl", "k", "is a folder; give a file"),
        ("x.jsonl", "", "no credentials"),
    ],
)
def test_a_mistake_in_an_export_is_one_line_and_exit_code_2(
    call_simruns: Run, sim: simruns.Simulator, tmp_path: Path, output: str, key: str, message: str
) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    done = call_simruns(*export_arguments(sim, tmp_path / output), SIMRUNS_API_KEY=key)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_key_file_says_what_is_wrong_with_it(
    call_simruns: Run, sim: simruns.Simulator, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "odd").write_text("ключ", encoding="utf-8")
    for name, message in (("empty", "is empty"), ("odd", "ASCII"), ("none", "cannot read")):
        arguments = export_arguments(sim, tmp_path / "x.jsonl")
        done = call_simruns(*arguments, "--api-key-file", tmp_path / name)
        assert done.returncode == 2
        assert message in done.stderr


def test_an_export_to_a_link_replaces_what_the_link_leads_to(
    run_simruns: Run, sim: simruns.Simulator, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "runs.jsonl").write_text("old\n")
    link = tmp_path / "link.jsonl"
    link.symlink_to("folder/runs.jsonl")
    done = run_simruns(*export_arguments(sim, link), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    assert link.is_symlink()
    assert len(lines_of(tmp_path / "folder" / "runs.jsonl")) == 250
    assert os.listdir(tmp_path / "folder") == ["runs.jsonl"]


def test_a_file_that_is_replaced_keeps_its_mode(batch: simruns.Batch, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.touch()
    for mode in (0o600, 0o444, 0o664):
        path.chmod(mode)
        with replacing(path) as temporary:
            written = stat.S_IMODE(temporary.stat().st_mode)
            batch.read().to_jsonl(temporary)
        assert written == 0o600  # nobody else reads what is not there yet, and a write is no error
        assert len(lines_of(path)) == 250
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_what_is_no_file_is_not_replaced_by_one(batch: simruns.Batch, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, why in (("pipe", "not a regular file"), ("folder", "Is a directory")):
        with pytest.raises(OSError, match=why) as caught:
            batch.read().to_jsonl(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == ["folder", "pipe"]
    assert (tmp_path / "pipe").is_fifo()


def test_a_folder_that_is_not_there_is_told_by_the_name_that_was_asked_for(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    path = tmp_path / "none" / "x.jsonl"
    with pytest.raises(FileNotFoundError) as caught:
        batch.read().to_jsonl(path)
    assert caught.value.filename == str(path)
    assert ".part" not in str(caught.value)
