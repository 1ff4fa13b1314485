"""The local Simulator, as Python holds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import simruns


def test_the_same_seed_makes_the_same_runs() -> None:
    def texts(seed: int) -> list[str]:
        with simruns.Simulator(seed=seed, scenarios=2, runs=5) as sim, sim.client() as client:
            return [run.to_json() for run in client.batches(sim.batches()).read()]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)


def test_a_batch_a_scenario_of_as_many_runs_as_asked_for() -> None:
    with simruns.Simulator(scenarios=4, runs=7) as sim, sim.client() as client:
        runs = client.batches(sim.batches()).read()
        assert len({key.scenario for key in sim.batches()}) == 4
        assert len({key.batch for key in sim.batches()}) == 4
        assert {key.project for key in sim.batches()} == {sim.project}
        assert len(runs) == 28


def test_pairs_are_what_batches_takes(sim: simruns.Simulator) -> None:
    assert sim.pairs == [(key.scenario, key.batch) for key in sim.batches()]


def test_the_url_is_a_whole_base_url(sim: simruns.Simulator) -> None:
    assert sim.url.startswith("http://127.0.0.1:")
    assert sim.url.endswith("/testing")


def test_data_of_a_file_comes_back_as_it_is(tmp_path: Path, sim: simruns.Simulator) -> None:
    with sim.client() as client:
        runs = client.batches(sim.batches()).read()
    runs.to_jsonl(tmp_path / "runs.jsonl")
    with simruns.Simulator(data=tmp_path / "runs.jsonl") as again, again.client() as client:
        assert again.batches() == sim.batches()
        back = client.batches(again.batches()).read()
    assert [run.to_dict() for run in back] == [run.to_dict() for run in runs]


def test_it_logs_what_it_was_asked(own_sim: simruns.Simulator) -> None:
    with own_sim.client() as client:
        client.batch(scenario=own_sim.pairs[0][0], batch=own_sim.pairs[0][1]).head(2)
    (request,) = own_sim.requests()
    assert (request["number"], request["method"], request["status"]) == (1, "GET", 200)
    assert request["target"].startswith("/testing/simulations/")
    assert own_sim.api_key not in str(request)


def test_it_takes_the_key_it_is_given() -> None:
    with simruns.Simulator(scenarios=1, runs=1, api_key="my-key") as sim:
        assert sim.api_key == "my-key"
        with sim.client() as client:
            assert len(client.batches(sim.batches()).read()) == 1
    assert "my-key" not in repr(sim)


def test_closing_twice_is_closing_once() -> None:
    sim = simruns.Simulator(scenarios=1, runs=1)
    sim.close()
    sim.close()


def test_data_and_a_seed_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="data is given, and seed"):
        simruns.Simulator(data=tmp_path, seed=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"runs": 0},
        {"scenarios": True},
        {"seed": -1},
        {"port": 65536},
        {"latency_ms": -1},
        {"wrongly_passed": 1.5},
        {"wrongly_passed": True},
    ],
)
def test_a_number_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=f"{next(iter(wrong))} is "):
        simruns.Simulator(**wrong)


def test_a_judge_passes_as_many_of_the_failing_runs_as_asked_for_and_tells_which() -> None:
    verdicts = []
    for chance in (0, 0.15):
        sim = simruns.Simulator(scenarios=4, runs=300, wrongly_passed=chance)
        with sim, sim.client() as client:
            wrong = {one for truth in sim.truths() for one in truth.wrongly_passed}
            runs = client.batches(sim.pairs).read()
            verdicts.append({run.id: run.verdict for run in runs})
            assert bool(wrong) == bool(chance)
    right, judged = verdicts
    assert wrong == {one for one in right if right[one] != judged[one]}
    assert {(right[one], judged[one]) for one in wrong} == {("failure", "success")}
    failed = sum(verdict == "failure" for verdict in right.values())
    assert len(wrong) / failed == pytest.approx(0.15, abs=0.05)


def test_a_file_that_holds_no_runs_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("[]\n")
    for name in ("bad.jsonl", "none.jsonl"):
        with pytest.raises(simruns.Error, match=name):
            simruns.Simulator(data=tmp_path / name)


def test_a_port_that_is_taken_is_an_error(sim: simruns.Simulator) -> None:
    port = int(sim.url.split(":")[2].split("/")[0])
    with pytest.raises(simruns.Error, match="cannot listen"):
        simruns.Simulator(port=port)


@pytest.mark.parametrize("name", ["api_key", "token"])
@pytest.mark.parametrize("bad", [5, b"secret", "", "with space", "line\nbreak", "ключ"])
def test_a_secret_that_is_none_is_refused_without_being_shown(name: str, bad: Any) -> None:
    given: dict[str, Any] = {"api_key": "the-good-one", "token": "the-good-one", name: bad}
    with pytest.raises(simruns.InvalidArgumentError, match=f"{name} is not a text") as caught:
        simruns.Simulator(scenarios=1, runs=1, **given)
    assert "the-good-one" not in str(caught.value)
    assert not bad or str(bad) not in str(caught.value)


def test_a_host_without_an_address_is_an_error_that_names_it() -> None:
    for host in ("no-such-host.invalid", "a" * 300):
        with pytest.raises(simruns.Error, match=f"no address of '{host}'"):
            simruns.Simulator(host=host)


def test_a_child_of_fork_leaves_its_parents_simulator_alone() -> None:
    code = (
        "import os, sys, simruns\n"
        "sim = simruns.Simulator(scenarios=1, runs=3)\n"
        "for ending in ('exit', 'close', 'del'):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        if ending == 'close': sim.close()\n"
        "        if ending == 'del': del sim\n"
        "        sys.exit(7)\n"
        "    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "    print(code, flush=True)\n"
        "with sim, sim.client() as client:\n"
        "    print(len(client.batches(sim.pairs).read()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["7", "7", "7", "3"], done.stderr


def test_a_child_of_fork_completes_no_recording_of_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys, simruns\n"
        "path = sys.argv[1]\n"
        "with simruns.Simulator(scenarios=1, runs=3) as real:\n"
        "    with real.client() as client:\n"
        "        client.batches(real.pairs).read().to_jsonl(path)\n"
        "    text = open(path).read()\n"
        "    open(path, 'w').write(text.replace('{', '{ ', 1))\n"  # so that one run is replaced
        "    sim = simruns.Simulator(upstream=real.url, record=path)\n"
        "    with simruns.Client(sim.url, project=real.project, api_key=real.api_key) as client:\n"
        "        client.batches(real.pairs).read(witness=False)\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        sim.close()\n"
        "        del sim\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "    print(open(path).read() == text)\n"
        "    sim.close()\n"
        "    print(open(path).read() == text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "x.jsonl"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["False", "True"], done.stderr


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "api.localhost", "a.b.localhost."])
def test_localhost_is_this_machine_whatever_the_system_knows(host: str) -> None:
    with simruns.Simulator(scenarios=1, runs=3, host=host) as sim:
        assert sim.url.startswith("http://127.0.0.1:")
        url = sim.url.replace("127.0.0.1", host)
        with simruns.Client(url, api_key=sim.api_key, project=sim.project) as client:
            assert len(client.batches(sim.pairs).read()) == 3
