"""CSV that `simruns export` writes: every reader finds the same rows and texts in it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_export import export_arguments

import simruns
from simruns.core.csv_text import write_csv

Run = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.odd_data

BREAKS = ("\r", "\n", "\r\n", "\r\r", "\n\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029")
TEXTS = [
    *(text for each in BREAKS for text in (f"a{each}b", f"{each}b", f"a{each}", each)),
    "a,b", 'a"b', '"', '""', '"a"', "a'b", "'", " a ", "\ta\t", "a;b|c", "\ufeffa", "größe", "日本",
    "\U0001f600", "#a", "NULL", "null", "nan", "NA", "1.0", "true", "\\", "\\n", "a\\\"b",
    "a\rb,\"c\"",
]  # fmt: skip
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=", "-", "=cmd|' /C calc'!A0", '=",\n"')
NO_FORMULAS = ("a=1", " =1", "'=1", "1+1", "'", "", "a-b", "\n=1")


def a_run(number: int, text: str) -> dict[str, Any]:
    """A run that has the text in each place that is a column of CSV."""
    reference = {"simulationReference": "s", "simulationRunBatchReference": "b"}
    error = {"category": text, "message": text, "technicalDetails": text}
    metrics = {"status": text, "sentiment": text, "summary": text, "errorInfo": error}
    return {
        "id": f"{number}{text}", **reference, "projectReference": "p", "sequence": number,
        "organisationReference": text, "largeLanguageModelReferenceId": text, "endPointType": text,
        "createdBy": text, "metrics": {**metrics, "results": [{"name": text}]},
        "turns": [{"id": text, "text": text, "data": text}],
        "successCriteria": [{"type": text, "params": {"name": text}}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [*TEXTS, *FORMULAS, *NO_FORMULAS]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Iterator[simruns.Simulator]:
    path = tmp_path_factory.mktemp("csv") / "odd.jsonl"
    with path.open("w") as file:
        for number, text in enumerate(texts):
            file.write(json.dumps(a_run(number, text)) + "\n")
    with simruns.Simulator(data=path) as sim:
        yield sim


def exported(run_simruns: Run, sim: simruns.Simulator, path: Path, *words: object) -> Path:
    done = run_simruns(*export_arguments(sim, path), *words, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    return path


def by_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_pandas(path: Path) -> list[dict[str, str]]:
    pandas: Any = pytest.importorskip("pandas")
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    return list(frame.to_dict("records"))


def by_polars(path: Path) -> list[dict[str, str]]:
    polars: Any = pytest.importorskip("polars")
    frame = polars.read_csv(path, infer_schema=False)
    return [{name: value or "" for name, value in row.items()} for row in frame.to_dicts()]


def by_duckdb(path: Path) -> list[dict[str, str]]:
    duckdb: Any = pytest.importorskip("duckdb")
    rows = duckdb.sql(
        f"SELECT * FROM read_csv('{path}', all_varchar=true, header=true, delim=',', quote='\"', "
        "escape='\"', new_line='\\n', strict_mode=true)"
    )
    names = rows.columns
    return [
        {name: value or "" for name, value in zip(names, row, strict=True)}
        for row in rows.fetchall()
    ]


@pytest.mark.parametrize("read", [by_csv, by_pandas, by_polars, by_duckdb])
def test_every_reader_finds_each_run_on_a_row_of_its_own(
    run_simruns: Run,
    odd: simruns.Simulator,
    texts: list[str],
    tmp_path: Path,
    read: Callable[[Path], list[dict[str, str]]],
) -> None:
    rows = read(exported(run_simruns, odd, tmp_path / "x.csv"))
    with odd.client() as client:
        runs = client.batches(odd.pairs).read()
    assert len(rows) == len(runs) == len(texts)
    for run, row in zip(runs, rows, strict=True):
        assert row["run_id"] == run.id
        for name in ("summary", "organisation", "status", "sentiment", "created_by",
                     "endpoint_type", "large_language_model", "error_category", "error_message",
                     "error_technical_details"):  # fmt: skip
            assert row[name] == (getattr(run, name) or ""), (name, run.id)
        assert json.loads(row["results"]) == (run.results or [])


@pytest.mark.parametrize("table", ["runs", "turns", "criteria"])
def test_csv_safe_leaves_no_text_that_is_a_formula_and_changes_no_other(
    run_simruns: Run, odd: simruns.Simulator, tmp_path: Path, table: str
) -> None:
    pytest.importorskip("pyarrow")
    words = ["--table", table]
    plain = by_csv(exported(run_simruns, odd, tmp_path / "plain.csv", *words))
    safe = by_csv(exported(run_simruns, odd, tmp_path / "safe.csv", *words, "--csv-safe"))
    prefixed = 0
    for before, after in zip(plain, safe, strict=True):
        for name, text in before.items():
            dangerous = text.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert after[name] == ("'" + text if dangerous else text)
            prefixed += dangerous
    assert prefixed >= len(FORMULAS)


def test_a_number_is_no_formula() -> None:
    file = io.StringIO()
    write_csv(file, ["a", "b", "c"], [[-1, -0.5, "-1"]], safe=True)
    assert file.getvalue() == "a,b,c\n-1,-0.5,'-1\n"


def test_csv_safe_is_for_csv_and_off_by_default(
    call_simruns: Run, odd: simruns.Simulator, tmp_path: Path
) -> None:
    for output in (tmp_path / "x.jsonl", tmp_path / "x.parquet", "-"):
        arguments = export_arguments(odd, tmp_path / "x")[:-1]
        done = call_simruns(*arguments, output, "--csv-safe", SIMRUNS_API_KEY="k")
        assert done.returncode == 2
        assert "--csv-safe is for a file that ends in .csv" in done.stderr
    told = " ".join(call_simruns("export", "--help").stdout.split())
    assert "--csv-safe In CSV, put ' before a text" in told
    assert "Off by default" in told
