"""An archive is opened by its columns; the texts of its runs are decoded when asked for."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pages import LAST_PAGES
from servers import serving

import simruns
from simruns.archive import pace
from simruns.archive.manifest import digest_of

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

ODD = [
    '{"id":"a","simulationReference":"s1","metrics":{"sentiment":"furious","status":"FAILED"}}',
    '{"no":"id"}',
    '{"id":"b","sequence":7.5,"metrics":null,"turns":"none","endPointType":"Ключ\u2028"}',
    '{"no":"id"}',
    '{"id":"c","simulationReference":"s2","metrics":{"sentiment":"neutral","success":true}}',
    '{"id":"😀","metrics":{"sentiment":"calm","summary":"\\u0000 \\ud83d\\ude00"},"new":[1e400]}',
    '{"id":"d","simulationReference":"s1","createdAt":1718000000,"duration":"long"}',
    '{"id":"e","metrics":{"successRate":{"numerator":3,"percentage":5e-324},"results":[{}]}}',
]


def page(runs: list[str]) -> bytes:
    paging = f'{{"limit":100,"skip":0,"total":{len(runs)},"hasNext":false,"hasPrevious":false}}'
    return f'{{"data":[{",".join(runs)}],"pagination":{paging}}}'.encode()


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PART_RUNS", 3)


def archive(directory: Path, *bodies: bytes, scenario: str = "s1") -> None:
    """Archives a batch of one page, which is another one from time to time."""
    for body in bodies:
        with serving(body) as (_, client):
            client.batch(scenario=scenario, batch=f"b-{scenario}").archive(directory)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of which later texts took the place of earlier ones, and runs are gone."""
    directory = tmp_path_factory.mktemp("settled") / "a"
    schedule = {"appear_every": 1, "settle_after": 30, "expire_after": 90}
    with (
        simruns.Simulator(scenarios=1, runs=60, live=schedule, speed=0) as sim,
        sim.client() as client,
    ):
        batch = next(iter(client.batches(sim.pairs)))
        for step in (20, 25, 30, 40):
            sim.clock.advance(step)
            batch.archive(directory, page_size=10)
    return directory


