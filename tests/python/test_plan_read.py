"""Reads cut into partitions: the same rows in any process, and no credentials in a plan."""

from __future__ import annotations

import base64
import json
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from leading import NOON, leading, run
from project_file import AT, written

import simruns
from simruns.archive import pace
from simruns.sources.clients import KeyFiles, client_of

TABLES = ["runs", "turns", "criteria", "issues"]
KEY = "k3y-0f-th3-pr0j3ct-with-4-secret"


@pytest.fixture
def environment(own_sim: simruns.Simulator, monkeypatch: pytest.MonkeyPatch) -> simruns.Simulator:
    """A Simulator that the environment of this process and its children names."""
    monkeypatch.setenv("SIMRUNS_BASE_URL", own_sim.url)
    monkeypatch.setenv("SIMRUNS_PROJECT", own_sim.project)
    monkeypatch.setenv("SIMRUNS_API_KEY", own_sim.api_key)
    return own_sim


def rows_of(results: Any, table: str | None = None) -> list[dict[str, Any]]:
    return [
        row
        for result in results
        for batch in (result if table is None else result.record_batches(table))
        for row in batch.to_pylist()
    ]


def tabular(runs: simruns.Runs, table: str) -> Any:
    return runs if table == "runs" else getattr(runs, table)


def read_in_child(partition: simruns.Partition) -> tuple[list[dict[str, Any]], object]:
    read = simruns.read_partition(partition)
    return rows_of([read]), read.completeness


@pytest.mark.parametrize("table", TABLES)
def test_partitions_give_the_rows_of_a_read_in_its_order(
    sim: simruns.Simulator, client: simruns.Client, table: str
) -> None:
    suite = client.batches(sim.pairs)
    whole = suite.read()
    plan = simruns.plan_read(suite, tables=table)
    results = [simruns.read_partition(partition, client=client) for partition in plan]
    assert [partition.key for partition in plan] == list(suite.keys)
    assert rows_of(results) == tabular(whole, table).to_arrow().to_pylist()
    told = simruns.completeness_of(results)
    assert told.verdict == "complete"
    assert (told.received, told.total) == (len(whole), len(whole))


@pytest.mark.parametrize("table", TABLES)
def test_every_record_batch_has_the_schema_of_the_plan(
    sim: simruns.Simulator, client: simruns.Client, table: str
) -> None:
    suite = client.batches(sim.pairs)
    plan = simruns.plan_read(suite, tables=[table])
    table_of_read = tabular(suite.read(), table).to_arrow()
    assert plan.schema.equals(table_of_read.schema.remove_metadata(), check_metadata=True)
    for partition in plan:
        assert partition.schema == plan.schema
        read = simruns.read_partition(partition, client=client)
        assert read.schema == plan.schema
        for batch in read:
            assert isinstance(batch, pa.RecordBatch)
            assert batch.schema.equals(plan.schema, check_metadata=True)


