"""Loads by dlt whose process is killed at random moments: killing_dlt.py KILLS SEED.

What is in the destination afterwards has to equal what loads that are let be bring there.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from killing import begun, finish

import simruns

TABLES = ("scenarios", "batches", "runs", "turns", "criteria")

multiprocessing.get_context("forkserver").set_forkserver_preload(
    ["dlt", "duckdb", "pyarrow.parquet", "simruns.sources.dlt"]
)


def settings(folder: Path) -> dict[str, str]:
    """What dlt is told by the environment: to keep its own files there, and to send nothing."""
    return {
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
    }


def pipeline_of(folder: Path, destination: str) -> Any:
    """A pipeline to DuckDB, or to Parquet files ("filesystem"), whose files are in `folder`."""
    import dlt

    to = {
        "duckdb": lambda: dlt.destinations.duckdb(str(folder / "runs.duckdb")),
        "filesystem": lambda: dlt.destinations.filesystem(bucket_url=(folder / "lake").as_uri()),
    }
    return dlt.pipeline(
        "agent", destination=to[destination](), dataset_name="sim",
        pipelines_dir=str(folder / "pipelines"),
    )  # fmt: skip


def load(client: simruns.Client, folder: Path, destination: str) -> None:
    """Finishes what an earlier load left, and loads what is new."""
    from simruns.sources.dlt import source

    pipeline = pipeline_of(folder, destination)
    made = source(client)
    while pipeline.has_pending_data:
        pipeline.run()
    pipeline.sync_destination()
    pipeline.run(made)


def tables(folder: Path, destination: str) -> dict[str, list[Any]]:
    """The rows of every table of the destination, in an order of their own."""
    import duckdb

    if destination == "duckdb":
        with duckdb.connect(str(folder / "runs.duckdb"), read_only=True) as opened:
            return {name: _rows(opened, f"sim.{name}") for name in TABLES}
    with duckdb.connect() as opened:
        lake = folder / "lake" / "sim"
        return {n: _rows(opened, f"read_parquet('{lake}/{n}/*.parquet')") for n in TABLES}


def _rows(opened: Any, table: str) -> list[Any]:
    return sorted(map(repr, opened.sql(f"SELECT * FROM {table}").fetchall()))


def _load(
    ready: Connection, url: str, project: str, api_key: str, folder: Path, destination: str
) -> None:
    os.environ.update(settings(folder))
    client = simruns.Client(url, project=project, api_key=api_key)
    ready.send(True)
    load(client, folder, destination)


def start(sim: simruns.Simulator, folder: Path, destination: str) -> ForkServerProcess:
    """A process that loads."""
    return begun(_load, sim.url, sim.project, sim.api_key, folder, destination)


@contextmanager
def servers() -> Iterator[tuple[simruns.Simulator, simruns.Simulator]]:
    """Two of the same batches: in the second, one batch has more runs, and some have changed."""
    with (
        simruns.Simulator(scenarios=2, batches=2, runs=60, seed=5) as first,
        tempfile.TemporaryDirectory() as folder,
    ):
        with first.client() as client:
            texts = [run.to_json() for run in client.batches(first.pairs).read()]
        files = {"earlier": texts[:-25], "later": _later(texts)}
        for name, lines in files.items():
            (Path(folder) / name).with_suffix(".jsonl").write_text("\n".join(lines))
        with (
            simruns.Simulator(data=Path(folder) / "earlier.jsonl") as one,
            simruns.Simulator(data=Path(folder) / "later.jsonl") as two,
        ):
            yield one, two


def _later(texts: list[str]) -> list[str]:
    runs = [json.loads(text) for text in texts]
    for run in runs[-40::3]:
        run["createdBy"] = "somebody else"
    return [json.dumps(run, ensure_ascii=False, separators=(",", ":")) for run in runs]


def kill_at_random(kills: int, seed: int, folder: Path, destination: str) -> int:
    """Kills so many loads; returns how many destinations were filled meanwhile."""
    chance = random.Random(seed)
    with servers() as (one, two):
        alone, spans = folder / "alone", []
        for sim in (one, two):
            began = time.monotonic()
            finish(start(sim, alone, destination))
            spans.append(time.monotonic() - began)
        expected = tables(alone, destination)
        made = 0
        while kills > 0:
            made += 1
            where = folder / f"destination-{made}"
            for sim, span in zip((one, two), spans, strict=True):
                for _ in range(chance.randint(1, 3)):
                    process = start(sim, where, destination)
                    time.sleep(chance.uniform(0, span))
                    process.kill()
                    process.join()
                    kills -= process.exitcode != 0
                finish(start(sim, where, destination))
            assert tables(where, destination) == expected
    return made


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    for to in ("duckdb", "filesystem"):
        with tempfile.TemporaryDirectory() as place:
            loads = kill_at_random(wanted, int(sys.argv[2]), Path(place), to)
        print(f"{to}: {wanted} kills or more, {loads} destinations, each as one of loads let be")