def with_parts(directory: Path, change: Callable[[Any], Any], *numbers: int) -> None:
    """Changes the tables of parts, and has the manifest fit them."""
    path = directory / "manifest.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    del body["digest"]
    for number, part in enumerate(body["parts"]):
        if numbers and number not in numbers:
            continue
        file = directory / part["file"]
        parquet.write_table(change(parquet.read_table(file)), file, compression="zstd")
        part["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    path.write_text(json.dumps({**body, "digest": digest_of(body)}), encoding="utf-8")


def with_column(name: str, values: Callable[[list[Any]], list[Any]]) -> Callable[[Any], Any]:
    """Puts other values of the same type in the place of a column's."""

    def change(table: Any) -> Any:
        at = table.column_names.index(name)
        new = pyarrow.array(values(table[name].to_pylist()), table.schema.field(at).type)
        return table.set_column(at, table.schema.field(at), new)

    return change


no_text = with_column("json", lambda texts: ["[" for _ in texts])
"""Has no text of a part be a run, so that whatever decodes one fails."""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Archives of two batches, of odd runs in parts of three."""
    for name, runs in (("1", ODD[:5]), ("2", ODD[3:])):
        directory = tmp_path / "suite" / name
        archive(directory, page(runs[:3]), page(runs), scenario=f"s{name}")
        assert len(list(directory.glob("parts/*.parquet"))) == 2
    return tmp_path / "suite"


@pytest.fixture
def textless(suite: Path) -> Path:
    """The same, with texts that are no runs."""
    for name in ("1", "2"):
        with_parts(suite / name, no_text)
    return suite


def assert_as_decoded(opened: simruns.ArchivedRuns) -> None:
    """Compares the columns of the parts with those that the core builds from the runs' texts."""
    columns = opened.to_arrow()
    frame, ids = opened.to_pandas(), list(opened._numbers)
    decoded = opened[:]
    built = decoded.to_arrow()
    assert columns.schema.equals(built.schema)
    assert columns.equals(built)
    for name in built.column_names:
        if pyarrow.types.is_dictionary(built.schema.field(name).type):
            one, other = (table[name].unify_dictionaries() for table in (columns, built))
            assert one.chunk(0).dictionary.equals(other.chunk(0).dictionary), name
    assert ids == list(dict.fromkeys(run.id for run in decoded))
    other = decoded.to_pandas()
    assert frame.equals(other)
    assert frame.dtypes.equals(other.dtypes)
    assert columns.schema.metadata.keys() == built.schema.metadata.keys()


def test_the_columns_of_parts_are_those_that_the_texts_give(suite: Path, settled: Path) -> None:
    for path in (suite / "1", suite / "2", suite, settled):
        opened = simruns.open(path)
        assert_as_decoded(opened)
    assert opened.gone


@given(body=LAST_PAGES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.odd_data
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_columns_of_whatever_a_server_had_are_those_that_the_texts_give(
    tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> None:
    directory = tmp_path_factory.mktemp("odd") / "a"
    try:
        archive(directory, body)
    except simruns.Error:
        if not (directory / "manifest.json").exists():
            return
    try:
        assert_as_decoded(simruns.open(directory))
    finally:
        shutil.rmtree(directory)


def test_what_needs_no_text_decodes_none(textless: Path) -> None:
    opened = simruns.open(textless)
    assert len(opened) == 10
    assert opened.to_arrow().num_rows == len(opened.to_pandas()) == 10
    frame = opened.to_pandas(columns=["verdict", "run_id"])
    assert list(frame.columns) == ["verdict", "run_id"]
    assert frame["run_id"].tolist() == ["a", "", "b", "", "c", "", "c", "😀", "d", "e"]
    assert pyarrow.table(opened).num_rows == 10
    assert "a" in opened
    assert "z" not in opened
    assert repr(opened).endswith(" pending>")
    assert (hash(opened), bool(opened), opened.bad_runs) == (hash((10, "a")), True, [])
    parts = [*opened.by_batch().values(), *opened.by_scenario().values()]
    assert [len(part.to_pandas()) for part in parts] == [5, 5, 5, 5]
    for name in ("pandas", "polars"):
        pytest.importorskip(name)
    assert opened.to_polars().height == 10


def test_columns_by_name_are_the_same_and_others_are_refused_alike(suite: Path) -> None:
    opened = simruns.open(suite)
    names = ["verdict", "scenario_name", "sentiment", "run_id"]
    assert opened.to_arrow(columns=names).equals(opened[:].to_arrow(columns=names))
    assert opened.to_polars(columns=names).equals(opened[:].to_polars(columns=names))
    assert opened.to_polars(columns=names).schema == opened[:].to_polars(columns=names).schema
    for wrong in (["none"], ["verdict", "verdict"], []):
        raised = []
        for runs in (opened, opened[:]):
            with pytest.raises(simruns.InvalidArgumentError) as caught:
                runs.to_arrow(columns=wrong)
            raised.append(str(caught.value))
        assert raised[0] == raised[1]


def test_a_stream_of_the_columns_comes_in_steps(tmp_path: Path) -> None:
    archive(tmp_path, page([f'{{"id":"r{number}"}}' for number in range(250)]))
    opened = simruns.open(tmp_path)
    with pyarrow.RecordBatchReader.from_stream(opened) as reader:
        batches = list(reader)
    assert [batch.num_rows for batch in batches] == [100, 100, 50]
    assert pyarrow.Table.from_batches(batches).equals(opened.to_arrow())


def test_names_that_are_given_later_are_in_the_table(suite: Path) -> None:
    opened = simruns.open(suite)
    opened.names = {"s1": "First", "s2": "First"}
    names = opened.to_pandas()["scenario_name"]
    assert names.tolist()[0] == "First"
    assert opened.to_arrow().equals(opened[:].to_arrow())


def test_runs_that_are_opened_are_used_as_before(suite: Path) -> None:
    opened = simruns.open(suite)
    again = pickle.loads(pickle.dumps(simruns.open(suite)))
    assert (list(again), again.completeness) == (list(opened), opened.completeness)
    assert again.to_arrow().equals(opened.to_arrow())
    opened = simruns.open(suite)
    assert (
        opened.where(verdict="failure")
        .to_arrow()
        .equals(opened.to_arrow(where={"verdict": "failure"}))
    )
    both = simruns.open(suite / "1") + simruns.open(suite / "2")
    assert both.to_arrow().equals(opened.to_arrow())
    assert isinstance(both, simruns.ArchivedRuns)
    assert opened.sort("id").to_pandas()["run_id"].tolist() == sorted(run.id for run in opened)


def test_an_interrupted_archive_among_others_opens_with_them(suite: Path) -> None:
    path = suite / "1" / "manifest.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    del body["digest"]
    body["walk"] = {"started_at": "2026-01-31T12:00:00+00:00", "runs_before": 5}
    path.write_text(json.dumps({**body, "digest": digest_of(body)}), encoding="utf-8")
    assert_as_decoded(simruns.open(suite))


def test_texts_that_are_no_runs_are_named_when_they_are_asked_for(textless: Path) -> None:
    opened = simruns.open(textless / "1")
    uses: list[Callable[[], Any]] = [
        lambda: opened[0], lambda: list(opened), lambda: len(opened.turns), lambda: opened[:2],
        lambda: pickle.dumps(opened), lambda: opened == opened[:],
    ]  # fmt: skip
    for use in uses:
        with pytest.raises(simruns.Error, match=rf"{textless / '1'}.*not the JSON of a run"):
            use()
    assert len(opened.to_pandas()) == 5  # which believes the columns, as before


OTHERWISE: dict[str, Callable[[list[Any]], list[Any]]] = {
    "run_id": lambda ids: [*ids[:-1], "of another"],
    "verdict": lambda words: [*words[:-1], "success" if words[-1] != "success" else "failure"],
    "summary": lambda texts: [*texts[:-1], "praise"],
    "sequence": lambda numbers: [*numbers[:-1], 77],
    "success_percentage": lambda numbers: [*numbers[:-1], float("nan")],
    "created_at": lambda times: [*times[:-1], 10**17],  # beyond what a datetime can be
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_column_that_does_not_say_what_the_text_says_is_named_with_its_part(
    suite: Path, name: str
) -> None:
    with_parts(suite / "2", with_column(name, OTHERWISE[name]), 1)
    opened = simruns.open(suite)
    assert len(opened.to_pandas()) == 10
    where = f"{suite}/2/parts/part-000002.parquet, run 2: its column {name} does not say"
    for use in (list, lambda runs: runs.turns.to_arrow(), pickle.dumps):
        with pytest.raises(simruns.Error) as caught:
            use(opened)
        assert str(caught.value).startswith(where)


ANOTHER_SCHEMA: dict[str, Callable[[Any], Any]] = {
    "a column more": lambda table: table.append_column("own", pyarrow.nulls(table.num_rows)),
    "a column less": lambda table: table.drop_columns(["summary"]),
    "another order": lambda table: table.select(sorted(table.column_names)),
    "another type": lambda table: table.set_column(
        table.column_names.index("n_turns"), "n_turns", table["n_turns"].cast("int32")),
    "words as dictionaries": lambda table: table.set_column(
        table.column_names.index("verdict"), "verdict", table["verdict"].dictionary_encode()),
    "a verdict of its own": with_column("verdict", lambda words: ["praised" for _ in words]),
}  # fmt: skip


@pytest.mark.parametrize("name", ANOTHER_SCHEMA)
def test_columns_that_are_not_ours_are_not_believed(suite: Path, name: str) -> None:
    expected = simruns.open(suite)[:].to_arrow()
    change = ANOTHER_SCHEMA[name]
    praise = with_column("error_message", lambda texts: ["praise" for _ in texts])
    with_parts(suite / "2", lambda table: change(praise(table)), 1)
    opened = simruns.open(suite)
    assert opened.to_arrow().equals(expected)
    assert opened[:].to_arrow().equals(expected)


def test_texts_of_a_column_that_are_no_utf_8_are_named_with_their_part(suite: Path) -> None:
    def change(table: Any) -> Any:
        at = table.column_names.index("created_by")
        broken = pyarrow.array([b"\xff"] * table.num_rows, pyarrow.binary()).view(pyarrow.string())
        return table.set_column(at, table.schema.field(at), broken)

    with_parts(suite / "2", change, 1)
    with pytest.raises(simruns.Error, match=r"2/parts/part-000002.parquet cannot be read"):
        simruns.open(suite)


def test_texts_come_though_the_parts_are_written_anew_or_gone(suite: Path) -> None:
    expected = [run.to_json() for run in simruns.open(suite)]
    opened = simruns.open(suite)
    shutil.rmtree(suite)
    assert [run.to_json() for run in opened] == expected


def test_threads_that_ask_at_once_get_the_runs_that_were_decoded_once(settled: Path) -> None:
    opened = simruns.open(settled)
    (stored,) = opened._held.given
    at_once = Barrier(8)

    def ask(_: int) -> Any:
        at_once.wait(30)
        return stored.pages

    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(ask, range(8)))
    assert all(each is pages[0] for each in pages)
    assert opened._held.runs is pages[0]


FORKED = """
import os, sys, threading
import simruns
opened = simruns.open(sys.argv[1])
(stored,) = opened._held.given
decode, parent = stored._decode, os.getpid()
is_decoding, may_end = threading.Event(), threading.Event()
def slowly():
    if os.getpid() == parent:
        is_decoding.set()
        may_end.wait()
    return decode()
stored._decode = slowly
thread = threading.Thread(target=lambda: list(opened))
thread.start()
is_decoding.wait()
child = os.fork()
if child == 0:
    print("child:", len(list(opened)), flush=True)
    os._exit(0)
os.waitpid(child, 0)
may_end.set()
thread.join()
print("parent:", len(list(opened)))
"""


FORKED_IN_COLUMNS = """
import os, sys, threading
import simruns
from simruns.hold import held
opened, other = simruns.open(sys.argv[1]), simruns.open(sys.argv[1])
together, parent = held.columns_together, os.getpid()
has_begun, may_end = threading.Event(), threading.Event()
def slowly(walks):
    if os.getpid() == parent:
        has_begun.set()
        may_end.wait()
    return together(walks)
held.columns_together = slowly
thread = threading.Thread(target=opened.to_arrow)
thread.start()
has_begun.wait()
child = os.fork()
if child == 0:
    print("child:", other.to_arrow().num_rows, flush=True)
    os._exit(0)
os.waitpid(child, 0)
may_end.set()
thread.join()
print("parent:", opened.to_arrow().num_rows)
"""


@pytest.mark.timeout(60)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("script", [FORKED, FORKED_IN_COLUMNS], ids=["texts", "columns"])
def test_a_process_that_is_forked_while_another_thread_decodes_decodes_itself(
    suite: Path, script: str
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", script, str(suite / "1")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.splitlines() == ["child: 5", "parent: 5"]


def test_an_analysis_of_opened_runs_is_that_of_decoded_ones(settled: Path) -> None:
    pytest.importorskip("scipy")
    one = simruns.summarize(simruns.open(settled)).numbers()
    other = simruns.summarize(simruns.open(settled)[:]).numbers()
    assert json.dumps(one) == json.dumps(other)