def test_a_record_batch_has_the_rows_of_at_most_a_page_of_runs(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    plan = simruns.plan_read(sim.batches()[:1], client=client)
    counts = [batch.num_rows for batch in simruns.read_partition(plan[0], client=client)]
    assert sum(counts) == 250
    assert max(counts) <= 100


def test_columns_are_those_that_are_asked_for_in_their_order(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    plan = simruns.plan_read(sim.batches(), columns=["verdict", "run_id"], client=client)
    assert plan.schema.names == ["verdict", "run_id"]
    read = simruns.read_partition(plan[0], client=client)
    assert all(batch.schema.names == ["verdict", "run_id"] for batch in read)


def test_a_batch_is_read_once_for_all_its_tables(environment: simruns.Simulator) -> None:
    key = environment.batches()[0]
    plan = simruns.plan_read([key], tables=["runs", "turns"], columns={"turns": ["run_id", "text"]})
    environment.clear_requests()
    read = simruns.read_partition(plan[0])
    whole = read.runs
    assert rows_of([read], "runs") == whole.to_arrow().to_pylist()
    expected = whole.turns.to_arrow(columns=["run_id", "text"])
    assert rows_of([read], "turns") == expected.to_pylist()
    assert plan.schema_of("turns") == expected.schema.remove_metadata()
    assert len(environment.requests()) == 3 + 1  # pages, and the batch itself
    with pytest.raises(simruns.InvalidArgumentError, match="2 tables, runs, turns: say which"):
        next(read)
    with pytest.raises(simruns.InvalidArgumentError, match="there are runs, turns"):
        next(read.record_batches("criteria"))


def test_where_chooses_runs_as_data(sim: simruns.Simulator, client: simruns.Client) -> None:
    suite = client.batches(sim.pairs)
    where = {"verdict": ["failure", "agent_error"], "endpoint_type": "rest"}
    plan = simruns.plan_read(suite, tables="turns", where=where)
    plan = pickle.loads(pickle.dumps(plan))
    results = [simruns.read_partition(partition, client=client) for partition in plan]
    assert rows_of(results) == suite.read().turns.to_arrow(where=where).to_pylist()
    told = simruns.completeness_of(results)
    assert (told.verdict, told.received) == ("complete", 750)


def test_what_a_plan_cannot_mean_is_refused_before_anything_is_sent(
    own_sim: simruns.Simulator,
) -> None:
    client = own_sim.client()
    own_sim.clear_requests()
    key = own_sim.batches()[0]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"where": lambda run: True}, "where is a function, which does not go to other processes"),
        ({"where": "failure"}, "where is of type str; give a dict"),
        ({"where": {"verdikt": "failure"}}, "did you mean verdict"),
        ({"where": {"verdict": "odd"}}, "there is no verdict 'odd'"),
        ({"where": {"sequence": "1"}}, "sequence has one value in a run, of type int"),
        ({"columns": ["no_such"]}, "no_such"),
        ({"columns": "run_id"}, "give a list of names"),
        ({"columns": []}, "columns is empty"),
        ({"columns": {"turns": ["text"]}}, "'turns' is none of the tables, runs"),
        ({"tables": ["runs", "turns"], "columns": ["run_id"]}, "columns is no dict"),
        ({"tables": "pages"}, "'pages' is none of runs, turns, criteria, issues"),
        ({"tables": ["runs", "runs"]}, "'runs' is there twice"),
        ({"tables": []}, "tables is empty"),
        ({"tables": 3}, "tables is 3"),
        ({"since": "7 days"}, "since is '7 days'"),
    ]
    for arguments, said in wrong:
        with pytest.raises(simruns.InvalidArgumentError, match=said):
            simruns.plan_read([key], client=client, **arguments)
    for nothing in ("simruns", None, key):
        with pytest.raises(simruns.InvalidArgumentError, match="give one of simruns"):
            simruns.read_partition(nothing)  # type: ignore[arg-type]
    assert own_sim.requests() == []


