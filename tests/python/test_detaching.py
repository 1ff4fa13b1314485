"""What is kept of a stream keeps no pages, and stays what it was."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from typing import Any

import pytest
from servers import serving

import simruns


def told(run: simruns.Run) -> tuple[Any, ...]:
    """All that can be asked of a run."""
    plain = [n for n in dir(run) if not n.startswith("_") and not callable(getattr(run, n))]
    parts = {"turns", "criteria"}
    return (
        run.to_json(),
        [(name, getattr(run, name)) for name in plain if name not in parts],
        [[(n, getattr(part, n)) for n in dir(part) if not n.startswith("_")]
         for name in sorted(parts) for part in getattr(run, name)],
    )  # fmt: skip


def test_a_detached_run_is_equal_in_all(batch: simruns.Batch) -> None:
    for run in batch.head(20):
        alone = run.detach()
        assert alone is not run
        assert (alone, hash(alone)) == (run, hash(run))
        assert told(alone) == told(run)


@pytest.mark.parametrize("every", [1, 2, 3, 40, 300])
def test_what_a_comprehension_keeps_of_a_stream_stays_what_it_was(
    batch: simruns.Batch, every: int
) -> None:
    whole = [told(run) for run in batch.read()]
    kept = [run for i, run in enumerate(batch.runs(page_size=30)) if i % every == 0]
    assert [told(run) for run in kept] == whole[::every]


async def test_so_does_what_a_task_keeps(sim: simruns.Simulator) -> None:
    async with sim.async_client() as client:
        batch = client.batch(sim.batches()[0])
        whole = [told(run) for run in await batch.read()]
        kept = [run async for run in batch.runs(page_size=30) if run.sequence == 77]
    assert [told(run) for run in kept] == [whole[76]]


def test_parts_of_a_run_that_was_left_behind_stay_readable(batch: simruns.Batch) -> None:
    turns = [turn for run in batch.runs(page_size=30) for turn in run.turns if turn.sequence == 1]
    gc.collect()
    assert [turn.text for turn in turns] == [
        turn.text for run in batch.read() for turn in run.turns if turn.sequence == 1
    ]


@pytest.mark.odd_data
def test_a_run_that_is_kept_has_its_issues_at_their_places() -> None:
    run_of = '{"id":"r%d","sequence":"x","simulationRunBatchReference":"b%d"}'
    runs = [run_of % (i, i // 4) for i in range(8)]
    page = '{"data":[%s],"pagination":{"total":8,"hasNext":%s,"next":"c","limit":4,"skip":0}}'
    bodies = [page % (",".join(runs[:4]), "true"), page % (",".join(runs[4:]), "false")]
    kept, before = [], []
    with serving(*(body.encode() for body in bodies)) as (_, client):
        for run in client.batch(scenario="s", batch="b").runs(walk="cursor"):
            before.append(run.issues)
            kept += [run] if run.id in ("r2", "r7") else []
    assert [run.issues for run in kept] == [before[2], before[7]]
    assert any("/data/2/" in issue.path for issue in kept[0].issues)


KEEPING = """
import ctypes, gc, sys
import simruns

def bytes_in_use():
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc: gives back what is free
    if trim is not None:
        trim(0)
    with open("/proc/self/smaps_rollup") as file:
        return 1024 * next(int(line.split()[1]) for line in file if line.startswith("Pss_Anon"))

url, project, key, scenario, batch, every = sys.argv[1:]
with simruns.Client(url, project=project, api_key=key) as client:
    runs = client.batch(scenario=scenario, batch=batch).runs
    warm = [run for run in runs() if False]
    before = bytes_in_use()
    kept = [run for i, run in enumerate(runs()) if i % int(every) == 0]
    after = bytes_in_use()
print(len(kept), sum(len(run.to_json().encode()) for run in kept), after - before)
"""


def measured(sim: simruns.Simulator, every: int) -> tuple[int, int, int]:
    """Gives how many runs were kept of a stream, the bytes of their texts, and of their memory."""
    key = sim.batches()[0]
    done = subprocess.run(
        [sys.executable, "-c", KEEPING, sim.url, sim.project, sim.api_key, key.scenario, key.batch,
         str(every)],
        capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    kept, texts, memory = map(int, done.stdout.split())
    return kept, texts, memory


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_few_runs_of_a_stream_keep_little_more_than_their_texts() -> None:
    with simruns.Simulator(seed=5, scenarios=1, runs=20_000) as sim:
        kept, texts, memory = measured(sim, 43)
    assert kept == 466
    slack = 2**20  # of the interpreter and of the allocators, whatever is kept
    assert memory <= 2 * texts + slack, (texts, memory)
