"""A project in DuckDB and in Parquet files, by dlt: each row once, whatever happens on the way."""

from __future__ import annotations

import base64
import gc
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leading import NOON, Item, Project, batch, leading, run, scenario

import simruns
from simruns.sources.dlt import source
from simruns.sources.reading import PartitionRead

dlt = pytest.importorskip("dlt", reason="dlt is not installed: pip install 'simruns[dlt]'")
duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

from killing_dlt import (  # noqa: E402
    kill_at_random,
    load,
    pipeline_of,
    servers,
    settings,
    tables,
)

DESTINATIONS = ("duckdb", "filesystem")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in settings(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield
    dlt.pipeline().deactivate()


def counts(folder: Path, destination: str = "duckdb") -> dict[str, int]:
    return {name: len(rows) for name, rows in tables(folder, destination).items()}


def column(folder: Path, what: str) -> list[Any]:
    """What a query of the tables in DuckDB gives, of its first column."""
    with duckdb.connect(str(folder / "runs.duckdb"), read_only=True) as opened:
        opened.execute("USE sim")
        return [row[0] for row in opened.sql(what).fetchall()]


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_every_row_comes_with_the_values_that_the_tables_have(
    tmp_path: Path, sim: simruns.Simulator, client: simruns.Client, destination: str
) -> None:
    load(client, tmp_path, destination)
    came = tables(tmp_path, destination)
    runs = client.batches(sim.pairs).read()
    expected = {"runs": runs, "turns": runs.turns, "criteria": runs.criteria}
    for name, table in expected.items():
        held = table.to_arrow()
        held = held.drop_columns(["scenario_name"]) if name == "runs" else held
        rows = duckdb.sql("SELECT *, '' FROM held").fetchall()
        assert came[name] == sorted(map(repr, rows))
    assert len(came["scenarios"]) == len(client.scenarios())
    assert len(came["batches"]) == len(sim.pairs)


def test_times_say_that_they_are_in_utc_and_a_name_is_never_null(
    tmp_path: Path, client: simruns.Client
) -> None:
    load(client, tmp_path, "duckdb")
    of = "FROM information_schema.columns WHERE table_schema = 'sim' AND"
    types = f"SELECT data_type {of} column_name = 'created_at' AND table_name = 'runs'"
    assert column(tmp_path, types) == ["TIMESTAMP WITH TIME ZONE"]
    named = f"SELECT column_name {of} is_nullable = 'NO' AND table_name = 'turns'"
    assert set(column(tmp_path, named)) == {
        "project", "scenario", "batch", "run_id", "unnamed", "turn",
    }  # fmt: skip


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_a_second_load_adds_nothing_and_asks_for_the_listing_only(
    tmp_path: Path, own_sim: simruns.Simulator, destination: str
) -> None:
    with own_sim.client() as client:
        load(client, tmp_path, destination)
        first = tables(tmp_path, destination)
        own_sim.clear_requests()
        pipeline = pipeline_of(tmp_path, destination)
        assert pipeline.run(source(client)).loads_ids == []
    assert len(own_sim.requests()) == 3  # the scenarios, and the batches of two
    assert tables(tmp_path, destination) == first


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_of_a_batch_that_grew_just_what_is_new_is_added(tmp_path: Path, destination: str) -> None:
    with servers() as (one, two):
        with one.client() as client:
            load(client, tmp_path, destination)
        before = counts(tmp_path, destination)
        with two.client() as client:
            load(client, tmp_path, destination)
            whole = client.batches(two.pairs).read()
        paths = [str(one["target"]).partition("?")[0] for one in two.requests()[:5]]
    assert sum(path.endswith("/runs") for path in paths) == 1  # the other batches are as they were
    after = counts(tmp_path, destination)
    assert before["runs"] == len(whole) - 25
    assert after["turns"] == len(whole.turns)
    assert after["criteria"] == len(whole.criteria)
    changed = 5 if destination == "filesystem" else 0  # Parquet files keep the earlier row, too
    assert after["runs"] == len(whole) + changed


@pytest.mark.timeout(300)
@pytest.mark.parametrize("destination", DESTINATIONS)
def test_loads_that_were_killed_and_gone_on_with_come_to_the_same_tables(
    tmp_path: Path, destination: str
) -> None:
    assert kill_at_random(kills=3, seed=20, folder=tmp_path, destination=destination) > 0


def test_a_load_that_was_killed_in_the_middle_of_a_step_of_dlt_is_gone_on_with(
    tmp_path: Path, own_sim: simruns.Simulator
) -> None:
    with own_sim.client() as client:
        pipeline = pipeline_of(tmp_path, "duckdb")
        pipeline.run(source(client).with_resources("scenarios"))
        pipeline.extract(source(client))
        extracted = Path(pipeline.working_dir) / "normalize" / "extracted"
        shutil.copytree(extracted, tmp_path / "kept")
        pipeline.normalize()
        shutil.copytree(tmp_path / "kept", extracted, dirs_exist_ok=True)  # as before its last step
        assert pipeline.list_extracted_load_packages() == pipeline.list_normalized_load_packages()
        load(client, tmp_path, "duckdb")
    assert counts(tmp_path)["runs"] == 500


def project_of(server: Project, runs: list[Item], **told: Any) -> None:
    server.scenarios = [scenario("s")]
    server.batches = {"s": [batch("b", 1, runs=len(runs), completedRuns=len(runs), **told)]}
    server.batch_answer = (200, server.batches["s"][0])
    server.runs = runs


def spoken(number: int, *texts: str) -> Item:
    turns = [{"sequence": at, "text": text} for at, text in enumerate(texts, 1)]
    return {**run(number), "turns": turns}


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
@pytest.mark.parametrize("destination", DESTINATIONS)
def test_equal_runs_without_an_id_are_all_kept_and_none_is_doubled(
    tmp_path: Path, destination: str
) -> None:
    nameless = {**spoken(1, "Hello."), "id": None}
    named = spoken(2, "Hello.", "Bye.")
    with leading() as (server, client):
        project_of(server, [nameless, named, nameless])
        load(client, tmp_path, destination)
        assert counts(tmp_path, destination) == {
            "scenarios": 1, "batches": 1, "runs": 3, "turns": 4, "criteria": 0
        }  # fmt: skip
        project_of(server, [nameless, named, nameless, spoken(3, "Hi.")], name="grown")
        load(client, tmp_path, destination)
    after = counts(tmp_path, destination)
    assert (after["runs"], after["turns"]) == (4, 5)


def test_the_turns_of_a_run_that_changed_take_the_place_of_the_earlier_ones(tmp_path: Path) -> None:
    with leading() as (server, client):
        project_of(server, [spoken(1, "One.", "Two.", "Three."), spoken(2, "Four.")])
        load(client, tmp_path, "duckdb")
        project_of(server, [spoken(1, "One."), spoken(2, "Four.")], name="moved")
        load(client, tmp_path, "duckdb")
    assert sorted(column(tmp_path, "SELECT text FROM turns")) == ["Four.", "One."]


def judged(number: int, *, rows: bool) -> Item:
    made = spoken(number, *(["One."] if rows else []))
    criteria = [{"type": "text", "params": {"name": "goal"}}] if rows else []
    return {**made, "successCriteria": criteria}


@pytest.mark.parametrize("left", [1, 0])
def test_a_run_that_has_no_turns_and_criteria_any_more_keeps_none(
    tmp_path: Path, left: int
) -> None:
    with leading() as (server, client):
        project_of(server, [judged(1, rows=True), judged(2, rows=True)])
        load(client, tmp_path, "duckdb")
        assert (counts(tmp_path)["turns"], counts(tmp_path)["criteria"]) == (2, 2)
        project_of(server, [judged(1, rows=False), judged(2, rows=left == 1)], name="moved")
        load(client, tmp_path, "duckdb")
    for name in ("turns", "criteria"):
        assert column(tmp_path, f"SELECT run_id FROM {name}") == ["r2"][:left]


def test_parquet_files_have_no_row_for_a_run_without_rows(tmp_path: Path) -> None:
    with leading() as (server, client):
        project_of(server, [judged(1, rows=True), judged(2, rows=True)])
        load(client, tmp_path, "filesystem")
        project_of(server, [judged(1, rows=False), judged(2, rows=True)], name="moved")
        load(client, tmp_path, "filesystem")
    least = duckdb.sql("SELECT min(turn) FROM read_parquet('lake/sim/turns/*')").fetchall()
    assert least == [(0,)]


LATEST = """
    SELECT run_id, verdict FROM read_parquet('lake/sim/runs/*.parquet', filename = true)
    QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY filename DESC) = 1
"""


def test_a_row_that_is_again_as_it_was_before_it_changed_is_the_latest_in_parquet_files(
    tmp_path: Path,
) -> None:
    with leading() as (server, client):
        for at, met in enumerate((True, False, True, True)):
            told = {"success": met, "status": "SUCCESS" if met else "FAILURE"}
            project_of(server, [{**spoken(1, "One."), "metrics": told}], name=f"moved {at}")
            load(client, tmp_path, "filesystem")
            verdict = "success" if met else "failure"
            assert duckdb.sql(LATEST).fetchall() == [("r1", verdict)]
    assert counts(tmp_path, "filesystem")["runs"] == 3  # none for what did not change


def test_a_run_that_expired_stays(tmp_path: Path) -> None:
    with leading() as (server, client):
        project_of(server, [spoken(1, "One."), spoken(2, "Two.")])
        load(client, tmp_path, "duckdb")
        project_of(server, [spoken(2, "Two.")], name="moved")
        server.batches["s"][0] |= {"runs": 2, "completedRuns": 2}
        with pytest.warns(simruns.IncompleteWarning, match="expired"):
            load(client, tmp_path, "duckdb")
    assert sorted(column(tmp_path, "SELECT run_id FROM runs")) == ["r1", "r2"]
    assert sorted(column(tmp_path, "SELECT text FROM turns")) == ["One.", "Two."]


def test_a_run_that_does_not_name_its_batch_has_that_of_which_it_came(tmp_path: Path) -> None:
    silent = {"id": "r1", "turns": [{"text": "Hello."}]}
    with leading() as (server, client):
        project_of(server, [silent])
        load(client, tmp_path, "duckdb")
    for name in ("runs", "turns"):
        keys = f"SELECT project || ' ' || scenario || ' ' || batch || ' ' || run_id FROM {name}"
        assert column(tmp_path, keys) == ["p s b r1"]


def test_a_batch_that_runs_is_listed_and_read_when_it_is_finished(tmp_path: Path) -> None:
    with leading() as (server, client):
        project_of(server, [spoken(1, "One.")])
        server.batches["s"][0]["status"] = "IN_PROGRESS"
        load(client, tmp_path, "duckdb")
        assert server.asked("/runs") == 0
        assert column(tmp_path, "SELECT state FROM batches") == ["in_progress"]
        project_of(server, [spoken(1, "One.")])
        load(client, tmp_path, "duckdb")
    assert column(tmp_path, "SELECT state FROM batches") == ["completed"]
    assert column(tmp_path, "SELECT run_id FROM runs") == ["r1"]


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_a_batch_that_says_itself_that_it_runs_is_told_of_and_read_again(
    tmp_path: Path, destination: str
) -> None:
    with leading() as (server, client):
        project_of(server, [spoken(1, "One.")])
        server.batch_answer = (200, batch("b", 1, "IN_PROGRESS", runs=2))
        with pytest.warns(simruns.IncompleteWarning, match="running"):
            load(client, tmp_path, destination)
        listed = server.batches["s"]
        project_of(server, [spoken(1, "One."), spoken(2, "Two.")])
        server.batches["s"] = listed
        load(client, tmp_path, destination)
        load(client, tmp_path, destination)
        assert server.asked("/runs") == 2
    assert counts(tmp_path, destination)["runs"] == 2


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
def test_a_batch_that_grew_while_it_was_read_is_told_of_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [{**run(number), "createdAt": NOON + number} for number in range(1, 351)]
    with leading() as (server, client):
        project_of(server, whole[:4] + whole[5:])
        server.batch_answer = (200, {})
        answer = server.answer

        def late(parts: list[str], asked: dict[str, str]) -> Any:
            if server.asked("/runs") == 4:
                server.runs = whole  # an earlier run shows up when the pages are past it
            return answer(parts, asked)

        monkeypatch.setattr(server, "answer", late)
        with pytest.warns(simruns.IncompleteWarning, match="total moved"):
            load(client, tmp_path, "duckdb")
        assert counts(tmp_path)["runs"] == 349
        load(client, tmp_path, "duckdb")
        assert counts(tmp_path)["runs"] == 350
        asked = server.asked("/runs")
        load(client, tmp_path, "duckdb")
        assert server.asked("/runs") == asked


def test_fewer_runs_than_the_batch_counts_are_loaded_with_a_warning(tmp_path: Path) -> None:
    with leading() as (server, client):
        project_of(server, [spoken(1, "One.")])
        server.batches["s"][0] |= {"runs": 9, "completedRuns": 9}
        with pytest.warns(simruns.IncompleteWarning, match="expired"):
            load(client, tmp_path, "duckdb")
        load(client, tmp_path, "duckdb")
        assert server.asked("/runs") == 1
    assert counts(tmp_path)["runs"] == 1


def test_a_batch_that_is_not_whole_raises_and_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    faults = [{"page": 1, "total": 999}, {"page": 2, "total": 999}]
    with simruns.Simulator(scenarios=1, runs=120, faults=faults) as sim, sim.client() as client:
        pipeline = pipeline_of(tmp_path, "duckdb")
        with pytest.raises(Exception, match="120 of 999") as caught:
            pipeline.run(source(client))
        assert isinstance(cause_of(caught.value), simruns.IncompleteError)
        assert not pipeline.has_pending_data
    with simruns.Simulator(scenarios=1, runs=120) as sim, sim.client() as client:
        load(client, tmp_path, "duckdb")  # the failed load has left nothing that says it is there
    assert counts(tmp_path)["runs"] == 120


def cause_of(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def test_tables_may_come_one_by_one_and_each_has_every_batch(
    tmp_path: Path, own_sim: simruns.Simulator
) -> None:
    with own_sim.client() as client:
        pipeline = pipeline_of(tmp_path, "duckdb")
        pipeline.run(source(client).with_resources("batches"))
        assert not any(str(one["target"]).count("/runs") for one in own_sim.requests())
        pipeline.run(source(client).with_resources("runs"))
        pipeline.run(source(client))
        own_sim.clear_requests()
        pipeline.run(source(client))
        assert len(own_sim.requests()) == 3
        whole = client.batches(own_sim.pairs).read()
    after = counts(tmp_path)
    assert after["runs"] == len(whole)
    assert after["turns"] == len(whole.turns)


def test_a_transformer_of_a_resource_gets_what_that_resource_reads(
    tmp_path: Path, own_sim: simruns.Simulator
) -> None:
    @dlt.transformer
    def sizes(table: Any) -> Iterator[dict[str, int]]:
        yield {"n": table.num_rows}

    with own_sim.client() as client:
        pipeline_of(tmp_path, "duckdb").run(source(client).runs | sizes)
        assert column(tmp_path, "SELECT sum(n) FROM sizes") == [500]
        load(client, tmp_path, "duckdb")  # which has its own state
    assert counts(tmp_path)["runs"] == 500


def test_a_resource_of_another_name_raises_as_nothing_would_be_read_for_it(
    tmp_path: Path, client: simruns.Client
) -> None:
    with pytest.raises(Exception, match="scenarios, batches, runs") as caught:
        pipeline_of(tmp_path, "duckdb").run(source(client).runs.with_name("other"))
    assert isinstance(cause_of(caught.value), simruns.InvalidArgumentError)


def test_what_has_no_reference_is_listed_and_a_warning_says_that_it_is_not_read(
    tmp_path: Path,
) -> None:
    with leading() as (server, client):
        project_of(server, [spoken(1, "One.")])
        server.scenarios += [{"name": "nameless"}, {"name": "nameless"}, {"name": "other"}]
        server.batches["s"] += [{"status": "COMPLETED", "createdAt": 1}]
        with pytest.warns(simruns.IncompleteWarning, match="without a reference") as told:
            load(client, tmp_path, "duckdb")
    assert len(told) == 4
    assert column(tmp_path, "SELECT scenario FROM scenarios ORDER BY 1") == ["", "", "", "s"]
    assert column(tmp_path, "SELECT batch FROM batches ORDER BY 1") == ["", "b"]
    assert column(tmp_path, "SELECT run_id FROM runs") == ["r1"]


def test_some_scenarios_and_a_time_choose_what_is_loaded(tmp_path: Path) -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s", "Rebooking"), scenario("other")]
        server.batches = {"s": [batch("old", 1), batch("b", 9)], "other": [batch("x", 9)]}
        server.runs = [spoken(1, "One.")]
        pipeline = pipeline_of(tmp_path, "duckdb")
        day = client.scenario("s").batches()[0].created_at
        pipeline.run(source(client, scenarios=["Rebooking"], since=day))
    assert column(tmp_path, "SELECT batch FROM batches") == ["b"]
    assert column(tmp_path, "SELECT scenario FROM scenarios") == ["s"]
    assert column(tmp_path, "SELECT batch FROM runs") == ["b"]


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"scenarios": 5}, "int"),
        ({"scenarios": [5]}, "int"),
        ({"scenarios": []}, "empty"),
        ({"client": 5}, "int"),
    ],
)
def test_what_is_no_client_or_no_scenarios_is_refused(given: dict[str, Any], match: str) -> None:
    (name,) = given
    with pytest.raises(simruns.InvalidArgumentError, match=match) as caught:
        source(**given)
    assert caught.value.field == name


