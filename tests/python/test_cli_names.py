"""Batches by the names of scenarios, and the newest ones: `--scenario`, `--latest`, `--all`."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SimrunsCommand
from project_file import written

import simruns

pytest.importorskip("pyarrow")

Words = list[object]
READING = ("export", "export to CSV", "export -", "archive", "show", "show RUN", "follow", "doctor")
UUID = "6bf7a1c4-7d0e-4a53-9a70-3f2b1c9d8e7f"
DIGITS = "68a1c2b3d4e5f60718293a4b"


def of_server(sim: simruns.Simulator, project: str = "") -> Words:
    return ["--base-url", sim.url, "--project", project or sim.project]


def words(command: str, folder: Path, run: str = "") -> Words:
    """A command that reads, without what it reads."""
    found: dict[str, Words] = {
        "export": ["export", "-o", folder / "x.parquet"],
        "export to CSV": ["export", "-o", folder / "x.csv"],
        "export -": ["export", "-o", "-"],
        "archive": ["archive", "-o", folder / "archive"],
        "show": ["show"],
        "show RUN": ["show", run],
        "follow": ["follow"],
        "doctor": ["doctor"],
    }
    return found[command]


def read_by(command: str, done: Any, folder: Path) -> set[str]:
    """The ids of the runs that a command read."""
    if command == "export to CSV":
        with (folder / "x.csv").open(encoding="utf-8", newline="") as file:
            return {row["run_id"] for row in csv.DictReader(file)}
    if command in ("export -", "follow"):
        return {json.loads(line)["id"] for line in done.stdout.splitlines()}
    if command in ("export", "archive"):
        path = folder / ("archive" if command == "archive" else "x.parquet")
        return {run.id for run in simruns.open(path)}
    return {line.split()[0] for line in done.stdout.splitlines() if line.strip()}


@pytest.fixture(scope="module")
def served() -> Iterator[simruns.Simulator]:
    """3 scenarios of 3 batches of 20 runs; tests read from it only."""
    with simruns.Simulator(seed=6, scenarios=3, batches=3, runs=20) as sim:
        yield sim


@pytest.fixture
def named(tmp_path: Path) -> Iterator[simruns.Simulator]:
    """A scenario whose name looks like a reference, and two of one name."""
    names = {UUID: "refund", DIGITS: "refund", "a-1": "smoke-test", "a-2": "Same", "a-3": "Same"}
    names[DIGITS] = "late"
    data = written(tmp_path / "named.jsonl", names, status="COMPLETED", runs=3)
    with simruns.Simulator(data=data) as sim:
        yield sim


@pytest.mark.parametrize("command", READING)
def test_every_command_takes_the_name_of_a_scenario(
    served: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path, command: str
) -> None:
    with served.client() as client:
        name = client.scenario("refund-late-parcel").name
        batch = client.batch(scenario="refund-late-parcel", batch="refund-late-parcel-batch-2")
        ids = {run.id for run in batch.runs()}
    given = [*of_server(served), "--scenario", name, "--batch", batch.batch]
    done = run_simruns(*words(command, tmp_path, min(ids)), *given, SIMRUNS_API_KEY=served.api_key)
    assert done.returncode == 0, done.stderr
    if command == "doctor":
        assert f"scenario: {name} is the name of refund-late-parcel\n" in done.stdout
        assert "refund-late-parcel-batch-2 has 20 runs" in done.stdout
    elif command == "show RUN":
        assert done.stdout.startswith(min(ids))
    else:
        assert read_by(command, done, tmp_path) == ids


@pytest.mark.odd_data
@pytest.mark.parametrize("command", READING)
def test_a_name_that_looks_like_a_reference_is_tried_as_one_first(
    named: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path, command: str
) -> None:
    given = [*of_server(named, "p"), "--scenario", "refund", "--batch", f"{UUID}-b"]
    done = run_simruns(
        *words(command, tmp_path, f"{UUID}-b-1"), *given, SIMRUNS_API_KEY=named.api_key
    )
    assert done.returncode == 0, done.stderr
    if command == "doctor":
        assert f"scenario: refund is the name of {UUID}\n" in done.stdout
    elif command == "show RUN":
        assert done.stdout.startswith(f"{UUID}-b-1")
    else:
        assert read_by(command, done, tmp_path) == {f"{UUID}-b-{number}" for number in range(3)}


@pytest.mark.odd_data
@pytest.mark.parametrize("reference", [UUID, DIGITS, "a-1"])
@pytest.mark.parametrize("command", ["export", "export -", "show", "show RUN", "doctor"])
def test_a_reference_costs_no_listing(
    named: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path, command: str,
    reference: str,
) -> None:  # fmt: skip
    given = [*of_server(named, "p"), "--scenario", reference, "--batch", f"{reference}-b"]
    done = run_simruns(
        *words(command, tmp_path, f"{reference}-b-1"), *given, SIMRUNS_API_KEY=named.api_key
    )
    assert done.returncode == 0, done.stderr
    asked = [request["target"].partition("?")[0] for request in named.requests()]
    assert asked.count(f"/testing/simulations/{reference}/batches/{reference}-b/runs") == 1
    witness = f"/testing/simulations/{reference}/batches/{reference}-b"
    assert asked[1:] == ([] if command in ("show RUN", "doctor") else [witness])


@pytest.mark.odd_data
@pytest.mark.parametrize("command", ["export", "archive", "show", "follow"])
@pytest.mark.parametrize(
    "arguments",
    [{"neighbours": False}, {"faults": [{"on": "scenarios", "every": 1, "status": 403}]}],
)
def test_without_a_list_any_text_is_a_reference(
    run_simruns: SimrunsCommand, tmp_path: Path, arguments: dict[str, Any], command: str
) -> None:
    data = written(tmp_path / "a.jsonl", {"[draft] refund": "A", "plain": "B"}, runs=2,
                   status="COMPLETED")  # fmt: skip
    with simruns.Simulator(data=data, **arguments) as sim:
        for reference in ("[draft] refund", "plain"):
            more = ["--count", 2] if command == "follow" else []
            folder = tmp_path / reference
            folder.mkdir()
            given = [*of_server(sim, "p"), "--scenario", reference, "--batch", f"{reference}-b"]
            done = run_simruns(*words(command, folder), *given, *more, SIMRUNS_API_KEY=sim.api_key)
            assert done.returncode == 0, done.stderr


@pytest.mark.odd_data
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Same", "2 scenarios have the name 'Same': a-2 and a-3; give a reference"),
        ("Smoke test", "no scenario has the reference or the name 'Smoke test'; did you mean"),
    ],
)
@pytest.mark.parametrize("command", ["export", "archive", "show", "follow"])
def test_a_name_of_several_or_of_none_is_a_mistake(
    named: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path, command: str,
    name: str, told: str,
) -> None:  # fmt: skip
    given = [*of_server(named, "p"), "--scenario", name, "--batch", "a-2-b"]
    done = run_simruns(*words(command, tmp_path), *given, SIMRUNS_API_KEY=named.api_key)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert told in line
    assert os.listdir(tmp_path) == ["named.jsonl"]


def test_the_newest_finished_batch_of_every_scenario_is_one_file(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    path = tmp_path / "runs.parquet"
    with simruns.Simulator(scenarios=6, batches=5, runs=200) as sim, sim.client() as client:
        done = run_simruns(
            "export", *of_server(sim), "--all", "--latest", "-o", path, SIMRUNS_API_KEY=sim.api_key
        )
        scenarios = client.scenarios()
    assert done.returncode == 0, done.stderr
    *each, last = done.stderr.splitlines()
    assert each == [
        f"{one.name}, batch {one.reference}-batch-5: 200 of 200 runs, complete, sequence 1-200, no "
        "gap, no duplicate, 2 requests, the batch counts 200"
        for one in scenarios
    ]
    assert last.startswith(f"{path}: 1200 of 1200 runs in 6 batches, 6 complete, no duplicate, ")
    runs = simruns.open(path)
    assert [key.batch for key in runs.batches] == [f"{one.reference}-batch-5" for one in scenarios]
    named = runs.to_arrow(columns=["scenario", "scenario_name"]).group_by(
        ["scenario", "scenario_name"]
    )
    assert {
        (row["scenario"], row["scenario_name"]): row["scenario_count"]
        for row in named.aggregate([("scenario", "count")]).to_pylist()
    } == {(one.reference, one.name): 200 for one in scenarios}


@pytest.mark.parametrize("ending", ["csv", "jsonl", "arrow"])
def test_the_newest_batches_of_a_scenario_are_counted(
    served: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"runs.{ending}"
    given = [*of_server(served), "--scenario", "Change a flight", "-o", path]
    done = run_simruns("export", "--latest", 2, *given, SIMRUNS_API_KEY=served.api_key)
    assert done.returncode == 0, done.stderr
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "Change a flight, batch change-flight-batch-3",
        "Change a flight, batch change-flight-batch-2",
        str(path),
    ]
    if ending == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            assert {row["scenario_name"] for row in csv.DictReader(file)} == {"Change a flight"}


@pytest.mark.parametrize(
    "given", [["--latest"], ["--latest", "1"], ["--latest=1"], ["--latest", "-v"]]
)
def test_latest_alone_is_one(
    served: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path, given: list[str]
) -> None:
    done = run_simruns(
        "show", *of_server(served), "--scenario", "change-flight", *given,
        SIMRUNS_API_KEY=served.api_key,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 20
    assert "batch change-flight-batch-3: 20 of 20 runs, complete" in done.stderr


def test_each_of_the_newest_batches_has_an_archive_of_its_own(
    served: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    given = [*of_server(served), "--all", "--latest", "-o", tmp_path / "archives"]
    for new in (20, 0):
        done = run_simruns("archive", *given, SIMRUNS_API_KEY=served.api_key)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count(f": 20 runs: {new} new, ") == 3
    assert {key.batch for key in simruns.open(tmp_path / "archives").batches} == {
        f"{scenario}-batch-3" for scenario, _ in served.pairs
    }


def test_follow_takes_the_newest_batch_finished_or_not(run_simruns: SimrunsCommand) -> None:
    live = {"appear_every": 10, "settle_after": 4}
    arguments: dict[str, Any] = {"scenarios": 1, "batches": 2, "runs": 3, "live": live, "speed": 0}
    with simruns.Simulator(**arguments) as sim, sim.client() as client:
        while len(batches := client.scenarios()[0].batches()) < 2:
            sim.clock.advance(60)
        newest = batches[0]
        assert newest.state == "in_progress"
        done = run_simruns(
            "follow", *of_server(sim), "--scenario", "Change a flight", "--latest", "--deadline",
            0.5, SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
    assert done.returncode == 3
    assert "settled, " in done.stderr
    assert "ended by deadline" in done.stderr


def test_a_scenario_without_a_finished_batch_is_left_out_by_name(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    faults = [{"on": "batches", "requests": 1, "mutate": {"member": "status", "make": "unknown"}}]
    with simruns.Simulator(scenarios=2, runs=3, faults=faults) as sim:
        given = [*of_server(sim), "--all", "--latest", "-o", tmp_path / "x.csv"]
        done = run_simruns("export", *given, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    assert "simruns: warning: left out, as they have no COMPLETED batch: " in done.stderr
    assert "3 of 3 runs, complete" in done.stderr


def test_all_scenarios_are_all_that_the_server_counts(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    faults = [{"on": "scenarios", "every": 1, "total_add": 5}]
    with simruns.Simulator(scenarios=2, runs=2, faults=faults) as sim:
        given = [*of_server(sim), "--all", "--latest", "-o", tmp_path / "x.csv"]
        done = run_simruns("export", *given, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 3
    assert "simruns: 2 of 7 scenarios, incomplete, " in done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--all"], "--all needs --latest"),
        (["--latest"], "--latest needs --scenario, or --all"),
        (["--latest", "0", "--scenario", "s"], "--latest is 0; give 1 or more"),
        (["--latest", "-3", "--scenario", "s"], "--latest is -3; give 1 or more"),
        (["--latest", "--scenario", "s", "--batch", "b"], "leave out --batch"),
        (["--latest", "--all", "--scenario", "s"], "--all is every scenario; leave out --scenario"),
        (["--pairs", "p.csv", "--latest"], "--pairs names the batches; leave out"),
        (["--scenario", "s"], "no batch; give --scenario and --batch, or --pairs, or --latest"),
        ([], "no batch; give --scenario and --batch, or --pairs, or --latest"),
        (["--latest", "--all", "--page-size", "0"], "--page-size is 0; give 1 to 100"),
    ],
)
@pytest.mark.parametrize("command", ["export", "archive", "show"])
def test_what_does_not_say_which_batches_is_a_mistake(
    call_simruns: SimrunsCommand, tmp_path: Path, command: str, given: list[str], told: str
) -> None:
    if command == "show" and not given:
        pytest.skip("show without anything is about files")
    if command == "archive" and given == ["--all"]:
        pytest.skip("archive --all is about every finished batch")
    server = {"SIMRUNS_BASE_URL": "http://127.0.0.1:9", "SIMRUNS_PROJECT": "p"}
    done = call_simruns(*words(command, tmp_path), *given, **server, SIMRUNS_API_KEY="k")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert told in line
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("given", [[], ["--batch", "b", "--latest"]])
def test_follow_wants_one_batch(call_simruns: SimrunsCommand, given: list[str]) -> None:
    done = call_simruns("follow", "--scenario", "s", *given)
    assert done.returncode == 2
    assert done.stderr == (
        "simruns: give --batch, or --latest for the newest batch of the scenario\n"
    )


def test_latest_says_that_a_server_has_no_list(run_simruns: SimrunsCommand, tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=1, runs=2, neighbours=False) as sim:
        for command in ("export", "archive", "show", "follow"):
            done = run_simruns(
                *words(command, tmp_path), *of_server(sim), "--scenario", "change-flight",
                "--latest", SIMRUNS_API_KEY=sim.api_key,
            )  # fmt: skip
            assert (done.returncode, done.stdout) == (1, "")
            (line,) = done.stderr.splitlines()
            assert "HTTP 404" in line
            assert line.endswith("without a list, --scenario and --batch take references")
