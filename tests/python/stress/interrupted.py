"""A process that gets a Ctrl-C in each of its rounds: python -m stress.interrupted PLACE.

It reads the name of an operation, does that over and over until it is interrupted, and says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import simruns
from stress.findings import Holdings
from stress.processes import Place


class Walk:
    """A stream and what came of it; one value, so that no Ctrl-C comes between the two."""

    def __init__(self, batch: simruns.Batch) -> None:
        self.runs = iter(batch.runs(page_size=50))
        self.came: list[simruns.Run] = []


class Interrupted:
    """What is read, and what is wrong with it."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        self.folder = folder
        self.client = place.client()
        self.async_client = place.async_client()
        self.batch = place.batch(self.client)
        self.held = self.client.batches(place.pairs).read(progress=False)
        self.walk = Walk(self.batch)
        self.wrong: list[str] = []
        for convert in (self.frames, self.files):
            convert()  # an interrupted import would leave half a module

    def stream(self) -> None:
        """Goes on with the stream that the last Ctrl-C interrupted."""
        self.walk.came.extend(self.walk.runs)
        ids = [run.id for run in self.walk.came]
        if len(ids) != self.place.runs or len(set(ids)) != self.place.runs:
            self.wrong.append(f"an interrupted stream gave {len(ids)} of {self.place.runs} runs")
        self.walk = Walk(self.batch)

    def read(self) -> None:
        """Reads, and goes on at the position where a Ctrl-C ended it."""
        try:
            self.batch.read(progress=False)
        except KeyboardInterrupt as error:
            came = getattr(error, "runs", None)
            if came is not None:  # else it came before the read began, or after its end
                runs = came + self.batch.read(start_at=error.position, progress=False)
                if len(runs) != self.place.runs:
                    self.wrong.append(f"an interrupted read gave {len(runs)} runs")
            raise

    def suite(self) -> None:
        self.client.batches(self.place.pairs).read(progress=False)

    def page(self) -> None:
        self.batch.page()

    def follow(self) -> None:
        for _ in self.batch.follow(interval=0, count=self.place.runs):
            pass

    def archive(self) -> None:
        self.batch.archive(self.folder / "archive", page_size=50)

    def task(self) -> None:
        async def walk() -> None:
            async with self.place.async_client() as client:
                scenario, batch = self.place.pairs[1]
                async for _ in client.batch(scenario=scenario, batch=batch).runs():
                    pass

        asyncio.run(walk())

    def off_loop(self) -> None:
        async def lay_out() -> None:
            await self.held.to_pandas_async()
            await self.held.turns.to_pandas_async()

        asyncio.run(lay_out())

    def frames(self) -> None:
        self.held.to_pandas()
        self.held.turns.to_pandas()
        self.held.criteria.to_polars()
        self.held.to_arrow()

    def files(self) -> None:
        self.held.to_parquet(self.folder / "runs.parquet")
        self.held.to_jsonl(self.folder / "runs.jsonl")
        simruns.open(self.folder / "runs.parquet")

    def runs(self) -> None:
        for run in self.held:
            repr(run), run.to_dict(), [turn.text for turn in run.turns]


OPERATIONS = [
    "stream",
    "read",
    "suite",
    "page",
    "follow",
    "archive",
    "task",
    "off_loop",
    "frames",
    "files",
    "runs",
]


STOPPED = "Event loop stopped before Future completed."
"""What asyncio itself raises for a Ctrl-C in the last steps of `asyncio.run`."""


def is_of_asyncio(error: BaseException) -> bool:
    """Whether `asyncio.run` makes this of a Ctrl-C, without any doing of ours.

    One that comes between the two lines by which it takes over the signal and begins to count
    cancels the task, and is then not counted: the cancellation comes out as it is.
    """
    return str(error) == STOPPED or type(error) is asyncio.CancelledError


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def main(place: Place) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Interrupted(place, Path(folder))
        say(ready=True)
        for line in sys.stdin:
            operation = getattr(state, line.strip())
            try:
                say(under_way=True)
                while True:
                    operation()
            except KeyboardInterrupt:
                wrong, state.wrong = state.wrong, []
            except BaseException as error:
                wrong = [] if is_of_asyncio(error) else [f"raised {error!r}"]
            holdings = Holdings.of(os.getpid())
            say(interrupted=True, wrong=wrong, holdings=vars(holdings))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it
    main(Place.from_text(sys.argv[1]))