def forms_of(secret: str) -> list[bytes]:
    """A secret as it would stand in a file: as it is, backwards, in base64 and in hex."""
    raw = secret.encode()
    padded = [base64.b64encode(b" " * lead + raw)[4 if lead else 0 : -4] for lead in (0, 1, 2)]
    return [raw, raw[::-1], raw.hex().encode(), secret.encode("utf-16-le"), *padded]


@pytest.mark.parametrize("destination", DESTINATIONS)
@pytest.mark.parametrize("fails", [False, True])
def test_no_file_of_dlt_has_the_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, destination: str, fails: bool
) -> None:
    secret = "key-that-nobody-may-see"
    faults = [{"page": 1, "status": 400}] if fails else None
    with simruns.Simulator(scenarios=1, runs=20, api_key=secret, faults=faults) as sim:
        monkeypatch.setenv("SIMRUNS_BASE_URL", sim.url)
        monkeypatch.setenv("SIMRUNS_PROJECT", sim.project)
        monkeypatch.setenv("SIMRUNS_API_KEY", secret)
        pipeline = pipeline_of(tmp_path, destination)
        if fails:
            with pytest.raises(Exception, match="400"):
                pipeline.run(source())
        else:
            pipeline.run(source())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "trace.pickle" for path in files)
    told = [path.read_bytes() for path in files]
    told += [repr(pipeline.last_trace.asdict()).encode(), repr(pipeline.state).encode()]
    for form in forms_of(secret):
        assert not any(form in text for text in told)


