"""`simruns serve` with all that it can be told, in processes of its own."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plain_http import plain

import simruns

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


def told(process: subprocess.Popen[str], last: str) -> dict[str, str]:
    """What it prints, by the first word, up to the line that begins with `last`."""
    assert process.stdout is not None
    out: dict[str, str] = {}
    while last not in out:
        line = process.stdout.readline()
        assert line, process.communicate()
        for name in ("listening on", "ca file", "api key", "project", "scenario", "recording"):
            if line.startswith(name + " "):
                out.setdefault(name, line.removeprefix(name).strip())
    return out


def client_of(said: dict[str, str], **options: Any) -> simruns.Client:
    return simruns.Client(
        said["listening on"], project=said["project"], api_key=said.get("api key"), **options
    )


def pair_of(said: dict[str, str]) -> tuple[str, str]:
    scenario, _, batch = said["scenario"].split()
    return scenario, batch


def ended(process: subprocess.Popen[str], sign: int = signal.SIGINT) -> str:
    """What it says on stderr when it is ended."""
    process.send_signal(sign)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (130 if sign == signal.SIGINT else 0), errors
    return errors


def test_batches_faults_and_a_log_are_served_as_told(start_simruns: Start, tmp_path: Path) -> None:
    (tmp_path / "faults.yaml").write_text("- {requests: 2, status: 503}\n")
    process = start_simruns(
        "serve", "--scenarios", 1, "--batches", 2, "--runs", 3,
        "--faults", tmp_path / "faults.yaml", "--log", tmp_path / "log.jsonl",
    )  # fmt: skip
    said = told(process, "scenario")
    scenario, first = pair_of(said)
    assert first.endswith("-batch-1")
    with client_of(said, max_attempts=1) as client:
        batch = client.batch(scenario=scenario, batch=first.replace("-batch-1", "-batch-2"))
        assert len(batch.read(witness=False)) == 3
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            batch.read(witness=False)
    ended(process, signal.SIGTERM)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 503]


def test_tls_prints_the_file_to_trust_which_goes_with_the_server(start_simruns: Start) -> None:
    process = start_simruns("serve", "--scenarios", 1, "--runs", 3, "--tls")
    said = told(process, "scenario")
    assert said["listening on"].startswith("https://")
    with client_of(said, ca_file=said["ca file"]) as client:
        assert len(client.batches([pair_of(said)]).read()) == 3
    ended(process)
    assert not Path(said["ca file"]).exists()


def test_a_token_and_a_schedule_come_from_files(start_simruns: Start, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("my-token\n")
    (tmp_path / "schedule.json").write_text('{"appear_every": 1000000}')
    process = start_simruns(
        "serve", "--scenarios", 1, "--runs", 9, "--speed", 0,
        "--schedule", tmp_path / "schedule.json", "--token-file", tmp_path / "token",
    )  # fmt: skip
    said = told(process, "scenario")
    said.pop("api key")
    with client_of(said, token="my-token") as client:
        assert len(client.batches([pair_of(said)]).read()) == 1
    ended(process)


def test_live_lets_runs_come_at_the_speed_that_is_told(start_simruns: Start) -> None:
    process = start_simruns("serve", "--scenarios", 1, "--runs", 5, "--live", "--speed", 1_000_000)
    said = told(process, "scenario")
    with client_of(said) as client:
        batch = client.batch(scenario=pair_of(said)[0], batch=pair_of(said)[1])
        while len(batch.read()) < 5:
            pass
    ended(process)


def test_ctrl_c_completes_a_recording_that_can_be_served(
    start_simruns: Start, tmp_path: Path
) -> None:
    path = tmp_path / "runs.jsonl"
    live = {"appear_every": 0, "settle_after": 10}
    with simruns.Simulator(scenarios=1, runs=3, live=live, speed=0) as upstream:
        process = start_simruns("serve", "--record", upstream.url, "--out", path)
        said = told(process, "recording")
        assert said["recording"] == f"{upstream.url} to {path}"
        assert "api key" not in said
        with simruns.Client(
            said["listening on"], project=upstream.project, api_key=upstream.api_key
        ) as client:
            client.batches(upstream.pairs).read()
            upstream.clock.advance(10)
            runs = client.batches(upstream.pairs).read()
        errors = ended(process)
    assert f"{path}: 3 runs\n" in errors
    *kept, last = sorted(
        path.read_text().splitlines(), key=lambda line: line.startswith('{"batch"')
    )
    assert sorted(kept) == sorted(run.to_json() for run in runs)
    batch = json.loads(last)["batch"]
    assert (batch["status"], batch["completedRuns"]) == ("COMPLETED", 3)
    with simruns.Simulator(data=path) as replay, replay.client() as client:
        assert len(client.batches(replay.pairs).read()) == 3


def test_an_export_as_parquet_is_served_and_exports_to_the_same_runs(
    run_simruns: Run, tmp_path: Path, sim: simruns.Simulator
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    key = sim.batches()[0]
    names = ("--project", key.project, "--scenario", key.scenario, "--batch", key.batch)

    def export(server: simruns.Simulator, name: str) -> None:
        done = run_simruns(
            "export", "--base-url", server.url, *names, "-o", tmp_path / name,
            SIMRUNS_API_KEY=server.api_key,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    export(sim, "first.parquet")
    export(sim, "first.jsonl")
    with simruns.Simulator(data=tmp_path / "first.parquet") as again:
        assert again.batches() == [key]
        export(again, "second.parquet")
        export(again, "second.jsonl")
    lines = (tmp_path / "first.jsonl").read_text()
    assert (tmp_path / "second.jsonl").read_text() == lines
    first, second = (parquet.read_table(tmp_path / f"{n}.parquet") for n in ("first", "second"))
    assert first.schema.names[-1] == "json"
    assert str(first.schema.field("json").type) == "large_string"
    assert first["json"].to_pylist() == lines.splitlines()
    assert first["run_id"].to_pylist() == [json.loads(line)["id"] for line in lines.splitlines()]
    assert first.equals(second)


def test_parquet_without_the_runs_own_texts_is_refused_by_its_name(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"run_id": ["a"]}), tmp_path / "other.parquet")
    parquet.write_table(pyarrow.table({"json": [1]}), tmp_path / "numbers.parquet")
    (tmp_path / "text.parquet").write_text("this is no Parquet")
    for name, message in (
        ("other", "other.parquet has no column json"),
        ("numbers", "numbers.parquet: its column json holds what is no run"),
        ("text", "text.parquet cannot be read as Parquet"),
        ("none", "none.parquet"),
    ):
        with pytest.raises(simruns.Error, match=message):
            simruns.Simulator(data=tmp_path / f"{name}.parquet")


def test_a_mistake_is_one_clear_line_and_exit_code_2(call_simruns: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"faults": [{"status": 1}]}')
    (tmp_path / "no.txt").write_text("faults: []")
    (tmp_path / "key").write_text("k")
    for arguments, message in (
        (["--faults", "none.yaml"], "there is no file none.yaml"),
        (["--schedule", "none.yaml"], "there is no file none.yaml"),
        (["--certificate", "none.pem"], "there is no file none.pem"),
        (["--faults", tmp_path / "bad.json"], "script.faults[0].status: must be a whole number"),
        (["--faults", tmp_path / "no.txt"], "give one that ends in .json, .yaml or .yml"),
        (["--certificate", tmp_path / "key"], "--certificate and --private-key go together"),
        (["--certificate", tmp_path / "key", "--private-key", tmp_path / "key"], "not a pair of"),
        (["--record", "http://127.0.0.1:1"], "--record URL and --out FILE go together"),
        (["--out", tmp_path / "out"], "--record URL and --out FILE go together"),
        (["--record", "ftp://x", "--out", tmp_path / "out"], "base URL"),
        (
            ["--record", "http://127.0.0.1:1", "--out", "x", "--token-file", tmp_path / "key"],
            "--record passes the credentials of its clients on",
        ),
        (["--speed", 2], "--speed is given, but --live is not"),
        (["--data", tmp_path / "key", "--runs", 2], "--data is given, and --runs; give one"),
        (["--record", "http://x", "--live"], "--record is given, and --live; give one"),
        (["--live", "--speed", -1], "--speed is -1"),
        (["--batches", 0], "--batches is 0"),
    ):
        done = call_simruns("serve", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), (arguments, done.stderr)
        (line,) = done.stderr.splitlines()
        assert message in line
    assert not (tmp_path / "out").exists()


def test_what_a_log_or_a_recording_cannot_be_written_to_is_named(
    call_simruns: Run, tmp_path: Path
) -> None:
    place = tmp_path / "none" / "file"
    for arguments in (["--log", place], ["--record", "http://127.0.0.1:1", "--out", place]):
        done = call_simruns("serve", *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert str(place) in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_simulator_answers_any_client(sim: simruns.Simulator) -> None:
    with plain(sim) as client:
        assert len(client.page(sim.batches()[0], limit=7).json()["data"]) == 7
