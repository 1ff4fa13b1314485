"""The data source of Spark at size, over a local Simulator, beside direct reads.

    main.py [--batches N] [--runs N]

First all rows by Spark on two cores have to be those of direct reads, in their order.
Then the same partitions are read by Spark on one core and by one process without it, in turn. What
is compared is the CPU time of the Python worker, from the start of a partition until its last row
is with the JVM, or is dropped: on a busy machine, the worker also waits for the JVM. What Spark
takes for a task before and after that is not in it, and is the same for a source of one row. The
exit code is 1 if rows differ, or if Spark takes more than 1.25 times the time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/python"))

from spark_job import reader, session

import simruns
from simruns.sources.plain import plain_batches, plain_schema
from simruns.sources.spark import SimrunsDataSource, SimrunsReader

MOST = 1.25
TURNS = 2


class Spent(NamedTuple):
    """Seconds of one worker over all partitions."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} s, {self.cpu:.2f} s of them CPU"


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--batches", type=int, default=200)
    arguments.add_argument("--runs", type=int, default=500)
    given = arguments.parse_args()
    scenarios = 20
    each = given.batches // scenarios
    with (
        tempfile.TemporaryDirectory() as folder,
        simruns.Simulator(scenarios=scenarios, batches=each, runs=given.runs) as sim,
    ):
        os.environ.update(
            SIMRUNS_BASE_URL=sim.url, SIMRUNS_PROJECT=sim.project, SIMRUNS_API_KEY=sim.api_key
        )
        print(f"{each * scenarios} batches of {given.runs} runs; load {os.getloadavg()[0]:.1f}")
        return compare_rows(Path(folder)) or compare_times(Path(folder))


def compare_rows(folder: Path) -> int:
    plan = simruns.plan_read()
    start = time.perf_counter()
    expected = [rows_of(partition) for partition in plan]
    direct = time.perf_counter() - start
    spark = session(folder / "rows", "local[2]")
    frame = reader(spark)()
    start = time.perf_counter()
    found = frame.toArrow()
    by_spark = time.perf_counter() - start
    partitions = frame.rdd.getNumPartitions()
    spark.stop()
    rows = [row for some in expected for row in some]
    same = found.to_pylist() == rows
    count = len(rows)
    print(
        f"{count:,} rows in {partitions} partitions are {'' if same else 'NOT '}those of direct "
        f"reads; direct {count / direct:,.0f} runs/s, local[2] {count / by_spark:,.0f} runs/s"
    )
    return 0 if same and partitions == len(plan) else 1


def rows_of(partition: simruns.Partition) -> list[dict[str, Any]]:
    return [row for batch in batches_of(partition) for row in batch.to_pylist()]


def batches_of(partition: simruns.Partition) -> Iterator[Any]:
    """Gives the rows of a partition as a task of the source does."""
    return plain_batches(simruns.read_partition(partition), plain_schema(partition.schema))


def compare_times(folder: Path) -> int:
    plan = simruns.plan_read()
    spark = session(folder / "times", "local[1]")
    spark.dataSource.register(Timed)
    by_spark, direct = [], []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(read_all, list(plan)[:5]).result()
        for turn in range(TURNS):
            direct.append(pool.submit(read_all, list(plan)).result())
            note = folder / f"spent-{turn}"
            frame = spark.read.format("timed").option("note", str(note)).load()
            frame.write.format("noop").mode("overwrite").save()
            by_spark.append(noted(note))
    spark.stop()
    for name, all_of_it in (("direct", direct), ("Spark", by_spark)):
        print(f"{name}: {'; '.join(map(str, all_of_it))}")
    wall, cpu = (
        min(getattr(one, name) for one in by_spark) / min(getattr(one, name) for one in direct)
        for name in Spent._fields
    )
    print(f"Spark's worker takes {wall:.2f} times as long, and {cpu:.2f} times the CPU")
    return 0 if cpu <= MOST else 1


def read_all(plan: list[simruns.Partition]) -> Spent:
    """Reads partitions, one after another, and drops the rows."""
    start = time.perf_counter(), time.process_time()
    for partition in plan:
        for _ in batches_of(partition):
            pass
    return Spent(time.perf_counter() - start[0], time.process_time() - start[1])


class Timed(SimrunsDataSource):
    """The data source, which notes in a file what each partition took."""

    def __init__(self, options: dict[str, str]) -> None:
        self.note = options["note"]
        super().__init__({name: value for name, value in options.items() if name != "note"})

    @classmethod
    def name(cls) -> str:
        return "timed"

    def reader(self, schema: Any) -> SimrunsReader:
        return TimedReader(self.options, schema, self.note)


class TimedReader(SimrunsReader):
    def __init__(self, options: Any, schema: Any, note: str) -> None:
        super().__init__(options, schema)
        self._note = note

    def read(self, partition: Any) -> Iterator[Any]:
        start = time.perf_counter(), time.process_time()
        yield from super().read(partition)
        wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
        with Path(self._note).open("a") as file:
            file.write(f"{wall} {cpu}\n")


def noted(note: Path) -> Spent:
    lines = [line.split() for line in note.read_text().splitlines()]
    return Spent(sum(float(wall) for wall, _ in lines), sum(float(cpu) for _, cpu in lines))


if __name__ == "__main__":
    sys.exit(main())
