"""The tables join by the columns that all of them have, in every library alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import simruns

pyarrow = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.odd_data

KEYS = ["project", "scenario", "batch", "run_id"]
TABLES = ("runs", "turns", "criteria", "issues")
PARTS = {
    "turns": ["run_id", "verdict", "turn", "text"],
    "criteria": ["run_id", "verdict", "criterion", "criterion_name", "criterion_success"],
    "issues": ["run_id", "verdict", "path", "message"],
}
"""What is compared of each table after it was joined with the runs."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[simruns.Runs]:
    """Runs of three batches, of which every third has issues."""
    with simruns.Simulator(seed=3, scenarios=3, runs=120) as sim, sim.client() as client:
        told = [run.to_dict() for run in client.batches(sim.pairs).read()]
    for run in told[::3]:
        run["duration"] = "long"
        run["totalTurns"] = None
    file = tmp_path_factory.mktemp("odd") / "runs.jsonl"
    file.write_text("".join(json.dumps(run) + "\n" for run in told))
    with simruns.Simulator(data=file) as sim, sim.client() as client:
        yield client.batches(sim.pairs).read()


def table_of(runs: simruns.Runs, name: str) -> Any:
    return runs if name == "runs" else getattr(runs, name)


def expected(runs: simruns.Runs, name: str) -> list[tuple[Any, ...]]:
    """The rows of a join by plain Python: each part beside the verdict of its run."""
    verdicts = {run.id: run.verdict for run in runs}
    rows = table_of(runs, name).to_arrow().to_pylist()
    joined = [{**row, "verdict": verdicts[row["run_id"]]} for row in rows]
    return sorted(tuple(row[column] for column in PARTS[name]) for row in joined)


def plain(frame: Any) -> list[tuple[Any, ...]]:
    """The rows of a pandas frame, sorted, with None where there is no value."""
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    return sorted(rows)


@pytest.mark.parametrize("name", PARTS)
def test_pandas_merges_the_runs_with_another_table(runs: simruns.Runs, name: str) -> None:
    pytest.importorskip("pandas")
    left, right = runs.to_pandas(), table_of(runs, name).to_pandas()
    assert len(expected(runs, name)) == len(right) > 0
    assert plain(left.merge(right, on="run_id")[PARTS[name]]) == expected(runs, name)
    by_all_keys = left.merge(right)
    assert plain(by_all_keys[PARTS[name]]) == expected(runs, name)
    assert set(by_all_keys.columns) == {*left.columns, *right.columns}


@pytest.mark.parametrize("name", PARTS)
def test_polars_joins_the_runs_with_another_table(runs: simruns.Runs, name: str) -> None:
    pytest.importorskip("polars")
    left, right = runs.to_polars(), table_of(runs, name).to_polars()
    for on in ("run_id", KEYS):
        joined = left.join(right, on=on, how="inner")
        assert sorted(joined.select(PARTS[name]).rows()) == expected(runs, name)


@pytest.mark.parametrize("name", PARTS)
def test_duckdb_joins_the_runs_with_another_table(runs: simruns.Runs, name: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    held, other = runs, table_of(runs, name)
    assert len(held) > 0
    assert len(other) > 0
    columns = ", ".join(PARTS[name])
    for how in ("NATURAL JOIN other", "JOIN other USING (run_id)"):
        rows = duckdb.sql(f"SELECT {columns} FROM held {how}").fetchall()
        assert sorted(rows) == expected(runs, name), how


def test_no_column_but_the_keys_stands_in_two_tables(runs: simruns.Runs) -> None:
    names = {name: pyarrow.schema(table_of(runs, name)).names for name in TABLES}
    for name, columns in names.items():
        assert columns[: len(KEYS)] == KEYS
        for other in TABLES:
            if other != name:
                assert set(columns) & set(names[other]) == set(KEYS), (name, other)


def test_the_files_of_a_read_join_by_their_columns_too(runs: simruns.Runs, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    parquet = pytest.importorskip("pyarrow.parquet")
    runs.to_parquet(tmp_path / "runs.parquet")
    parquet.write_table(runs.turns.to_arrow(), tmp_path / "turns.parquet")
    query = (
        f"SELECT count(*) FROM '{tmp_path}/runs.parquet' NATURAL JOIN '{tmp_path}/turns.parquet'"
    )
    assert duckdb.sql(query).fetchall() == [(len(runs.turns),)]


@pytest.mark.parametrize("name", PARTS)
def test_a_long_id_is_in_a_table_once(name: str) -> None:
    told = {
        "id": "i" * 1_000_000,
        "turns": [{}] * 300,
        "successCriteria": [{}] * 300,
    }
    table = table_of(simruns.read_json([json.dumps(told)]), name).to_arrow()
    assert table.num_rows >= 300
    assert set(table["run_id"].to_pylist()) == {told["id"]}
    assert table.nbytes < 3_000_000


@pytest.mark.parametrize("name", TABLES)
def test_ids_are_texts_in_polars(runs: simruns.Runs, name: str) -> None:
    polars = pytest.importorskip("polars")
    for some in (runs, runs[:0]):
        table = table_of(some, name)
        frame = table.to_polars()
        assert frame.schema["run_id"] == polars.String
        assert frame["run_id"].to_list() == table.to_arrow()["run_id"].to_pylist()