DAY = 86_400_000
SECRET_FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "reversed": lambda key: key[::-1],
    "percent": lambda key: "".join(f"%{ord(c):02x}" for c in key),
    "hex": lambda key: key.encode().hex(),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64, one before": lambda key: base64.b64encode(f"_{key}__".encode()).decode()[4:-8],
    "base64, two before": lambda key: base64.b64encode(f"__{key}_".encode()).decode()[4:-8],
    "UTF-16": lambda key: key.encode("utf-16-le").decode("latin-1"),
    "a third of it": lambda key: key[: len(key) // 3],
    "the rest of it": lambda key: key[-len(key) // 3 :],
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[simruns.Simulator]:
    """Two scenarios with batches of four days; one of them still runs."""
    told = [("a", "COMPLETED", 0), ("b", "STOPPED", 2), ("c", "FAILED", 3), ("d", "IN_PROGRESS", 4)]
    lines = ""
    for name, status, days in told:
        path = written(
            tmp_path / "one.jsonl", {name: f"The {name}"}, status=status, createdAt=AT + days * DAY
        )
        lines += path.read_text()
    whole = tmp_path / "project.jsonl"
    whole.write_text(lines)
    with simruns.Simulator(data=whole) as sim:
        yield sim


@pytest.mark.odd_data
def test_finished_batches_of_scenarios_since_a_day_are_planned(project: simruns.Simulator) -> None:
    """One that still runs is left out; a stopped one, which gets no more runs, is not."""

    def planned(selection: Any, since: date | None) -> list[str]:
        plan = simruns.plan_read(selection, since=since, client=client)
        return [partition.key.batch for partition in plan]

    with project.client() as client:
        start = datetime.fromtimestamp(AT / 1000, timezone.utc).date()
        assert planned(None, None) == ["a-b", "b-b", "c-b"]
        assert planned(None, start + timedelta(days=2)) == ["b-b", "c-b"]
        assert planned(["c", "d"], start) == ["c-b"]
        assert planned("The b", start) == ["b-b"]
        assert planned(client.scenario("The b"), None) == ["b-b"]
        assert planned(client.scenarios(), start + timedelta(days=3)) == ["c-b"]
        assert planned(None, start + timedelta(days=9)) == []
        empty = simruns.plan_read(since=start + timedelta(days=9), client=client)
        assert empty.schema == simruns.plan_read(client=client).schema
        names = [partition.scenario_name for partition in simruns.plan_read(client=client)]
        assert names == ["The a", "The b", "The c"]
        read = simruns.read_partition(simruns.plan_read(client=client)[0], client=client)
        assert rows_of([read])[0]["scenario_name"] == "The a"


@pytest.mark.odd_data
def test_scenarios_and_batches_that_a_client_listed_are_planned_for_its_server(
    project: simruns.Simulator, environment: simruns.Simulator
) -> None:
    """The environment names another server; a list may be read once only."""
    with project.client() as client:
        scenarios = list(client.scenarios())
        batches = [info for one in scenarios for info in one.batches()]
        plans = {
            "scenarios": simruns.plan_read(iter(scenarios)),
            "since": simruns.plan_read((one for one in scenarios), since="3650d"),
            "batches": simruns.plan_read(iter(batches)),
            "one": simruns.plan_read(batches[0]),
            "listing": simruns.plan_read(scenarios[0].batches()),
            "pickled": simruns.plan_read(pickle.loads(pickle.dumps(batches))),
        }
    assert project.url != environment.url
    for name, plan in plans.items():
        assert {partition.server for partition in plan} == {project.url.rstrip("/")}, name


def test_what_is_no_client_is_refused(client: simruns.Client, sim: simruns.Simulator) -> None:
    (partition, *_) = simruns.plan_read(sim.batches(), client=client)
    wrong: Any = 5
    with pytest.raises(simruns.InvalidArgumentError, match="client is of type int"):
        simruns.plan_read(sim.batches(), client=wrong)
    with pytest.raises(simruns.InvalidArgumentError, match="client is of type int"):
        simruns.read_partition(partition, client=wrong)


@pytest.mark.parametrize("of_one", [True, False])
def test_an_archive_is_planned_by_its_batches(
    sim: simruns.Simulator, client: simruns.Client, tmp_path: Path, of_one: bool
) -> None:
    suite = client.batches(sim.pairs)
    for number, batch in enumerate(suite):
        batch.archive(tmp_path / str(number))
    where = {"verdict": "success"}
    directory = tmp_path / "0" if of_one else tmp_path
    opened = simruns.open(directory)
    plan = simruns.plan_read(str(directory), tables="turns", where=where)
    results = [simruns.read_partition(partition) for partition in pickle.loads(pickle.dumps(plan))]
    assert [partition.key for partition in plan] == list(opened.batches)
    assert rows_of(results) == opened.turns.to_arrow(where=where).to_pylist()
    assert simruns.completeness_of(results) == opened.completeness


def test_an_archive_that_lacks_runs_is_an_error(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=1, runs=50, faults=[{"total_add": 3}]) as sim:
        batch = sim.client().batch(sim.batches()[0])
        with pytest.warns(simruns.IncompleteWarning):
            batch.archive(tmp_path, allow_incomplete=True)
    (partition,) = simruns.plan_read(tmp_path)
    with pytest.raises(simruns.IncompleteError, match="archive the batch again") as caught:
        simruns.read_partition(partition)
    assert (caught.value.received, caught.value.total) == (50, 53)


def test_an_archive_whose_refresh_broke_off_among_new_runs_is_not_said_to_be_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the last whole walk told is not told of runs that a later one brought."""
    monkeypatch.setattr(pace, "PART_RUNS", 5)
    with leading(max_attempts=1) as (server, client):
        runs = [{**run(number), "createdAt": NOON + number} for number in range(1, 16)]
        server.runs = runs[:10]
        batch = client.batch(scenario="s", batch="b")
        batch.archive(tmp_path, page_size=5)
        server.runs = runs
        answer = server.answer
        server.answer = lambda path, query: (  # type: ignore[method-assign]
            (503, {}) if query.get("next") == f"{NOON + 12} r12" else answer(path, query)
        )
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            batch.archive(tmp_path, page_size=4)
    opened = simruns.open(tmp_path)
    assert len(opened) == 12
    assert opened.completeness.verdict == "incomplete"
    (partition,) = simruns.plan_read(tmp_path)
    with pytest.raises(simruns.IncompleteError, match="archive the batch again"):
        simruns.read_partition(partition)


def test_an_archive_that_became_one_of_another_batch_is_an_error(
    sim: simruns.Simulator, client: simruns.Client, tmp_path: Path
) -> None:
    first, second, _ = client.batches(sim.pairs)
    first.archive(tmp_path / "a")
    (partition,) = simruns.plan_read(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "was")
    second.archive(tmp_path / "a")
    with pytest.raises(simruns.Error, match="any more; plan the read again"):
        simruns.read_partition(partition)


def test_a_batch_that_lacks_runs_gives_an_error_and_no_row() -> None:
    faults = [{"total_add": 3, "times": 6}]
    with simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim, sim.client() as client:
        (partition,) = simruns.plan_read(sim.batches(), client=client)
        for _ in range(2):
            with pytest.raises(simruns.IncompleteError):
                simruns.read_partition(partition, client=client)
        again = simruns.read_partition(partition, client=client)
        assert again.completeness.verdict == "complete"
        assert len(rows_of([again])) == 250


def test_a_partition_that_is_read_again_gives_the_same(environment: simruns.Simulator) -> None:
    plan = simruns.plan_read(environment.batches())
    first, second = (simruns.read_partition(plan[0]) for _ in range(2))
    assert first.completeness == second.completeness
    assert list(first) == list(second)
    assert list(first) == []  # an iterator ends


def test_partitions_are_read_in_other_processes(environment: simruns.Simulator) -> None:
    plan = simruns.plan_read(environment.batches())
    whole = environment.client().batches(environment.pairs).read()
    for start in ("fork", "spawn"):
        with ProcessPoolExecutor(2, mp_context=get_context(start)) as pool:
            results = list(pool.map(read_in_child, plan))
        assert [row for rows, _ in results for row in rows] == whole.to_arrow().to_pylist()
        told = simruns.completeness_of([told for _, told in results])  # type: ignore[misc]
        assert (told.verdict, told.received) == ("complete", 500)


@pytest.mark.parametrize("secret", ["SIMRUNS_API_KEY", "SIMRUNS_TOKEN"])
def test_neither_a_plan_nor_what_it_brought_holds_a_credential(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv(secret, KEY)
    given = {"api_key" if secret == "SIMRUNS_API_KEY" else "token": KEY}
    with simruns.Simulator(scenarios=1, runs=5, **given) as sim:  # type: ignore[arg-type]
        monkeypatch.setenv("SIMRUNS_BASE_URL", sim.url)
        monkeypatch.setenv("SIMRUNS_PROJECT", sim.project)
        client = simruns.Client()
        for selection in (None, sim.batches(), client.latest(), client.scenarios()):
            plan = simruns.plan_read(selection, client=client)
            results = [simruns.read_partition(partition) for partition in plan]
            told = [result.completeness for result in results]
            kept = [repr(plan), repr(plan[0]), repr(results), json.dumps(told[0].to_dict())]
            bare = [text.encode("latin-1") for text in kept]
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
                bare += [pickle.dumps(thing, protocol) for thing in (plan, list(plan), told)]
            bare += [pickle.dumps(batch) for batch in results[0]]
            for name, form in SECRET_FORMS.items():
                assert not [one for one in bare if form(KEY).encode("latin-1") in one], name
    with pytest.raises(TypeError, match="keep its completeness"):
        pickle.dumps(results[0])


def test_the_errors_of_a_partition_hold_no_credential(
    environment: simruns.Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = simruns.plan_read(environment.batches())
    monkeypatch.setenv("SIMRUNS_API_KEY", KEY)
    with pytest.raises(simruns.AuthError) as caught:
        simruns.read_partition(plan[0])
    told = pickle.dumps(caught.value).decode("latin-1") + repr(caught.value)
    assert not [name for name, form in SECRET_FORMS.items() if form(KEY) in told]


def test_a_base_url_with_a_password_comes_into_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMRUNS_BASE_URL", f"https://user:{KEY}@example.com")
    monkeypatch.setenv("SIMRUNS_PROJECT", "p")
    with pytest.raises(simruns.InvalidArgumentError, match="user or a password") as caught:
        simruns.plan_read([("s", "b")])
    assert KEY not in str(caught.value)


def test_a_plan_of_pairs_needs_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMRUNS_BASE_URL", "https://example.com/api/")
    monkeypatch.setenv("SIMRUNS_PROJECT", "p")
    plan = simruns.plan_read({"s": ["b1", "b2"]})
    assert [tuple(partition.key) for partition in plan] == [("p", "s", "b1"), ("p", "s", "b2")]
    assert {partition.server for partition in plan} == {"https://example.com/api"}
    with pytest.raises(simruns.InvalidArgumentError, match="no credentials"):
        simruns.read_partition(plan[0])


def test_a_client_of_another_server_is_refused(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    plan = simruns.plan_read(sim.batches(), client=client)
    other = simruns.Client("https://example.com", project="p", api_key="k")
    with pytest.raises(
        simruns.InvalidArgumentError, match=r"client is one of https://example\.com"
    ):
        simruns.read_partition(plan[0], client=other)


def test_a_process_uses_the_credentials_that_its_environment_has_at_the_time(
    environment: simruns.Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = simruns.plan_read(environment.batches())
    assert len(rows_of([simruns.read_partition(plan[0])])) == 250
    monkeypatch.setenv("SIMRUNS_API_KEY", "no-longer-valid")
    with pytest.raises(simruns.AuthError):
        simruns.read_partition(plan[0])


def test_the_memory_of_a_partition_is_bounded(environment: simruns.Simulator) -> None:
    (partition, *_) = simruns.plan_read(environment.batches())
    with pytest.raises(simruns.RequestError, match="max_bytes"):
        simruns.read_partition(partition, max_bytes=10_000)


def test_each_worker_has_its_share_of_the_requests_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server elsewhere has a budget: here it is one that no connection can be made to."""
    monkeypatch.setenv("SIMRUNS_API_KEY", "k")
    monkeypatch.setenv("SIMRUNS_PROJECT", "p")
    monkeypatch.setenv("SIMRUNS_BASE_URL", "https://name.invalid")
    (partition,) = simruns.plan_read([("s", "b")])
    caplog.set_level(logging.INFO, "simruns")
    for workers in (3, 250):
        with pytest.raises(simruns.ConnectionError):
            simruns.read_partition(partition, workers=workers)
    told = [record.getMessage() for record in caplog.records if "budget" in record.getMessage()]
    assert [text.partition(" ")[0] for text in told] == ["request_budget=333", "request_budget=4"]
    assert told[0].endswith("1000 requests in 300 s, over 3 workers")
    for workers in (0, 1001, True):
        with pytest.raises(simruns.InvalidArgumentError, match="workers is"):
            simruns.read_partition(partition, workers=workers)


def test_reads_of_one_process_share_the_smallest_share_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SIMRUNS_API_KEY", "k-of-shares")
    caplog.set_level(logging.INFO, "simruns")
    first, smaller, again = (client_of("https://shares.invalid", n) for n in (2, 4, 1))
    assert smaller is again
    assert client_of("https://shares.invalid", 4) is smaller is not first
    told = [record.getMessage().partition(" ")[0] for record in caplog.records]
    assert told == ["request_budget=500", "request_budget=250"]


def test_a_key_file_that_is_replaced_is_read_again(
    environment: simruns.Simulator, tmp_path: Path
) -> None:
    (partition, *_) = simruns.plan_read(environment.batches())
    file = tmp_path / "key"
    files = KeyFiles(str(file))
    file.write_text("no-longer-valid")
    with pytest.raises(simruns.AuthError):
        simruns.read_partition(partition, client=client_of(environment.url, 1, files))
    file.write_text(environment.api_key)
    client = client_of(environment.url, 1, files)
    assert len(rows_of([simruns.read_partition(partition, client=client)])) == 250
    assert client_of(environment.url, 1, files) is client


FORKED = """
import os, threading
from simruns.sources import clients
make, parent = clients._made, os.getpid()
has_begun, may_end = threading.Event(), threading.Event()
def slowly(*how):
    if os.getpid() == parent:
        has_begun.set()
        may_end.wait()
    return make(*how)
clients._made = slowly
thread = threading.Thread(target=clients.client_of, args=["http://127.0.0.1:9"])
thread.start()
has_begun.wait()
child = os.fork()
if child == 0:
    print(clients.client_of("http://127.0.0.1:9").base_url, flush=True)
    os._exit(0)
os.waitpid(child, 0)
may_end.set()
thread.join()
"""


@pytest.mark.timeout(60)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_that_is_forked_while_another_thread_makes_a_client_makes_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIMRUNS_API_KEY", "k")
    command = [sys.executable, "-W", "ignore", "-c", FORKED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "http://127.0.0.1:9\n"


def test_what_partitions_report_adds_up(sim: simruns.Simulator, client: simruns.Client) -> None:
    plan = simruns.plan_read(sim.batches(), client=client)
    results = [simruns.read_partition(partition, client=client) for partition in plan]
    told = [pickle.loads(pickle.dumps(result.completeness)) for result in results]
    whole = client.batches(sim.pairs).read().completeness
    assert simruns.completeness_of(told) == simruns.completeness_of(results)
    assert simruns.completeness_of(iter(told)).to_dict() == whole.to_dict()
    assert simruns.completeness_of([*told, told[0]]) == simruns.completeness_of(told)
    assert simruns.completeness_of([]).verdict == "unverified"
    doubtful = simruns.Completeness([told[0].batches[0]._replace(verdict="unverified")])
    assert simruns.completeness_of([doubtful, *told[1:]]).verdict == "unverified"
    with pytest.raises(simruns.Error, match="is reported twice"):
        simruns.completeness_of([*told, doubtful])
    for wrong in (3, "told", [3], [None]):
        with pytest.raises(simruns.InvalidArgumentError, match="results"):
            simruns.completeness_of(wrong)  # type: ignore[arg-type]


def test_a_plan_is_a_sequence_that_can_be_compared_and_cut(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    plan = simruns.plan_read(sim.batches(), client=client)
    assert len(plan) == 3
    assert plan[0] in plan
    assert list(plan[1:]) == list(plan)[1:]
    assert plan == pickle.loads(pickle.dumps(plan))
    assert len({plan, pickle.loads(pickle.dumps(plan))}) == 1
    assert repr(plan) == "<ReadPlan of 3 partitions: runs>"


def test_planning_loads_no_table_library() -> None:
    code = (
        "import os, sys\n"
        "os.environ.update(SIMRUNS_BASE_URL='https://example.com', SIMRUNS_PROJECT='p')\n"
        "import simruns\n"
        "simruns.plan_read([('s', 'b')], columns=['run_id'], where={'verdict': 'success'})\n"
        "print([name for name in ('pyarrow', 'pandas', 'pyspark') if name in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
