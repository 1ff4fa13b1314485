"""Recording another server, serving what was recorded, and the log of requests."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plain_http import plain

import simruns

Start = Callable[..., "subprocess.Popen[str]"]


def client_of(sim: simruns.Simulator, of: simruns.Simulator) -> simruns.Client:
    """A client of a Simulator that stands before another one."""
    return simruns.Client(sim.url, project=of.project, api_key=of.api_key)


def test_what_was_recorded_is_served_again_as_it_was(
    sim: simruns.Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "runs.jsonl"
    with simruns.Simulator(upstream=sim.url, record=path) as recorder:
        with client_of(recorder, sim) as client:
            original = client.batches(sim.pairs).read()
        assert recorder.recorded == 750
        assert recorder.left_out == 0
        assert recorder.batches() == []
    assert sim.api_key not in path.read_text()
    with simruns.Simulator(data=path) as replay, replay.client() as client:
        again = client.batches(sim.pairs).read()
    assert [run.to_json() for run in again] == [run.to_json() for run in original]


def test_a_recording_goes_on_where_it_was_ended(sim: simruns.Simulator, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    for number, pair in enumerate(sim.pairs[:2], start=1):
        with simruns.Simulator(upstream=sim.url, record=path) as recorder:
            with client_of(recorder, sim) as client:
                client.batches([pair]).read()
            assert recorder.recorded == number * 250
    assert sum('"turns"' in line for line in path.read_text().splitlines()) == 500


def test_a_run_that_settles_while_it_is_recorded_is_kept_settled(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    schedule = {"appear_every": 0, "settle_after": 10}
    with (
        simruns.Simulator(scenarios=1, runs=3, live=schedule, speed=0) as live,
        simruns.Simulator(upstream=live.url, record=path) as recorder,
        client_of(recorder, live) as client,
    ):
        first = client.batches(live.pairs).read(witness=False)
        live.clock.advance(10)
        second = client.batches(live.pairs).read(witness=False)
        assert recorder.recorded == 3
    assert {run.verdict for run in first} == {"pending"}
    lines = sorted(path.read_text().splitlines())
    assert lines == sorted(run.to_json() for run in second)


def test_a_wrong_key_is_refused_by_the_upstream(sim: simruns.Simulator, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    with (
        simruns.Simulator(upstream=sim.url, record=path) as recorder,
        simruns.Client(recorder.url, project=sim.project, api_key="wrong") as client,
        pytest.raises(simruns.AuthError),
    ):
        client.batches(sim.pairs).read()
    assert path.read_text() == ""


def test_a_file_that_holds_something_else_is_not_recorded_into(
    sim: simruns.Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("buy milk\n")
    with pytest.raises(simruns.Error, match=r"notes\.txt:1: not JSON"):
        simruns.Simulator(upstream=sim.url, record=path)
    with pytest.raises(simruns.Error, match=r"none.*cannot be written"):
        simruns.Simulator(upstream=sim.url, record=tmp_path / "none" / "runs.jsonl")
    assert path.read_text() == "buy milk\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for 64 KiB: less than a page of runs."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0 and mount(place, "size=64k")
    if not mounted:
        pytest.skip("a small disk can only be mounted by root")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def mount(place: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def read_from(sim: simruns.Simulator, of: simruns.Simulator) -> list[str]:
    """Reads by one attempt a page, so that what fails stays so, and asks for runs alone."""
    with simruns.Client(sim.url, project=of.project, api_key=of.api_key, max_attempts=1) as client:
        return [run.to_json() for run in client.batches(of.pairs[:1]).read(witness=False)]


@pytest.mark.odd_data
def test_a_recording_that_meets_a_full_disk_says_so_and_goes_on_when_there_is_room(
    sim: simruns.Simulator, small_disk: Path
) -> None:
    path = small_disk / "runs.jsonl"
    full = rf"{path}: cannot be written \(No space left on device\)"
    recorder = simruns.Simulator(upstream=sim.url, record=path)
    with pytest.raises(simruns.Error, match=full):
        read_from(recorder, sim)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert 0 < recorder.recorded == len(lines) < 100
    assert all(json.loads(line)["id"] for line in lines)
    lacks = rf"{path}: holds {len(lines)} runs, and lacks {100 - len(lines)} that could not"
    with pytest.raises(simruns.Error, match=lacks):
        recorder.close()
    assert path.read_text(encoding="utf-8").splitlines() == lines
    assert mount(small_disk, "remount,size=8m")
    with simruns.Simulator(upstream=sim.url, record=path) as recorder:
        assert recorder.recorded == len(lines)
        texts = read_from(recorder, sim)
        assert recorder.recorded == 250
    assert path.read_text(encoding="utf-8").splitlines() == texts
    with simruns.Simulator(data=path) as replay:
        assert read_from(replay, replay) == texts


def test_the_command_that_records_onto_a_full_disk_ends_with_1_and_the_reason(
    sim: simruns.Simulator, small_disk: Path, start_simruns: Start
) -> None:
    path = small_disk / "runs.jsonl"
    process = start_simruns("serve", "--record", sim.url, "--out", path)
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("listening on ").strip()
    with (
        simruns.Client(url, project=sim.project, api_key=sim.api_key, max_attempts=1) as client,
        pytest.raises(simruns.Error, match="No space left on device"),
    ):
        client.batches(sim.pairs[:1]).read()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    count, reason = errors.splitlines()
    kept = len(path.read_text(encoding="utf-8").splitlines())
    assert count == f"{path}: {kept} runs"
    assert reason.startswith(f"simruns: {path}: holds {kept} runs, and lacks {100 - kept} that")
    assert "Traceback" not in errors


def test_a_log_that_meets_a_full_disk_serves_on_and_says_so_at_the_end(
    sim: simruns.Simulator, small_disk: Path
) -> None:
    path = small_disk / "requests.jsonl"
    (small_disk / "other").write_bytes(b"x" * (63 << 10))
    own = simruns.Simulator(scenarios=1, runs=3, log=path)
    with plain(own) as client:
        for _ in range(100):
            assert client.page(own.batches()[0]).status == 200
    lines = path.read_text().splitlines()
    lacks = rf"{path}: the request log lacks {100 - len(lines)} requests that"
    with pytest.raises(simruns.Error, match=lacks):
        own.close()
    assert [json.loads(line)["number"] for line in lines] == list(range(1, len(lines) + 1))


def test_each_request_is_a_line_of_the_log_without_its_credentials(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    faults = [{"requests": 2, "status": 500}]
    with simruns.Simulator(scenarios=1, runs=3, log=path, faults=faults) as sim:
        with plain(sim) as client:
            for query in ({}, {}, {"limit": 0}):
                client.page(sim.batches()[0], **query)
        key, requests = sim.api_key, sim.requests()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 500, 400]
    assert [line["faulty"] for line in lines] == [False, True, False]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert [line["target"] for line in lines] == [request["target"] for request in requests]
    assert [line["bytes"] for line in lines] == [request["bytes"] for request in requests]
    assert all(line["at"].endswith("Z") and line["method"] == "GET" for line in lines)
    assert key not in path.read_text()


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(simruns.Error, match="the request log cannot be written"):
        simruns.Simulator(scenarios=1, runs=1, log=tmp_path / "none" / "log")


def test_requests_can_be_forgotten_and_their_numbers_go_on(own_sim: simruns.Simulator) -> None:
    with plain(own_sim) as client:
        client.page(own_sim.batches()[0])
        own_sim.clear_requests()
        assert own_sim.requests() == []
        client.page(own_sim.batches()[0])
    (request,) = own_sim.requests()
    assert request["number"] == 2
    assert request["faulty"] is False
