"""`simruns list`: the scenarios of a project, and their batches."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SimrunsCommand
from hostile import TEXTS
from leading import leading, scenario
from project_file import AT, written
from rich.cells import cell_len
from test_export import Start

import simruns

NAMES = {
    "draft": "[draft] refund [/end] :smile:",
    "long": "x" * 90,
    "wide": "日本語のシナリオ",
    "odd": TEXTS[8] + TEXTS[9],
}
"""Names by references: markup to Rich, long, wide, and what a terminal would obey."""
ID = "6bf7a1c4-7d0e-4a53-9a70-3f2b1c9d8e7f"


@pytest.fixture(scope="module")
def served() -> Iterator[simruns.Simulator]:
    """3 scenarios of 4 batches of 20 runs."""
    with simruns.Simulator(seed=5, scenarios=3, batches=4, runs=20) as sim:
        yield sim


def where(sim: simruns.Simulator) -> list[str]:
    return ["--base-url", sim.url, "--project", sim.project]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[simruns.Simulator]:
    folder = tmp_path_factory.mktemp("odd")
    with simruns.Simulator(data=written(folder / "odd.jsonl", {**NAMES, ID: "a UUID"})) as sim:
        yield sim


def test_a_scenario_is_a_row_with_its_last_batch(
    served: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    seen = len(served.requests())
    done = run_simruns("list", *where(served), SIMRUNS_API_KEY=served.api_key, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    head, _, *rows = filter(str.strip, done.stdout.splitlines())
    assert re.split(" {2,}", head.strip()) == [
        "name", "reference", "batches", "last batch", "status", "runs"
    ]  # fmt: skip
    with served.client() as client:
        assert [re.split(" {2,}", row.strip()) for row in rows] == [
            [one.name, one.reference, "4", f"{one.reference}-batch-4", "COMPLETED", "20 of 20"]
            for one in client.scenarios()
        ]
    told = "3 of 3 scenarios, complete, no duplicate, 1 request; 12 batches, 3 requests\n"
    assert done.stderr == told
    assert len(served.requests()) == seen + 4 + 1


def test_the_document_holds_what_the_server_says(
    served: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    done = run_simruns("list", *where(served), "--json", SIMRUNS_API_KEY=served.api_key)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["project"] == served.project
    with served.client() as client:
        for told, scenario in zip(document["scenarios"], client.scenarios(), strict=True):
            assert told["scenario"] == scenario.reference
            assert (told["name"], told["mission"]) == (scenario.name, scenario.mission)
            batches = scenario.batches()
            assert [one["batch"] for one in told["batches"]] == [one.batch for one in batches]
            last, info = told["batches"][0], batches[0]
            assert (last["status"], last["state"], last["runs"]) == ("COMPLETED", "completed", 20)
            assert last["failed_runs"] == info.failed_runs
            assert last["completed_runs"] == 20 - last["failed_runs"]
            assert last["created_at"].endswith("Z")
            assert last["created_at"] > told["batches"][1]["created_at"]


@pytest.mark.parametrize("by", ["name", "reference"])
def test_a_scenario_lists_its_batches_the_newest_first(
    served: simruns.Simulator, run_simruns: SimrunsCommand, by: str
) -> None:
    with served.client() as client:
        scenario = client.scenarios()[1]
    text = getattr(scenario, by)
    done = run_simruns("list", text, *where(served), SIMRUNS_API_KEY=served.api_key, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    head, _, *rows = filter(str.strip, done.stdout.splitlines())
    assert head.split() == ["batch", "status", "created", "runs", "failed", "took"]
    assert [row.split()[0] for row in rows] == [
        f"{scenario.reference}-batch-{number}" for number in (4, 3, 2, 1)
    ]
    assert all("  COMPLETED  " in row and "  20 of 20  " in row for row in rows)


def test_a_tree_has_the_batches_below_their_scenarios(
    served: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    done = run_simruns(
        "list", *where(served), "--batches", SIMRUNS_API_KEY=served.api_key, COLUMNS="200"
    )
    assert done.returncode == 0, done.stderr
    expected = []
    with served.client() as client:
        for scenario in client.scenarios():
            expected.append(f"{scenario.name}  {scenario.reference}  4 batches")
            expected += [f"    {info.batch}" for info in scenario.batches()]
    shown = [re.sub("^[├└]── ", "    ", line) for line in done.stdout.splitlines()]
    shown = [line.split("  COMPLETED  ")[0] for line in shown]
    assert shown == expected


def test_batches_are_chosen_by_status_and_time(
    served: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    with served.client() as client:
        newest = client.scenarios()[0].batches()[0]
    assert newest.created_at is not None
    day = newest.created_at.date().isoformat()
    for words, number in (
        (["--status", "completed"], 4),
        (["--status", "IN_PROGRESS"], 0),
        (["--since", day], 1),
        (["--since", "1h"], 0),
    ):
        done = run_simruns("list", *where(served), "--json", *words, SIMRUNS_API_KEY=served.api_key)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["scenarios"]
        assert [len(scenario["batches"]) for scenario in told] == [number] * 3
        assert "unverified" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--since", "yesterday"], "--since is 'yesterday'; give a day as 2026-07-01, or how long"),
        (["--status", "done"], "there is no status 'done'; there are COMPLETED, IN_PROGRESS"),
        (["change-fligt"], "'change-fligt'; did you mean 'change-flight'"),
    ],
)
def test_what_cannot_be_listed_is_a_mistake(
    served: simruns.Simulator, run_simruns: SimrunsCommand, words: list[str], told: str
) -> None:
    done = run_simruns("list", *words, *where(served), SIMRUNS_API_KEY=served.api_key)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert told in line


@pytest.mark.odd_data
@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
@pytest.mark.parametrize("words", [[], ["--batches"], [ID]])
def test_a_list_shows_every_reference_whole_at_any_width(
    odd: simruns.Simulator, run_simruns: SimrunsCommand, words: list[str], encoding: str, width: int
) -> None:
    done = run_simruns(
        "list", *words, "--base-url", odd.url, "--project", "p", SIMRUNS_API_KEY=odd.api_key,
        COLUMNS=str(width), PYTHONIOENCODING=encoding, PYTHONUTF8="1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "…" not in done.stdout
    assert ID in done.stdout
    shown = re.sub(r"[^x]", "", done.stdout)
    for reference in NAMES:
        assert ID in words or f"{reference}-b" in done.stdout
    assert ID in words or len(shown) >= 90
    assert ID in words or "[/end] :smile:" in re.sub(r"\s+", " ", done.stdout)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout)
    if width > 40:
        assert max(map(cell_len, done.stdout.splitlines())) <= max(width, 92)


@pytest.mark.odd_data
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_document_holds_any_name_as_data(
    odd: simruns.Simulator, run_simruns: SimrunsCommand, encoding: str
) -> None:
    done = run_simruns(
        "list", "--json", "--base-url", odd.url, "--project", "p", SIMRUNS_API_KEY=odd.api_key,
        PYTHONIOENCODING=encoding,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = {each["scenario"]: each["name"] for each in json.loads(done.stdout)["scenarios"]}
    assert told == {**NAMES, ID: "a UUID"}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout)


@pytest.mark.odd_data
@pytest.mark.parametrize(
    ("batch", "word"),
    [({"status": "RESTING"}, "RESTING"), ({"completedAt": AT}, "completed"), ({}, "unknown")],
)
def test_what_the_server_does_not_tell_is_a_dash(
    run_simruns: SimrunsCommand, tmp_path: Path, batch: dict[str, Any], word: str
) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "A"}, **batch)
    with simruns.Simulator(data=data) as sim:
        of = ["--base-url", sim.url, "--project", "p"]
        one = run_simruns("list", "A", *of, SIMRUNS_API_KEY=sim.api_key, COLUMNS="200")
        all_ = run_simruns("list", *of, SIMRUNS_API_KEY=sim.api_key, COLUMNS="200")
    rows = [done.stdout.rstrip().splitlines()[-1].strip() for done in (one, all_)]
    assert [re.split(" {2,}", row) for row in rows] == [
        ["s-b", word, "2025-06-15 15:06:40 UTC", "-", "-", "-"],
        ["A", "s", "1", "s-b", word, "-"],
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"neighbours": False}, "HTTP 404"),
        ({"faults": [{"on": "scenarios", "every": 1, "status": 403}]}, "HTTP 403"),
    ],
)
@pytest.mark.parametrize("words", [[], ["change-flight"], ["--json"]])
def test_a_server_without_a_list_is_told(
    run_simruns: SimrunsCommand, arguments: dict[str, Any], told: str, words: list[str]
) -> None:
    with simruns.Simulator(scenarios=1, runs=2, **arguments) as sim:
        done = run_simruns("list", *words, *where(sim), SIMRUNS_API_KEY=sim.api_key)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert told in line
    assert "--scenario and --batch take references" in line


def test_a_scenario_whose_batches_fail_does_not_hold_up_the_others(
    run_simruns: SimrunsCommand,
) -> None:
    faults = [{"on": "batches", "requests": 1, "status": 403}]
    with simruns.Simulator(scenarios=3, batches=2, runs=2, faults=faults) as sim:
        words = ["list", *where(sim)]
        done = run_simruns(*words, "--json", SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 1
    batches = {one["scenario"]: one["batches"] for one in json.loads(done.stdout)["scenarios"]}
    (failed,) = [scenario for scenario, listed in batches.items() if listed is None]
    assert all(len(listed) == 2 for scenario, listed in batches.items() if scenario != failed)
    first, second = done.stderr.splitlines()
    assert first.endswith("; 4 batches, 2 requests")
    assert second.startswith(f"simruns: scenario {failed}: HTTP 403 ")


def test_a_scenario_without_a_reference_is_told_by_its_name(run_simruns: SimrunsCommand) -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s"), {"id": "n", "name": "Nobody"}]
        server.batches = {"s": []}
        words = ["list", "--base-url", client.base_url, "--project", "p"]
        done = run_simruns(*words, SIMRUNS_API_KEY="k")
    assert done.returncode == 1
    line = done.stderr.splitlines()[1]
    assert line.startswith("simruns: <Scenario 'Nobody', (no reference)> came without a reference")


@pytest.mark.parametrize("on", ["scenarios", "batches"])
def test_a_list_that_is_not_whole_is_exit_code_3(run_simruns: SimrunsCommand, on: str) -> None:
    faults = [{"on": on, "every": 1, "total_add": 5}]
    with simruns.Simulator(scenarios=2, batches=2, runs=2, faults=faults) as sim:
        done = run_simruns("list", *where(sim), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 3, done.stderr
    assert "refund-late-parcel-batch-2" in done.stdout
    assert f"2 of 7 {on}, incomplete" in done.stderr


def test_a_scenario_without_batches_is_no_failure(run_simruns: SimrunsCommand) -> None:
    with simruns.Simulator(scenarios=1, runs=1) as sim:
        done = run_simruns("list", *where(sim), "--status", "FAILED", SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0
    assert "0 batches" in done.stderr


def test_many_batches_take_few_requests(run_simruns: SimrunsCommand) -> None:
    with simruns.Simulator(scenarios=20, batches=50, runs=1) as sim:
        done = run_simruns("list", *where(sim), "--json", SIMRUNS_API_KEY=sim.api_key)
        asked = len(sim.requests())
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["scenarios"]
    assert [len(scenario["batches"]) for scenario in told] == [50] * 20
    assert asked == 21


def test_a_terminal_shows_how_many_scenarios_are_done(served: simruns.Simulator) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "simruns", "list", *where(served)], stdout=subprocess.PIPE,
        stderr=theirs, env={**os.environ, "COLUMNS": "80", "SIMRUNS_API_KEY": served.api_key},
        text=True,
    )  # fmt: skip
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end was closed
        pass
    os.close(ours)
    assert process.returncode == 0
    assert "3/3" in shown.decode()
    assert "scenarios" in shown.decode()
    assert "change-flight" in out


def test_ctrl_c_ends_a_list_that_waits(start_simruns: Start) -> None:
    faults = [{"on": "batches", "every": 1, "delay": 600}]
    with simruns.Simulator(scenarios=3, runs=1, faults=faults) as sim:
        process = start_simruns("list", *where(sim), SIMRUNS_API_KEY=sim.api_key)
        while len(sim.requests()) < 2 and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert errors == "simruns: interrupted\n"


def test_an_empty_scenario_is_refused_by_the_name_of_its_argument(
    served: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    done = run_simruns("list", "", *where(served), SIMRUNS_API_KEY=served.api_key)
    assert done.returncode == 2
    assert "SCENARIO is empty; give a name or a reference" in done.stderr
