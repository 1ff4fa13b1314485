"""Archives whose process is killed at random moments: python tests/python/killing.py KILLS SEED.

What is archived afterwards, by processes that are let be, has to equal what one of them does alone.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import simruns
from simruns.archive import pace

RUNS = 300

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["pandas", "pyarrow.parquet", "simruns.archive.writing"])


def _archive(
    ready: Connection, url: str, key: simruns.BatchKey, api_key: str, directory: Path, whole: bool
) -> None:
    pace.PART_RUNS = 30
    client = simruns.Client(url, project=key.project, api_key=api_key)
    ready.send(True)
    if whole:
        client.archive(directory, page_size=10)
    else:
        client.batch(scenario=key.scenario, batch=key.batch).archive(directory, page_size=10)


def begun(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A process that calls this, from the moment on at which it says that it is ready.

    It says so by the connection that is its first argument.
    """
    here, there = _processes.Pipe(duplex=False)
    process = _processes.Process(target=target, args=(there, *arguments))
    process.start()
    there.close()
    assert here.recv()
    here.close()
    return process


def start(sim: simruns.Simulator, directory: Path, *, whole: bool = False) -> ForkServerProcess:
    """A process that archives a batch, or a project."""
    return begun(_archive, sim.url, sim.batches()[0], sim.api_key, directory, whole)


def finish(process: ForkServerProcess) -> None:
    process.join(60)
    assert process.exitcode == 0


def lines(directory: Path) -> list[str]:
    return sorted(run.to_json() for run in simruns.open(directory))


def require_sound(directory: Path, *, known: set[str]) -> None:
    """What a kill left opens, and holds nothing that no server said."""
    if (directory / "manifest.json").is_file():
        assert set(lines(directory)) <= known


@contextmanager
def servers() -> Iterator[tuple[simruns.Simulator, simruns.Simulator]]:
    """Two of the same batch: in the second, runs have changed, others have gone and come."""
    with (
        simruns.Simulator(scenarios=1, runs=RUNS, seed=5) as first,
        tempfile.TemporaryDirectory() as folder,
    ):
        with first.client() as client:
            texts = [run.to_json() for run in client.batches(first.pairs).read()]
        later = Path(folder) / "later.jsonl"
        later.write_text("\n".join(_later(texts)), encoding="utf-8")
        earlier = Path(folder) / "earlier.jsonl"
        earlier.write_text("\n".join(texts[: RUNS - 50]), encoding="utf-8")
        with simruns.Simulator(data=earlier) as one, simruns.Simulator(data=later) as two:
            yield one, two


def _later(texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(texts[RUNS // 10 :]):
        run = json.loads(text)
        if number % 3 == 0:
            run["createdBy"] = f"somebody else, {number}"
        yield json.dumps(run)


def kill_at_random(kills: int, seed: int, folder: Path) -> int:
    """Kills so many processes at their work; returns the archives that were made meanwhile."""
    chance = random.Random(seed)
    with servers() as (one, two):
        finish(start(one, folder / "first"))
        alone = folder / "alone"
        spans = []
        for sim in (one, two):
            began = time.monotonic()
            finish(start(sim, alone))
            spans.append(time.monotonic() - began)
        expected = lines(alone)
        known = {*lines(folder / "first"), *expected}
        made = 0
        while kills > 0:
            made += 1
            directory = folder / f"archive-{made}"
            for sim, span in zip((one, two), spans, strict=True):
                for _ in range(chance.randint(1, 6)):
                    process = start(sim, directory)
                    time.sleep(chance.uniform(0, span))
                    process.kill()
                    process.join()
                    kills -= process.exitcode != 0
                    require_sound(directory, known=known)
                finish(start(sim, directory))
            assert lines(directory) == expected
            assert simruns.open(directory).gone == simruns.open(alone).gone
    return made


def kill_projects_at_random(kills: int, seed: int, folder: Path) -> int:
    """Kills so many processes that archive a project; returns the archives that were made."""
    chance = random.Random(seed)
    with simruns.Simulator(scenarios=4, batches=3, runs=60, seed=5) as sim:
        alone = folder / "alone"
        began = time.monotonic()
        finish(start(sim, alone, whole=True))
        span = time.monotonic() - began
        expected, told = lines(alone), simruns.open(alone).completeness
        made = 0
        while kills > 0:
            made += 1
            directory = folder / f"archive-{made}"
            for _ in range(chance.randint(2, 8)):
                process = start(sim, directory, whole=True)
                time.sleep(chance.uniform(0, span))
                process.kill()
                process.join()
                kills -= process.exitcode != 0
                if any(directory.glob("*/manifest.json")):
                    assert set(lines(directory)) <= set(expected)
            finish(start(sim, directory, whole=True))
            assert lines(directory) == expected
            again = simruns.open(directory).completeness
            assert [(b.key, b.verdict, b.received) for b in again.batches] == [
                (b.key, b.verdict, b.received) for b in told.batches
            ]
    return made


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as where:
        archives = kill_at_random(wanted, int(sys.argv[2]), Path(where))
        projects = kill_projects_at_random(wanted, int(sys.argv[2]), Path(where) / "projects")
    print(
        f"{wanted} kills or more of each kind, {archives} archives of a batch and {projects} of a "
        "project, each as one that was let be"
    )
