"""A Simulator whose runs come, settle and go; its truths; and TLS."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from plain_http import plain

import simruns
from simruns.simulator.simulator import BatchTruth, Simulator


def read(sim: Simulator) -> list[simruns.Run]:
    with sim.client() as client:
        return list(client.batches(sim.pairs).read())


def total(sim: Simulator) -> int:
    """As a batch without runs is one too, for whoever asks."""
    with plain(sim) as client:
        count: int = client.page(sim.batches()[0]).json()["pagination"]["total"]
        return count


def test_runs_appear_and_settle_as_the_clock_is_stepped() -> None:
    schedule = {"appear_every": 10, "settle_after": 4, "expire_after": 1000}
    with Simulator(scenarios=1, runs=5, live=schedule, speed=0) as sim:
        assert [run.verdict for run in read(sim)] == ["pending"]
        assert read(sim)[0].turns == ()
        sim.clock.advance(4)
        assert [run.verdict == "pending" for run in read(sim)] == [False]
        sim.clock.advance(6)
        assert [run.verdict == "pending" for run in read(sim)] == [False, True]
        sim.clock.advance(100)
        assert len(read(sim)) == 5
        assert sim.live_until == 1040
        sim.clock.advance(sim.live_until - sim.clock.now)
        assert total(sim) == 0


def test_without_a_schedule_runs_live_by_their_own_times() -> None:
    with Simulator(scenarios=1, runs=30, seed=4) as plain_one:
        runs = read(plain_one)
    first = min(run.created_at_ms for run in runs if run.created_at_ms is not None)
    with Simulator(scenarios=1, runs=30, seed=4, live=True, speed=0) as sim:
        sim.clock.advance(120)
        there = {run.id: run for run in read(sim)}
    expected = {run.id: run for run in runs if (run.created_at_ms or 0) - first <= 120_000}
    assert there.keys() == expected.keys()
    for run in expected.values():
        ended = (run.created_at_ms or 0) - first + (run.duration_ms or 0) <= 120_000
        assert there[run.id].to_json() == run.to_json() if ended else not there[run.id].turns


def test_a_schedule_comes_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "schedule.yaml").write_text("appear_every: 10\nsettle_after: [1, 2]\n")
    (tmp_path / "schedule.json").write_text('{"appear_every": 10, "settle_after": [1, 2]}')
    for path in tmp_path.iterdir():
        with Simulator(scenarios=1, runs=3, live=path, speed=0) as sim:
            sim.clock.advance(10)
            assert total(sim) == 2


def test_an_empty_schedule_is_live_too() -> None:
    with Simulator(scenarios=1, runs=3, live={}, speed=0) as sim:
        assert sim.clock.now == 0


def test_a_clock_runs_at_its_speed_and_stands_still_at_none() -> None:
    with Simulator(scenarios=1, runs=1, live=True, speed=100_000) as sim:
        assert sim.clock.speed == 100_000
        before = sim.clock.now
        while sim.clock.now == before:
            pass
        sim.clock.speed = 0
        stopped = sim.clock.now
        assert sim.clock.now == stopped > before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"live": {"appears": 1}}, "schedule.appears: is not known here"),
        ({"live": True, "speed": -1}, "speed is -1"),
        ({"live": True, "speed": 1e7}, "speed is 1e[+]07; give 0 to 1,000,000"),
        ({"speed": 1}, "speed is given, but live is not"),
        ({"upstream": "http://127.0.0.1:1", "live": True}, "upstream is given, and live"),
        ({"upstream": "http://127.0.0.1:1", "faults": []}, "upstream is given, and faults"),
        ({"upstream": "http://127.0.0.1:1", "seed": 1}, "upstream is given, and seed"),
        ({"upstream": "ftp://x"}, "base URL"),
        ({"record": "x.jsonl"}, "record is given without an upstream"),
        ({"tls": ("one",)}, "tls is no pair of PEM files"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=message):
        Simulator(**arguments)


def test_only_a_live_simulator_has_a_clock(sim: Simulator) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="only a live Simulator has a clock"):
        _ = sim.clock
    assert sim.live_until == 0


def rates(runs: simruns.Runs) -> dict[str, float]:
    """Successes among the runs of each batch that tell something about its agent."""
    counts: dict[str, Counter[str]] = {}
    for run in runs:
        counts.setdefault(run.batch, Counter())[run.verdict] += 1
    return {
        batch: count["success"] / (count["success"] + count["failure"] + count["agent_error"])
        for batch, count in counts.items()
    }


def test_the_truths_of_generated_data_are_what_an_analysis_finds() -> None:
    with Simulator(seed=5, scenarios=4, batches=2, runs=1500) as sim, sim.client() as client:
        truths = sim.truths()
        found = rates(client.batches(sim.pairs).read())
    assert [truth.batch for truth in truths] == sim.batches()
    for truth in truths:
        # Four standard errors of 1,450 runs that settle.
        assert found[truth.batch.batch] == pytest.approx(truth.success_rate, abs=0.053)
    by_scenario: dict[str, list[BatchTruth]] = {}
    for truth in truths:
        by_scenario.setdefault(truth.batch.scenario, []).append(truth)
    for before, after in by_scenario.values():
        assert not before.regressed
        assert after.regressed == (after.success_rate < before.success_rate)
    assert sum(truth.regressed for truth in truths) == 1


def test_data_of_a_file_has_no_truths(tmp_path: Path) -> None:
    with Simulator(scenarios=1, runs=2) as sim, sim.client() as client:
        client.batches(sim.pairs).read().to_jsonl(tmp_path / "runs.jsonl")
    with Simulator(data=tmp_path / "runs.jsonl") as sim:
        assert sim.truths() == []


def test_a_client_of_ours_reads_over_tls() -> None:
    with Simulator(scenarios=1, runs=150, tls=True) as sim:
        assert sim.url.startswith("https://127.0.0.1:")
        assert len(read(sim)) == 150
        with (
            simruns.Client(sim.url, project=sim.project, api_key=sim.api_key) as stranger,
            pytest.raises(simruns.RequestError) as refused,
        ):
            stranger.batches(sim.pairs).read()
        assert refused.value.kind == "tls"


def test_any_client_that_trusts_the_ca_file_reads_over_tls() -> None:
    with Simulator(scenarios=1, runs=3, tls=True) as sim:
        key = sim.batches()[0]
        path = f"/simulations/{key.scenario}/batches/{key.batch}/runs?projectId={key.project}"
        request = urllib.request.Request(sim.url + path, headers={"X-API-Key": sim.api_key})
        trusting = ssl.create_default_context(cafile=sim.ca_file)
        with urllib.request.urlopen(request, context=trusting) as response:
            assert len(json.load(response)["data"]) == 3
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(request, context=ssl.create_default_context())
        assert sim.ca_file is not None
        ca_file = Path(sim.ca_file)
        assert ca_file.is_file()
    assert not ca_file.exists()


def test_a_pair_of_ones_own_is_served(tmp_path: Path, sim: Simulator) -> None:
    with Simulator(scenarios=1, runs=1, tls=True) as other:
        (tmp_path / "cert.pem").write_text(other._core.certificate)
    (tmp_path / "key.pem").write_text("no key")
    pair = (tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(simruns.InvalidArgumentError, match="are not a pair of PEM texts"):
        Simulator(tls=pair)
    with pytest.raises(simruns.Error, match=r"did not start: .*none\.pem"):
        Simulator(tls=(tmp_path / "none.pem", tmp_path / "key.pem"))
    assert sim.ca_file is None
