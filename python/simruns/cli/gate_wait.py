"""Waiting for the runs of live batches until a gate is decided."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from simruns import _core
from simruns.analysis.facts import JUDGED, facts_of
from simruns.analysis.gate import (
    Gate,
    Rules,
    error_rates_of,
    gate_of,
    waited,
    waiting_of,
    yet_to_settle,
)
from simruns.analysis.options import Errors
from simruns.analysis.scenarios import Tally
from simruns.archive.run_files import unverified
from simruns.cli.endings import UsageError
from simruns.cli.sides import Side
from simruns.cli.streams import say
from simruns.cli.which import Which, a_list_needed
from simruns.hold.runs import Runs
from simruns.looks.texts import counted
from simruns.read.async_batch import AsyncBatch
from simruns.read.batch import Batch
from simruns.read.client import Client
from simruns.read.follow import AsyncFollowStream
from simruns.request.query import BatchKey


class Awaited(NamedTuple):
    """How to wait."""

    interval: float
    deadline: float | None


class Outcome(NamedTuple):
    gate: Gate
    incomplete: str
    completeness: str
    runs: Runs
    """Those that have settled."""


def refuse_no_wait(rules: Rules, side: Side, which: Which) -> None:
    """Refuses what cannot be waited for."""
    if side.which is None:
        raise UsageError("--wait is for the batches of a server; leave it out for a file")
    if not rules.only_success:
        raise UsageError("--wait goes with --min-success alone")
    if which.every:
        raise UsageError(
            "--all finds finished batches; name those to wait for, by --scenario or by --pairs"
        )


def batches_of(which: Which, client: Client) -> list[Batch]:
    """Gives the batches to wait for. The newest ones may be running still."""
    if which.latest is None:
        found = which.surely(client)
        return [found] if isinstance(found, Batch) else list(found)
    with a_list_needed():
        return list(client.scenario(which.scenario or "").latest(which.latest, status=None))


class _Arrivals:
    """The runs that have settled so far, and whether they decide."""

    def __init__(self, planned: Mapping[str, int], rules: Rules, errors: Errors) -> None:
        self._names = sorted(planned)
        self._planned = np.array([planned[name] for name in self._names], dtype=np.int64)
        self._rules = rules
        self._judged = JUDGED[errors]
        self._settled: Counter[str] = Counter()
        self._said: Counter[str] = Counter()
        self._good: Counter[str] = Counter()
        self.texts: dict[BatchKey, list[str]] = {}
        self.look()

    def add(self, key: BatchKey, run: _core.Run) -> None:
        self.texts.setdefault(key, []).append(run.to_json())
        self._settled[key.scenario] += 1
        self._said[key.scenario] += run.verdict in self._judged
        self._good[key.scenario] += run.verdict == "success"

    @property
    def decided(self) -> bool:
        """Whether the verdict is known, whatever the rest comes to.

        Too many errors among the first runs may be few among all.
        """
        if self.waiting.verdict == "cannot tell" and self.waiting.unsettled:
            excluded = self._settled.total() - self._said.total()
            total = int(self._planned.sum())
            few = excluded <= self._rules.max_error_share * self._settled.total()
            return few or excluded > self._rules.max_error_share * total
        return self.waiting.verdict != "wait"

    def look(self) -> None:
        """Sees what the runs that came say of all that are to come: `waiting`, and `in_all`, the
        judged runs of each scenario if all of the rest are.
        """
        settled, judged, good = (
            np.array([counts[name] for name in self._names], dtype=np.int64)
            for counts in (self._settled, self._said, self._good)
        )
        tally = Tally(self._names, settled, judged, good)
        self.waiting = waiting_of(tally, settled, self._rules, self._planned)
        self.in_all = judged + yet_to_settle(settled, self._planned)


def wait_for(
    batches: Sequence[Batch],
    planned: Mapping[str, int],
    rules: Rules,
    errors: Errors,
    how: Awaited,
) -> Outcome:
    """Follows the batches until their runs decide, or come no more."""
    arrivals = _Arrivals(planned, rules, errors)
    of_scenario = Counter(batch.scenario for batch in batches)
    streams = {
        batch.key: AsyncBatch(batch._core, batch.key).follow(
            interval=how.interval, deadline=how.deadline,
            count=planned[batch.scenario] if of_scenario[batch.scenario] == 1 else None,
        )
        for batch in batches
    }  # fmt: skip
    total = counted(sum(planned.values()), "run")
    waits_for = f"{total} of {counted(len(batches), 'batch', 'batches')}"
    try:
        with closing(_follow(streams, arrivals, waits_for)) as reading:  # it may never begin
            asyncio.run(reading)
    finally:
        for key, stream in streams.items():
            say(f"batch {key.batch}: {stream.status}")
    ends = {stream.status.ended for stream in streams.values()}
    waiting = arrivals.waiting
    told = f"{waiting.unsettled:,} of {total} have not settled"
    is_over = arrivals.decided or "deadline" in ends
    if not arrivals.decided:
        waiting = replace(waiting, verdict="wait")
    runs = _runs_of(batches, arrivals)
    wrong = error_rates_of(arrivals.in_all, rules)
    gate = waited(gate_of(facts_of(runs), None, rules, errors, None), waiting, wrong)
    return Outcome(gate, "" if is_over else f"incomplete: {told}", told, runs)


def _runs_of(batches: Sequence[Batch], arrivals: _Arrivals) -> Runs:
    """Gives the runs that have settled, with the names of their scenarios."""
    walks = [(key, _core.Pages.of_texts(texts)) for key, texts in arrivals.texts.items()]
    named = {batch.scenario: batch._of for batch in batches if batch._of is not None}
    told = unverified(walks, "the batch was followed")
    return Runs(walks, completeness=told, scenarios=named)


async def _follow(
    streams: Mapping[BatchKey, AsyncFollowStream], arrivals: _Arrivals, waits_for: str
) -> None:
    """Reads all streams at once, until one brings the run that decides, or all have ended."""
    say(f"waiting for {waits_for}")

    async def read(key: BatchKey, stream: AsyncFollowStream) -> None:
        async with stream:
            async for run in stream:
                arrivals.add(key, run)
                while (more := stream._try_next()) is not None:  # what came with it
                    arrivals.add(key, more)
                arrivals.look()
                if arrivals.decided:
                    return

    tasks = {asyncio.ensure_future(read(*each)) for each in streams.items()}
    reading = tasks
    try:
        while reading and not arrivals.decided:
            done, reading = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
