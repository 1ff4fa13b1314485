"""The data source of Spark at size, over a local Simulator, beside direct reads.

    main.py [--batches N] [--runs N]

First all rows by Spark on two cores have to be those of direct reads, in their order.
Then a Python worker of Spark on one core reads each partition twice, and hands the rows to the JVM
or drops them, in turns, so that both meet the same machine. What Spark takes for a task before and
after that is not in it, and is the same for a source of one row. The exit code is 1 if rows differ,
or if the CPU time for Spark is more than 1.25 times the other.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
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
    """Seconds that a worker took for a partition."""

    wall: float
    cpu: float


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
    spark = session(folder / "times", "local[1]")
    spark.dataSource.register(Timed)
    by_spark, direct = [], []
    for turn in range(TURNS):
        note = folder / f"spent-{turn}"
        frame = spark.read.format("timed").option("note", str(note)).load()
        frame.write.format("noop").mode("overwrite").save()
        lines = [[float(word) for word in line.split()] for line in note.open()]
        by_spark.append([Spent(*line[:2]) for line in lines])
        direct.append([Spent(*line[2:]) for line in lines])
    spark.stop()
    ratios = {}
    for name in Spent._fields:
        spent = least(name, by_spark), least(name, direct)
        ratios[name] = spent[0] / spent[1]
        print(f"{name}: Spark {spent[0]:.2f} s, direct {spent[1]:.2f} s, {ratios[name]:.2f} times")
    return 0 if ratios["cpu"] <= MOST else 1


def least(name: str, turns: list[list[Spent]]) -> float:
    """Gives the sum over the partitions of what each took in its best turn."""
    each = zip(*turns, strict=True)
    return sum(min(getattr(spent, name) for spent in of_one) for of_one in each)


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
        """Reads the partition twice; of two partitions, one is first read for Spark."""
        direct = Spent(0, 0)
        first = partition.value.key.batch.endswith(("1", "3", "5", "7", "9"))
        if first:
            direct = self._dropped(partition)
        start = time.perf_counter(), time.process_time()
        yield from super().read(partition)
        spent = Spent(time.perf_counter() - start[0], time.process_time() - start[1])
        if not first:
            direct = self._dropped(partition)
        with Path(self._note).open("a") as file:
            file.write(f"{spent.wall} {spent.cpu} {direct.wall} {direct.cpu}\n")

    def _dropped(self, partition: Any) -> Spent:
        start = time.perf_counter(), time.process_time()
        for _ in super().read(partition):
            pass
        return Spent(time.perf_counter() - start[0], time.process_time() - start[1])


if __name__ == "__main__":
    sys.exit(main())
