"""The tables equal those that plain Python builds from the same JSON."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plain_tables
import pytest

import simruns
from simruns.cli.csv_rows import COLUMNS
from simruns.hold.tables import COMPLETENESS

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def runs(sim: simruns.Simulator) -> Iterator[simruns.Runs]:
    with sim.client() as client:
        yield client.batches(sim.batches()).read()


@pytest.fixture(scope="module")
def told(runs: simruns.Runs) -> list[dict[str, Any]]:
    """What the server told of each run, plainly parsed."""
    return [run.to_dict() for run in runs]


@pytest.fixture(scope="module", params=["10,000 generated runs", "the real runs"])
def many(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[simruns.Runs, list[dict[str, Any]]]]:
    """Runs, and what plain Python reads of the same server."""
    if request.param == "the real runs":
        made, count = simruns.Simulator(data=request.getfixturevalue("real_data")), 200
    else:
        made, count = simruns.Simulator(seed=21, scenarios=10, runs=1000), 10_000
    with made as server, server.client() as client:
        told = [run for key in server.batches() for run in plainly_fetched(server, key)]
        assert len(told) == count
        yield client.batches(server.batches()).read(), told


def plainly_fetched(server: simruns.Simulator, key: simruns.BatchKey) -> Iterator[dict[str, Any]]:
    """The runs of a batch, page by page, by the standard library alone."""
    path = f"/simulations/{key.scenario}/batches/{key.batch}/runs"
    query = {"projectId": key.project, "limit": "100", "sort": "createdAt:asc"}
    while True:
        request = urllib.request.Request(
            f"{server.url}{path}?{urllib.parse.urlencode(query)}",
            headers={"X-API-Key": server.api_key},
        )
        with urllib.request.urlopen(request) as response:
            page = json.load(response)
        yield from page["data"]
        if not page["pagination"]["hasNext"]:
            return
        query["next"] = page["pagination"]["next"]


JSON_COLUMNS = (
    "results", "extra", "data", "turn_extra", "criterion_params", "criterion_result",
)  # fmt: skip


def plain(name: str, column: Any) -> list[Any]:
    """A column as plain Python: times in milliseconds, JSON parsed."""
    if pyarrow.types.is_timestamp(column.type):
        column = column.cast(pyarrow.int64())
    values: list[Any] = column.to_pylist()
    if name not in JSON_COLUMNS:
        return values
    return [None if text is None else json.loads(text) for text in values]


def test_the_tables_are_those_that_plain_python_builds_from_the_same_json(
    many: tuple[simruns.Runs, list[dict[str, Any]]],
) -> None:
    runs, told = many
    for table, build in (
        (runs, plain_tables.runs_table),
        (runs.turns, plain_tables.turns_table),
        (runs.criteria, plain_tables.criteria_table),
    ):
        arrow, rows = table.to_arrow(), list(build(told))
        arrow.validate(full=True)
        assert arrow.column_names == list(rows[0])
        for name in arrow.column_names:
            assert plain(name, arrow[name]) == [row[name] for row in rows], name


def comparable(column: Any) -> Any:
    """One chunk, whatever way of storing its values the reader has."""
    kind = column.type
    if pyarrow.types.is_timestamp(kind):
        column = column.cast(pyarrow.timestamp("us", "UTC"))
    elif pyarrow.types.is_dictionary(kind) or not pyarrow.types.is_primitive(kind):
        column = column.cast(pyarrow.large_string())
    return pyarrow.chunked_array([column]) if isinstance(column, pyarrow.Array) else column


def test_pandas_polars_and_duckdb_read_every_value_of_every_table(
    many: tuple[simruns.Runs, list[dict[str, Any]]],
) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    runs, _ = many
    for laid_out in (runs, runs.turns, runs.criteria):
        arrow = laid_out.to_arrow()
        by_duckdb = duckdb.sql("SELECT * FROM laid_out").to_arrow_table()
        by_pandas, by_polars = laid_out.to_pandas(), laid_out.to_polars()
        for name in arrow.column_names:
            expected = comparable(arrow[name])
            for read in (
                by_duckdb[name],
                by_polars[name].to_arrow(),
                pyarrow.array(by_pandas[name], from_pandas=True),
            ):
                assert comparable(read).equals(expected), name


@pytest.mark.odd_data
def test_the_table_of_issues_says_where_and_what(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=1, runs=2) as sim, sim.client() as client:
        first, second = client.batches(sim.batches()).read()
    odd = second.to_dict()
    odd["metrics"]["success"] = "yes"
    (tmp_path / "odd.jsonl").write_text(first.to_json() + "\n" + json.dumps(odd) + "\n")
    with simruns.Simulator(data=tmp_path / "odd.jsonl") as sim, sim.client() as client:
        runs = client.batches(sim.batches()).read()
        with pytest.raises(simruns.RequestError, match="metrics/success") as caught:
            client.batches(sim.batches()).read(strict=True)
    (issue,) = runs.issues.to_arrow().to_pylist()
    assert (issue["run_id"], issue["message"]) == (odd["id"], "expected bool, got string")
    assert issue["path"].endswith("/metrics/success")
    assert caught.value.kind == "decode"


def test_every_table_has_a_row_for_each_of_its_things(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    assert len(runs) == 750
    assert len(runs.turns) == sum(len(run["turns"]) for run in told)
    assert len(runs.criteria) == sum(len(run["successCriteria"]) for run in told)
    assert len(runs.issues) == 0
    assert runs.issues.to_arrow().num_rows == 0


def test_pandas_columns_are_nullable(runs: simruns.Runs) -> None:
    pandas = pytest.importorskip("pandas")
    frame = runs.to_pandas()
    assert frame["success"].dtype == pandas.BooleanDtype()
    assert frame["duration_ms"].dtype == pandas.Int64Dtype()
    assert frame["summary"].dtype == pandas.StringDtype()
    assert frame["verdict"].dtype == "category"
    assert str(frame["created_at"].dtype) == "datetime64[ms, UTC]"
    table = runs.to_arrow()
    for name in ("run_id", "verdict", "success", "duration_ms", "summary"):
        assert [None if pandas.isna(v) else v for v in frame[name]] == table[name].to_pylist()


def test_pandas_takes_arrows_own_types_when_asked(runs: simruns.Runs) -> None:
    pandas = pytest.importorskip("pandas")
    frame = runs.turns.to_pandas(dtype_backend="pyarrow")
    assert isinstance(frame["text"].dtype, pandas.ArrowDtype)
    assert list(frame["text"]) == runs.turns.to_arrow()["text"].to_pylist()
    with pytest.raises(simruns.InvalidArgumentError, match="dtype_backend"):
        runs.to_pandas(dtype_backend="numpy")  # type: ignore[arg-type]


def test_polars_holds_what_arrow_holds(runs: simruns.Runs) -> None:
    pytest.importorskip("polars")
    for table in (runs, runs.turns, runs.criteria, runs.issues):
        arrow = table.to_arrow()
        frame = table.to_polars()
        assert frame.columns == arrow.column_names
        for name in ("scenario", "run_id", "turn_id", "text", "created_at"):
            if name in arrow.column_names:
                assert frame[name].to_list() == arrow[name].to_pylist()


def test_duckdb_reads_the_tables_as_they_are(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    duckdb = pytest.importorskip("duckdb")
    held, turns = runs, runs.turns
    question = (
        "SELECT count(DISTINCT held.run_id), count(turns.turn_id) "
        "FROM held LEFT JOIN turns USING (run_id)"
    )
    with duckdb.connect() as connection:
        for ask in (duckdb.sql, duckdb.execute, connection.sql, connection.execute):
            for _ in range(2):
                (row,) = ask(question).fetchall()
                assert row == (len(held), len(turns)), ask


def test_the_completeness_travels_with_a_table(runs: simruns.Runs) -> None:
    said = runs.completeness.to_dict()
    for table in (runs, runs.turns, runs.criteria, runs.issues):
        metadata = table.to_arrow().schema.metadata
        assert json.loads(metadata[COMPLETENESS.encode()]) == said
        assert pyarrow.schema(table).metadata == metadata
    attrs = runs.to_pandas().attrs
    assert list(attrs) == [COMPLETENESS]
    assert json.loads(attrs[COMPLETENESS]) == said
    assert said["verdict"] == "complete"
    assert [batch["batch"] for batch in said["batches"]] == [key.batch for key in runs.batches]


def test_the_columns_of_csv_are_those_of_the_table(runs: simruns.Runs) -> None:
    assert list(COLUMNS) == [name for name in pyarrow.schema(runs).names if name != "extra"]


def test_a_library_that_reads_only_some_rows_is_refused(
    runs: simruns.Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    polars = pytest.importorskip("polars")
    whole = polars.DataFrame
    monkeypatch.setattr(polars, "DataFrame", lambda table: whole(table).head(100))
    with pytest.raises(simruns.Error, match="read 100 of 750 rows"):
        runs.to_polars()


def test_the_constructor_of_a_frame_does_not_make_a_column_of_objects(
    runs: simruns.Runs,
) -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match=r"give runs\.to_pandas\(\)"):
        pandas.DataFrame(runs)
    assert len(pandas.DataFrame(list(runs))) == len(runs)


@pytest.fixture(scope="module", params=["read", "read in two parts and joined"])
def unlike_pages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[simruns.Runs]:
    """A batch of 100 successes, then 100 failures, then 50 of an author of their own."""
    with simruns.Simulator(seed=5, scenarios=1, runs=250) as sim, sim.client() as client:
        told = [run.to_dict() for run in client.batches(sim.pairs).read()]
    for i, run in enumerate(told):
        run["metrics"] = {"status": ("SUCCESS", "FAILED", "ERROR")[i // 100], "success": i < 100}
        run["createdBy"] = f"author {i // 50}"
        run["successCriteria"] = [{"type": f"type {i // 80}", "params": {}}]
    file = tmp_path_factory.mktemp("unlike") / "runs.jsonl"
    file.write_text("".join(json.dumps(run) + "\n" for run in told))
    with simruns.Simulator(data=file) as sim, sim.client() as client:
        (batch,) = client.batches(sim.pairs)
        if request.param == "read":
            yield batch.read()
        else:
            yield batch.read(max_runs=130) + batch.read(skip=130)


def words_of(runs: simruns.Runs, name: str) -> list[str | None]:
    return [getattr(run, name) for run in runs]


WORDS = ("verdict", "status", "created_by", "scenario", "large_language_model", "sentiment")


@pytest.mark.odd_data
def test_every_batch_of_a_table_has_the_same_dictionaries(
    runs: simruns.Runs, unlike_pages: simruns.Runs
) -> None:
    tables = (
        getattr(some, name) for some in (runs, unlike_pages) for name in ("turns", "criteria")
    )
    for table in (runs, unlike_pages, *tables):
        with pyarrow.RecordBatchReader.from_stream(table) as reader:
            batches = list(reader)
        assert len(batches) >= 3
        for name, field in zip(reader.schema.names, reader.schema, strict=True):
            if pyarrow.types.is_dictionary(field.type):
                first, *others = (batch.column(name).dictionary for batch in batches)
                assert all(first.equals(other) for other in others), name


@pytest.mark.odd_data
def test_the_words_of_the_contract_have_the_same_index_in_every_table(
    runs: simruns.Runs, unlike_pages: simruns.Runs
) -> None:
    for some in (runs, unlike_pages):
        table = some.to_arrow()
        for name, words in {
            "verdict": ["success", "failure", "agent_error", "platform_error", "unknown_error",
                        "stopped", "pending"],
            "status": ["SUCCESS", "FAILED", "ERROR"],
            "sentiment": ["positive", "negative", "neutral"],
            "error_category": ["NONE", "LLM_PROVIDER_ERROR", "AI_AGENT_TIMEOUT", "AI_AGENT_ERROR",
                               "UNKNOWN"],
        }.items():  # fmt: skip
            assert table[name].chunk(0).dictionary.to_pylist() == words


@pytest.mark.odd_data
def test_pandas_polars_and_duckdb_read_the_words_of_pages_that_begin_unlike(
    unlike_pages: simruns.Runs,
) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    by_duckdb = duckdb.sql("SELECT * FROM unlike_pages").fetchall()
    columns = pyarrow.schema(unlike_pages).names
    for name in WORDS:
        words = words_of(unlike_pages, name)
        assert unlike_pages.to_polars()[name].cast(str).to_list() == words
        frame = unlike_pages.to_pandas()
        assert [None if word != word else word for word in frame[name]] == words
        assert [row[columns.index(name)] for row in by_duckdb] == words
    types = [criterion.type for run in unlike_pages for criterion in run.criteria]
    assert unlike_pages.criteria.to_polars()["criterion_type"].cast(str).to_list() == types


@pytest.mark.odd_data
def test_pyarrow_groups_joins_and_writes_tables_of_several_pages(
    unlike_pages: simruns.Runs, tmp_path: Path
) -> None:
    table, turns = unlike_pages.to_arrow(), unlike_pages.turns.to_arrow()
    for name in WORDS:
        counts = table.group_by(name).aggregate([("run_id", "count")])
        counted = {row[name]: row["run_id_count"] for row in counts.to_pylist()}
        assert counted == Counter(words_of(unlike_pages, name))
        assert table.select(["run_id", name]).join(counts, name).num_rows == len(unlike_pages)
    keys = ["run_id", "scenario", "batch"]
    joined = turns.select(["text", *keys]).join(table.select(keys), keys, join_type="inner")
    assert joined.num_rows == len(unlike_pages.turns)
    with pyarrow.ipc.new_file(tmp_path / "file.arrow", table.schema) as out:
        out.write_table(table)
    with pyarrow.ipc.open_file(tmp_path / "file.arrow") as back:
        assert back.read_all().equals(table)
