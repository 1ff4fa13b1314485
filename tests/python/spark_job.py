"""A program of Spark that reads a Simulator, in a process of its own, and writes what it saw.

spark_job.py OUT MASTER: the environment names the server, as a user's would. What tests look at is
in OUT: tables as Parquet, `told.json`, the event log, and the local files of Spark.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simruns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

REFUSED: list[dict[str, str]] = [
    {"api_key": "a-value-that-nobody-sees"},
    {"TOKEN": "a-value-that-nobody-sees"},
    {"headers.Authorization": "a-value-that-nobody-sees"},
    {"base_url": "https://user:a-value-that-nobody-sees@example.com"},
    {"tables": "runs"},
    {"table": "pages"},
    {"workers": "0"},
    {"scenarios": "a", "path": "b"},
    {"columns": "run_id,no_such"},
    {"batches": "no JSON"},
]


def main() -> None:
    out, master = Path(sys.argv[1]), sys.argv[2]
    spark = session(out, master)
    read = reader(spark)
    told: dict[str, Any] = {}
    for table in ("runs", "turns", "criteria", "issues"):
        frame = read(table=table)
        write(frame, out / f"{table}.parquet")
    told["partitions"] = read().rdd.getNumPartitions()
    told.update(filtered(read, out))
    narrow = read(table="turns", columns="run_id, text")
    told["columns"] = narrow.columns
    told["explained columns"] = explained(narrow)
    by_schema = spark.read.format("simruns").schema("verdict string, sequence long").load()
    write(by_schema, out / "by_schema.parquet")
    one = json.loads(os.environ["JOB_BATCHES"])
    told["batches"] = read(batches=json.dumps(one)).count()
    told["archive"] = spark.read.format("simruns").load(os.environ["JOB_ARCHIVE"]).count()
    told["by file"] = by_file(read, out)
    faulty = read(base_url=os.environ["JOB_FAULTY"], columns="batch,run_id")
    write(faulty, out / "retried.parquet")
    dying = read(columns="batch,run_id").mapInArrow(dying_once(out), "batch string, run_id string")
    write(dying, out / "killed.parquet")
    told["none"] = read(since="2099-01-01").count()
    told["refused"] = [refusal(read, options) for options in REFUSED]
    wrong = spark.read.format("simruns").schema("sequence string")
    told["wrong type"] = failure(lambda: wrong.load().count())
    told["pickled"] = pickled().hex()
    (out / "told.json").write_text(json.dumps(told))
    spark.stop()


def session(out: Path, master: str) -> SparkSession:
    from pyspark.sql import SparkSession

    (out / "events").mkdir(parents=True)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": (out / "events").as_uri(),
        "spark.local.dir": str(out / "local"),
        "spark.sql.warehouse.dir": str(out / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.python.filterPushdown.enabled": os.environ.get("JOB_PUSHDOWN", "true"),
        "spark.log.level": "INFO",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100",
    }
    builder = SparkSession.builder.master(master).appName("simruns")
    for name, value in options.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.dataSource.register(simruns.sources.spark.SimrunsDataSource)
    return spark


def reader(spark: SparkSession) -> Any:
    def read(**options: str) -> DataFrame:
        return spark.read.format("simruns").options(**options).load()

    return read


def write(frame: DataFrame, path: Path) -> None:
    """Writes the rows as the driver gets them: partition by partition, each in its order."""
    from pyarrow import parquet

    parquet.write_table(frame.toArrow(), path)


def filtered(read: Any, out: Path) -> dict[str, str]:
    """Reads with filters: some are pushed down, and all of them hold."""
    told = {}
    for name, condition in QUERIES.items():
        frame = read().where(condition)
        write(frame.select("run_id"), out / f"{name}.parquet")
        told[f"explained {name}"] = explained(frame)
    return told


QUERIES = {
    "pushed": "verdict = 'failure' AND endpoint_type IN ('rest', 'voiceGateway2') AND sequence = 3",
    "partly": "verdict IN ('failure', 'agent_error') AND n_turns > 5 AND summary IS NOT NULL",
    "null": "error_category IS NULL AND success <=> true",
    "not null": "error_category IS NOT NULL AND sequence < 20",
    "either": "verdict = 'failure' OR sequence = 1",
    "another word": "verdict = 'a word of next year'",
    "of both": "verdict IN ('failure', 'success') AND verdict IN ('success', 'stopped')",
}


def explained(frame: DataFrame) -> str:
    with redirect_stdout(StringIO()) as text:
        frame.explain("formatted")
        frame.explain("extended")
    print(text.getvalue())
    return text.getvalue()


def by_file(read: Any, out: Path) -> int:
    """Counts by a credential in a file, where the environment has a wrong one."""
    key = os.environ["SIMRUNS_API_KEY"]
    (out / "mounted").mkdir()
    file = out / "mounted" / "key"
    file.write_text(key + "\n")
    count: int = read(api_key_file=str(file), workers="2").count()
    return count


def dying_once(out: Path) -> Any:
    """Gives a step that passes rows on; in the first task of each batch its process is killed."""
    folder = out / "killed"
    folder.mkdir()

    def passed_on(batches: Iterator[Any]) -> Iterator[Any]:
        for number, rows in enumerate(batches):
            mark = folder / rows.column("batch")[0].as_py()
            if number == 1 and not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield rows

    return passed_on


def refusal(read: Any, options: dict[str, str]) -> str:
    return failure(lambda: read(**options).count())


def failure(call: Any) -> str:
    try:
        call()
    except Exception as error:
        return str(error)
    return ""


def pickled() -> bytes:
    """Gives what Spark pickles: the source, its reader and its partitions."""

    def each() -> Iterator[bytes]:
        source = simruns.sources.spark.SimrunsDataSource({"workers": "2"})
        made = source.reader(source.schema())
        for thing in (source, made, *made.partitions()):
            yield pickle.dumps(thing)

    return b"".join(each())


if __name__ == "__main__":
    main()
