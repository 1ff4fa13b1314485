"""The Simulator's scenarios, batches and single runs, as any HTTP client sees them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from plain_http import PlainClient, Reply, plain

import simruns

Start = Callable[..., "subprocess.Popen[str]"]
PATHS = ("", "/change-flight/batches", "/change-flight/batches/change-flight-batch-1")


def asked(client: PlainClient, sim: simruns.Simulator, path: str = "", **query: object) -> Reply:
    query = {"projectId": sim.project, **query}
    return client.get(f"{urlsplit(sim.url).path}/simulations{path}?{urlencode(query)}")


def batch_of(client: PlainClient, sim: simruns.Simulator) -> Any:
    return asked(client, sim, PATHS[2]).json()


def test_scenarios_lead_to_batches_and_these_to_runs() -> None:
    with simruns.Simulator(scenarios=3, batches=2, runs=10) as sim, plain(sim) as client:
        found = []
        for scenario in asked(client, sim).json()["data"]:
            path = f"/{scenario['referenceId']}/batches"
            for batch in asked(client, sim, path).json()["data"]:
                found.append((scenario["referenceId"], batch["referenceId"]))
                runs = asked(client, sim, f"{path}/{batch['referenceId']}/runs").json()
                assert batch["runs"] == runs["pagination"]["total"] == 10
                errors = [run["metrics"].get("status") == "ERROR" for run in runs["data"]]
                assert batch["failedRuns"] == sum(errors)
                assert batch["completedRuns"] == 10 - sum(errors)
                one = f"{path}/{batch['referenceId']}/runs/{runs['data'][3]['id']}"
                assert asked(client, sim, one).json() == runs["data"][3]
        assert sorted(found) == sorted(sim.pairs)
        assert len(sim.requests()) == 1 + 3 + 6 + 6


def test_a_newest_generated_batch_is_completed() -> None:
    with simruns.Simulator(scenarios=6, batches=5, runs=200) as sim, plain(sim) as client:
        for scenario in asked(client, sim).json()["data"]:
            path = f"/{scenario['referenceId']}/batches"
            newest = asked(client, sim, path, sort="createdAt:desc", limit=1).json()["data"]
            assert newest[0]["status"] == "COMPLETED"


def test_the_neighbours_are_compressed_and_open_to_browsers_as_the_runs_are() -> None:
    with simruns.Simulator(scenarios=9, runs=2) as sim, plain(sim) as client:
        query = urlencode({"projectId": sim.project})
        target = f"{urlsplit(sim.url).path}/simulations?{query}"
        reply = client.get(target, **{"Accept-Encoding": "gzip"})
        assert reply.headers["Content-Encoding"] == "gzip"
        assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_a_server_without_neighbours_has_none_of_their_paths() -> None:
    with simruns.Simulator(scenarios=1, runs=2, neighbours=False) as sim, plain(sim) as client:
        assert [asked(client, sim, path).status for path in PATHS] == [404, 404, 404]
        assert asked(client, sim, PATHS[2] + "/runs/x").status == 404
        assert asked(client, sim, PATHS[2] + "/runs").status == 200
    with pytest.raises(simruns.InvalidArgumentError, match="neighbours is 1; give True or False"):
        simruns.Simulator(neighbours=1)  # type: ignore[arg-type]
    with pytest.raises(simruns.InvalidArgumentError, match="upstream is given, and neighbours"):
        simruns.Simulator(neighbours=False, upstream="http://127.0.0.1:9/x")


def test_the_command_serves_without_neighbours(start_simruns: Start) -> None:
    process = start_simruns("serve", "--scenarios", 1, "--runs", 2, "--no-neighbours")
    assert process.stdout is not None
    said = dict(process.stdout.readline().strip().rsplit(" ", 1) for _ in range(3))
    server: Any = SimpleNamespace(
        url=said["listening on"], api_key=said["api key"], project=said["project"]
    )
    with plain(server) as client:
        paths = ("", PATHS[1], PATHS[2] + "/runs")
        assert [asked(client, server, path).status for path in paths] == [404, 404, 200]


def test_a_batch_moves_with_the_clock_and_counts_what_has_expired() -> None:
    schedule = {"appear_every": 10, "settle_after": 4, "expire_after": 100}
    arguments: dict[str, Any] = {"scenarios": 1, "runs": 5, "speed": 0, "live": schedule}
    with simruns.Simulator(**arguments) as sim, plain(sim) as client:
        first = batch_of(client, sim)
        assert (first["status"], first["runs"], first["completedRuns"]) == ("IN_PROGRESS", 5, 0)
        assert first["startedAt"] == first["createdAt"]
        assert "completedAt" not in first
        sim.clock.advance(14)
        second = batch_of(client, sim)
        assert second["completedRuns"] + second["failedRuns"] == 2
        sim.clock.advance(29.9)
        assert batch_of(client, sim)["status"] == "IN_PROGRESS"
        sim.clock.advance(0.1)
        last = batch_of(client, sim)
        assert last["status"] == "COMPLETED"
        assert last["completedAt"] == last["createdAt"] + 44_000
        sim.clock.advance(sim.live_until)
        assert batch_of(client, sim) == last
        page = asked(client, sim, PATHS[2] + "/runs").json()
        assert page["pagination"]["total"] == 0


def test_a_run_is_as_it_is_at_that_moment_of_the_clock() -> None:
    schedule = {"appear_every": 10, "settle_after": 4, "expire_after": 100}
    with simruns.Simulator(scenarios=1, runs=1) as still, still.client() as reader:
        (run,) = reader.batches(still.pairs).read()
    arguments: dict[str, Any] = {"scenarios": 1, "runs": 1, "speed": 0, "live": schedule}
    with simruns.Simulator(**arguments) as sim, plain(sim) as client:
        path = f"{PATHS[2]}/runs/{run.id}"
        assert asked(client, sim, path).json()["turns"] == []
        sim.clock.advance(4)
        assert asked(client, sim, path).body.decode() == run.to_json()
        sim.clock.advance(100)
        assert asked(client, sim, path).status == 404


def test_a_live_span_of_time_is_counted_back_from_the_clock() -> None:
    arguments: dict[str, Any] = {"scenarios": 1, "batches": 9, "runs": 3, "live": True, "speed": 0}
    with simruns.Simulator(**arguments) as sim, plain(sim) as client:

        def names(span: str) -> list[str]:
            listed = asked(client, sim, PATHS[1], timespan=span).json()["data"]
            return [batch["referenceId"][-1] for batch in listed]

        assert names("1d")[-1] == "9"
        assert set(names("5d")) >= {"6", "7", "8", "9"}
        assert "1" not in names("5d")
        assert len(names("1y")) == 9
        sim.clock.advance(10 * 86_400)
        assert names("9d") == []


FAULTS: list[dict[str, Any]] = [
    {"on": "batch", "requests": 2, "status": 403},
    {"on": "batch", "requests": 3, "mutate": {"member": "status", "make": "unknown"}},
    {"on": "batches", "total_add": 5},
    {"on": "scenarios", "times": 1, "reset": True},
    {"on": "run", "delay": 0.001},
    {"requests": 2, "status": 503},
]


def test_a_rule_meets_and_counts_what_it_is_aimed_at_alone() -> None:
    with simruns.Simulator(scenarios=1, runs=2, faults=FAULTS) as sim, plain(sim) as client:
        assert [asked(client, sim, PATHS[2]).status for _ in range(2)] == [200, 403]
        assert batch_of(client, sim)["status"] == "SOMETHING_NEW"
        assert asked(client, sim, PATHS[1]).json()["pagination"]["total"] == 6
        runs = [asked(client, sim, PATHS[2] + "/runs") for _ in range(3)]
        assert [reply.status for reply in runs] == [200, 503, 200]
        asked(client, sim, f"{PATHS[2]}/runs/{runs[0].json()['data'][0]['id']}")
        with pytest.raises(ConnectionError):
            asked(client, sim)
        client.close()
        assert asked(client, sim).status == 200
        faulty = [request["faulty"] for request in sim.requests()]
        assert faulty == [False, True, True, True, False, True, False, True, True, False]


def test_an_endpoint_that_is_unknown_to_scripts_is_refused() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=r"faults\[0\]\.on: must be runs, scen"):
        simruns.Simulator(faults=[{"on": "pages", "status": 500}])
    with pytest.raises(simruns.InvalidArgumentError, match="says when, but not what goes wrong"):
        simruns.Simulator(faults=[{"on": "batch"}])


def recorded(sim: simruns.Simulator, path: Path, *paths: str) -> None:
    with simruns.Simulator(upstream=sim.url, record=path) as recorder:
        with plain(recorder, sim.api_key) as client:
            for one in paths:
                query = urlencode({"projectId": sim.project})
                target = f"{urlsplit(recorder.url).path}/simulations{one}?{query}"
                assert client.get(target).status == 200
        assert recorder.left_out == 0


def test_what_was_recorded_of_scenarios_and_batches_is_served_again(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    with simruns.Simulator(scenarios=2, batches=2, runs=5) as sim:
        run = _runs(sim)[0]["id"]
        runs = PATHS[2] + "/runs"
        recorded(sim, path, *PATHS, runs, f"{runs}/{run}")
        with plain(sim) as client:
            right = [asked(client, sim, one).json() for one in (*PATHS, runs)]
    with simruns.Simulator(data=path) as replay, plain(replay) as client:
        assert [asked(client, replay, one).json() for one in (*PATHS, runs)] == right
    kept = simruns.open(path)
    assert len(kept) == 5


def _runs(sim: simruns.Simulator) -> list[dict[str, Any]]:
    with plain(sim) as client:
        data: list[dict[str, Any]] = asked(client, sim, PATHS[2] + "/runs").json()["data"]
        return data


def test_a_recording_keeps_a_batch_as_it_was_seen_last(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    schedule = {"appear_every": 0, "settle_after": 10}
    arguments: dict[str, Any] = {"scenarios": 1, "runs": 3, "speed": 0, "live": schedule}
    with simruns.Simulator(**arguments) as sim:
        recorded(sim, path, PATHS[2])
        sim.clock.advance(10)
        recorded(sim, path, PATHS[2])
    (line,) = path.read_text().splitlines()
    assert json.loads(line)["batch"]["status"] == "COMPLETED"
    assert json.loads(line)["of"]["projectReference"] == "demo-project"
