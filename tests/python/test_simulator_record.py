"""Recording another server, serving what was recorded, and the log of requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plain_http import plain

import simruns


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
    assert len(path.read_text().splitlines()) == 500


def test_a_run_that_settles_while_it_is_recorded_is_kept_settled(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    schedule = {"appear_every": 0, "settle_after": 10}
    with (
        simruns.Simulator(scenarios=1, runs=3, live=schedule, speed=0) as live,
        simruns.Simulator(upstream=live.url, record=path) as recorder,
        client_of(recorder, live) as client,
    ):
        first = client.batches(live.pairs).read()
        live.clock.advance(10)
        second = client.batches(live.pairs).read()
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
