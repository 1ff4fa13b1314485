"""The data source of Spark over a real Simulator: the same rows, and no secret anywhere."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from spark_job import QUERIES, REFUSED

import simruns
from simruns.sources.plain import plain_schema

KEY = "k3y-0f-th3-pr0j3ct-with-4-secret"
JOB = Path(__file__).with_name("spark_job.py")
FAULTS = [
    {"batch": "change-flight-batch-1", "times": 8, "status": 503},  # two tasks of four attempts
    {"batch": "change-flight-batch-2", "page": 2, "times": 4, "status": 502},
    {"batch": "refund-late-parcel-batch-1", "times": 3, "total_add": 2},  # a read lacks two runs
    {"batch": "refund-late-parcel-batch-2", "page": 3, "times": 4, "truncate": 1000},
]
"""Each fails the first task of a batch, be it at its first page or behind others."""

pytestmark = pytest.mark.timeout(300)


def environment(sim: simruns.Simulator, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "SIMRUNS_BASE_URL": sim.url,
        "SIMRUNS_PROJECT": sim.project,
        "SIMRUNS_API_KEY": sim.api_key,
        "SIMRUNS_LOG": "debug",
        **more,
    }


def needs_spark() -> None:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed, of 490 MB: make scale installs it")
    if shutil.which("java") is None:
        pytest.skip("there is no Java on this machine: scripts/bootstrap.sh scale installs it")


def run_job(out: Path, master: str, variables: dict[str, str]) -> str:
    """Runs the job, and gives all that it printed, with the log of Spark and its workers."""
    done = subprocess.run(
        [sys.executable, str(JOB), str(out), master],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        env=variables, cwd=out.parent, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


class Job:
    """What one job of Spark saw, and the same read directly."""

    def __init__(self, out: Path, printed: str, whole: simruns.Runs) -> None:
        self.out = out
        self.printed = printed
        self.whole = whole
        self.told: dict[str, Any] = json.loads((out / "told.json").read_text())

    def table(self, name: str) -> pa.Table:
        return parquet.read_table(self.out / f"{name}.parquet")


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A job over 4 batches of 250 runs; and over the same of a server that fails."""
    needs_spark()
    folder = tmp_path_factory.mktemp("spark")
    made: dict[str, Any] = {"seed": 5, "scenarios": 2, "batches": 2, "runs": 250, "api_key": KEY}
    with simruns.Simulator(**made) as sim, simruns.Simulator(**made, faults=FAULTS) as faulty:
        client = sim.client()
        suite = client.latest(n=2)
        whole = suite.read()
        next(iter(suite)).archive(folder / "archive")
        batches = json.dumps([list(key)[1:] for key in suite.keys[:2]])
        own = environment(
            sim,
            JOB_ARCHIVE=str(folder / "archive"),
            JOB_BATCHES=batches,
            JOB_FAULTY=faulty.url,
        )
        printed = run_job(folder / "out", "local[2,4]", own)
        yield Job(folder / "out", printed, whole)


def plainly(table: pa.Table) -> pa.Table:
    return table.cast(plain_schema(table.schema)).replace_schema_metadata()


@pytest.mark.parametrize("name", ["runs", "turns", "criteria", "issues"])
def test_spark_has_the_rows_of_a_read_in_its_order(job: Job, name: str) -> None:
    tabular = job.whole if name == "runs" else getattr(job.whole, name)
    expected = plainly(tabular.to_arrow())
    found = job.table(name)
    assert found.schema.names == expected.schema.names
    assert found.cast(expected.schema).to_pylist() == expected.to_pylist()


def test_a_batch_is_a_partition(job: Job) -> None:
    assert job.told["partitions"] == 4


@pytest.mark.parametrize("name", ["retried", "killed"])
def test_tasks_that_fail_and_are_tried_again_lose_and_repeat_nothing(job: Job, name: str) -> None:
    expected = plainly(job.whole.to_arrow(columns=["batch", "run_id"]))
    assert job.table(name).to_pylist() == expected.to_pylist()
    assert len(list((job.out / "killed").iterdir())) == 4
    words = {"retried": "simruns.IncompleteError", "killed": "Python worker exited unexpectedly"}
    assert words[name] in job.printed


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_the_rows_that_its_filters_let_through(job: Job, name: str) -> None:
    import duckdb

    runs = plainly(job.whole.to_arrow())
    condition = QUERIES[name].replace("<=> true", "IS NOT DISTINCT FROM true")
    assert runs.num_rows == 1000
    query = f"SELECT run_id FROM runs WHERE {condition}"
    expected = duckdb.sql(query).fetchall()
    assert sorted(job.table(name)["run_id"].to_pylist()) == sorted(row[0] for row in expected)