def test_settings_of_dlt_and_other_variables_choose_nothing(
    tmp_path: Path, own_sim: simruns.Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PROJECT", "SCENARIOS", "SINCE", "CLIENT", "SOURCES__PROJECT"):
        monkeypatch.setenv(name, "of-another-program")
    with own_sim.client() as client:
        load(client, tmp_path, "duckdb")
    assert counts(tmp_path)["runs"] == 500


def test_each_batch_is_read_once_for_all_tables_and_after_the_one_before(
    tmp_path: Path, own_sim: simruns.Simulator
) -> None:
    with own_sim.client() as client:
        load(client, tmp_path, "duckdb")
    pages = [str(one["target"]) for one in own_sim.requests() if "/runs?" in str(one["target"])]
    batches = [page.partition("/runs?")[0] for page in pages]
    assert len(pages) == 6
    assert batches == sorted(batches, key=batches.index)


def test_one_batch_is_in_memory_at_a_time(tmp_path: Path) -> None:
    at_once: list[int] = []

    def seen(rows: Any) -> Any:
        gc.collect()
        at_once.append(sum(isinstance(one, PartitionRead) for one in gc.get_objects()))
        return rows

    with simruns.Simulator(scenarios=1, batches=8, runs=5) as sim, sim.client() as client:
        made = source(client)
        for name in ("runs", "turns", "criteria"):
            made.resources[name].add_map(seen)
        pipeline_of(tmp_path, "duckdb").extract(made)
    assert max(at_once) == 1


def test_without_dlt_the_error_has_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "dlt", None)
    with pytest.raises(simruns.MissingExtraError, match=r"pip install 'simruns\[dlt\]'"):
        source()
