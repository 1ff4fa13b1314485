"""The tables equal those that plain Python builds from the same JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns.cli.csv_rows import COLUMNS
from simruns.frames import COMPLETENESS

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def runs(sim: simruns.Simulator) -> Iterator[simruns.Runs]:
    with sim.client() as client:
        yield client.batches(sim.batches()).read()


@pytest.fixture(scope="module")
def told(runs: simruns.Runs) -> list[dict[str, Any]]:
    """What the server told of each run, plainly parsed."""
    return [run.to_dict() for run in runs]


def plain_run(run: dict[str, Any]) -> dict[str, Any]:
    """Those columns of a run that are members of its JSON."""
    metrics = run["metrics"]
    error = metrics.get("errorInfo", {})
    rate = metrics.get("successRate", {})
    return {
        "id": run["id"],
        "organisation": run["organisationReference"],
        "project": run["projectReference"],
        "scenario": run["simulationReference"],
        "batch": run["simulationRunBatchReference"],
        "sequence": run["sequence"],
        "large_language_model": run["largeLanguageModelReferenceId"],
        "endpoint_type": run.get("endPointType"),
        "total_turns": run["totalTurns"],
        "max_turns": run.get("maxTurns"),
        "n_turns": len(run["turns"]),
        "n_criteria": len(run["successCriteria"]),
        "status": metrics.get("status"),
        "success": metrics.get("success"),
        "sentiment": metrics.get("sentiment"),
        "success_numerator": rate.get("numerator"),
        "success_denominator": rate.get("denominator"),
        "summary": metrics.get("summary"),
        "is_batch_stopped": metrics.get("isBatchStopped"),
        "is_conversation_ended": metrics.get("isConversationEnded"),
        "error_category": error.get("category"),
        "error_message": error.get("message"),
        "error_technical_details": error.get("technicalDetails"),
        "created_by": run["createdBy"],
        "duration_ms": run.get("duration"),
    }


def plain_turns(run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for turn in run["turns"]:
        yield {
            "scenario": run["simulationReference"],
            "batch": run["simulationRunBatchReference"],
            "run_id": run["id"],
            "run_sequence": run["sequence"],
            "id": turn.get("id"),
            "sequence": turn.get("sequence"),
            "text": turn.get("text"),
        }


def plain_criteria(run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for criterion in run["successCriteria"]:
        yield {
            "run_id": run["id"],
            "run_sequence": run["sequence"],
            "type": criterion["type"],
            "name": criterion["params"].get("name"),
        }


def columns(table: Any, like: dict[str, Any]) -> list[dict[str, Any]]:
    return list(table.select(list(like)).to_pylist())


def milliseconds(column: Any) -> list[int | None]:
    return list(column.cast(pyarrow.int64()).to_pylist())


def test_the_table_of_runs_is_the_one_that_plain_python_builds(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    table = runs.to_arrow()
    expected = [plain_run(run) for run in told]
    assert columns(table, expected[0]) == expected
    assert milliseconds(table["created_at"]) == [run["createdAt"] for run in told]
    assert table["verdict"].to_pylist() == [run.verdict for run in runs]
    assert [json.loads(text or "null") for text in table["results"].to_pylist()] == [
        run["metrics"].get("results") for run in told
    ]


def test_the_table_of_turns_is_the_one_that_plain_python_builds(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    table = runs.turns.to_arrow()
    expected = [turn for run in told for turn in plain_turns(run)]
    assert columns(table, expected[0]) == expected
    assert [json.loads(text or "null") for text in table["data"].to_pylist()] == [
        turn.get("data") for run in told for turn in run["turns"]
    ]
    assert milliseconds(table["created_at"]) == [
        turn.get("createdAt") for run in told for turn in run["turns"]
    ]


def test_the_table_of_criteria_is_the_one_that_plain_python_builds(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    table = runs.criteria.to_arrow()
    expected = [criterion for run in told for criterion in plain_criteria(run)]
    assert columns(table, expected[0]) == expected


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
    for name in ("id", "verdict", "success", "duration_ms", "summary"):
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
        for name in ("scenario", "run_id", "id", "text", "created_at"):
            if name in arrow.column_names:
                assert frame[name].to_list() == arrow[name].to_pylist()


def test_duckdb_reads_the_tables_as_they_are(
    runs: simruns.Runs, told: list[dict[str, Any]]
) -> None:
    duckdb = pytest.importorskip("duckdb")
    held, turns = runs, runs.turns
    for _ in range(2):
        (row,) = duckdb.sql(
            "SELECT count(DISTINCT held.id), count(turns.id) "
            "FROM held LEFT JOIN turns ON held.id = turns.run_id"
        ).fetchall()
        assert row == (len(held), len(turns))


def test_the_completeness_travels_with_a_table(runs: simruns.Runs) -> None:
    said = runs.completeness.to_dict()
    for table in (runs, runs.turns, runs.criteria, runs.issues):
        metadata = table.to_arrow().schema.metadata
        assert json.loads(metadata[COMPLETENESS.encode()]) == said
        assert pyarrow.schema(table).metadata == metadata
    assert runs.to_pandas().attrs[COMPLETENESS] == said
    assert said["verdict"] == "complete"
    assert [batch["batch"] for batch in said["batches"]] == [key.batch for key in runs.batches]


def test_the_columns_of_csv_are_those_of_the_table(runs: simruns.Runs) -> None:
    assert list(COLUMNS) == [name for name in pyarrow.schema(runs).names if name != "extra"]