def test_explain_shows_the_filters_that_are_pushed_and_the_columns_that_are_read(job: Job) -> None:
    def pushed(name: str) -> str:
        text: str = job.told[f"explained {name}"]
        return next((line for line in text.splitlines() if "PushedFilters" in line), "")

    assert job.told["columns"] == ["run_id", "text"]
    assert "BatchScan simruns[run_id#" in job.told["explained columns"]
    if not hasattr(importlib.import_module("pyspark.sql.datasource"), "EqualTo"):
        pytest.skip("Spark pushes no filters to a source of Python before 4.1")
    assert "EqualTo(verdict,failure)" in pushed("pushed")
    assert "In(endpoint_type, [rest,voiceGateway2])" in pushed("pushed")
    assert "EqualTo(sequence,3)" in pushed("pushed")
    assert "In(verdict" in pushed("partly")
    assert "n_turns" not in pushed("partly")
    assert "summary" not in pushed("partly")
    assert "IsNull(error_category)" in pushed("null")
    assert pushed("not null") == pushed("either") == pushed("another word") == ""
    assert "ReadSchema: struct<run_id:string,text:string>" in job.told["explained columns"]


def test_a_schema_that_is_given_says_which_columns_are_read(job: Job) -> None:
    expected = plainly(job.whole.to_arrow(columns=["verdict", "sequence"]))
    assert job.table("by_schema").to_pylist() == expected.to_pylist()
    assert "sequence is of type bigint, and not string" in job.told["wrong type"]


def test_batches_archives_and_files_of_keys_are_options(job: Job) -> None:
    assert job.told["batches"] == 500
    assert job.told["archive"] == 250
    assert job.told["by file"] == 1000
    assert job.told["none"] == 0


def test_an_option_that_looks_like_a_credential_is_refused_and_not_shown(job: Job) -> None:
    said = [
        "the option api_key looks like a credential",
        "the option token looks like a credential",
        "the option headers.authorization looks like a credential",
        "holds a user or a password",
        "there is no option tables; there are table,",
        "table is 'pages'",
        "workers is '0'; give 1 to 1,000",
        "give one of the options scenarios, batches and path",
        "no_such",
        "the option batches is no JSON",
    ]
    for words, text, _ in zip(said, job.told["refused"], REFUSED, strict=True):
        assert words in text
    assert "a-value-that-nobody-sees" not in json.dumps(job.told["refused"]) + job.printed


def test_no_plan_log_event_or_pickle_of_spark_has_the_secret(job: Job) -> None:
    forms = [
        KEY,
        KEY[::-1],
        KEY.encode().hex(),
        KEY[:12],
        KEY[-12:],
        KEY.encode("utf-16-le").decode("latin-1"),
    ]
    for lead in range(3):
        packed = base64.b64encode(b"_" * lead + KEY.encode()).decode()
        forms.append(packed[4:40])
    kept = [path for path in job.out.rglob("*") if path.is_file() and path.name != "key"]
    assert any("events" in path.parts for path in kept)
    assert "BatchScan simruns" in job.printed  # so that what is searched is what is meant
    everything = [job.printed.encode(), bytes.fromhex(job.told["pickled"])]
    everything += [path.read_bytes() for path in kept]
    for form in forms:
        assert not [one[:200] for one in everything if form.encode("latin-1") in one], form


def test_the_share_of_each_worker_is_in_the_plan_of_the_read() -> None:
    """Of one server and many partitions, each takes a part of what the server allows."""
    needs_spark()
    from simruns.sources.spark import SimrunsDataSource

    def workers(batches: int, **options: str) -> set[int]:
        pairs = json.dumps([["s", f"b{number}"] for number in range(batches)])
        given = {"base_url": "https://example.com", "project": "p", "batches": pairs, **options}
        source = SimrunsDataSource(given)
        return {one.workers for one in source.reader(source.schema()).partitions()}  # type: ignore[attr-defined]

    assert workers(200) == {200}
    assert workers(200, workers="4") == {4}
    assert workers(2000, workers="4") == {4}
    with pytest.raises(simruns.InvalidArgumentError, match="there are 2,000 batches"):
        workers(2000)


@pytest.mark.parametrize("deep", [{"batches": "[" * 5000}, {"batches": '"FILE"'}, {"path": "FILE"},
                                  {"path": "FILE-mistyped"}, {"path": ""}])  # fmt: skip
def test_an_option_that_is_no_batches_or_archives_is_refused_by_its_name(
    tmp_path: Path, deep: dict[str, str]
) -> None:
    """A file of pairs on the driver is none of either: it would be read, and a server asked."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    from simruns.sources.spark import SimrunsDataSource

    file = tmp_path / "pairs.csv"
    file.write_text("scenario,batch\ns,b\n")
    options = {name: value.replace("FILE", str(file)) for name, value in deep.items()}
    source = SimrunsDataSource({"base_url": "https://example.com", "project": "p", **options})
    (name,) = deep
    with pytest.raises(
        simruns.InvalidArgumentError, match=rf"(option|:) {name} is (no|'.*which is no)"
    ):
        source.reader(source.schema()).partitions()
