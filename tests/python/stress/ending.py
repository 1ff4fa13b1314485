"""A process that ends in the middle of a read: python -m stress.ending SHAPE END MOMENT PLACE."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from stress.processes import Place

kept: list[Any] = []
"""What is still there when the interpreter is taken down."""


def end_by(how: str) -> None:
    """Ends the process, or has it end by a signal, or lets the script come to its end."""
    if how == "sys.exit":
        sys.exit(3)
    if how == "os._exit":
        os._exit(4)
    if how == "exception":
        raise RuntimeError("the end that was asked for")
    if how in ("SIGINT", "SIGTERM"):
        os.kill(os.getpid(), getattr(signal, how))


def stream(place: Place, how: str, moment: float) -> None:
    """A stream that is half read, and its client."""
    client = place.client()
    runs = iter(place.batch(client).runs())
    kept.extend((client, runs))
    for _ in range(int(moment * 5 * place.runs)):
        next(runs)
    end_by(how)


def task(place: Place, how: str, moment: float) -> None:
    """A task that reads a stream in the loop of `asyncio.run`."""
    asyncio.run(_reading(place, how, moment))


async def _reading(place: Place, how: str, moment: float) -> None:
    kept.append(asyncio.create_task(_read_stream(place)))
    await asyncio.sleep(moment)
    end_by(how)
    if how == "SIGINT":
        await asyncio.sleep(60)


async def _read_stream(place: Place) -> None:
    async with place.async_client() as client:
        while True:
            async for _ in client.batch(scenario=place.pairs[0][0], batch=place.pairs[0][1]).runs():
                pass


def left_task(place: Place, how: str, moment: float) -> None:
    """The same in a loop that nobody runs any more, and nobody closed."""
    loop = asyncio.new_event_loop()
    kept.extend((loop, loop.create_task(_read_stream(place))))
    loop.run_until_complete(asyncio.sleep(moment))
    end_by(how)


def thread(place: Place, how: str, moment: float) -> None:
    """A read in a thread that nobody waits for, or that the interpreter waits for."""
    client = place.client()
    for daemon in (True, False) if moment * 100 % 2 < 1 else (True,):
        read = place.batch(client).read
        threading.Thread(target=read, kwargs={"progress": False}, daemon=daemon).start()
    time.sleep(moment)
    end_by(how)


def follow(place: Place, how: str, moment: float) -> None:
    """A follower in a thread, and one that stopped after a few runs."""
    client = place.client()
    threading.Thread(target=_follow, args=(place, client), daemon=True).start()
    runs = iter(place.batch(client, 1).follow(interval=0.01))
    kept.append(runs)
    for _ in range(int(moment * 50)):
        next(runs)
    time.sleep(moment)
    end_by(how)


def _follow(place: Place, client: Any) -> None:
    for _ in place.batch(client).follow(interval=0):
        pass


def suite(place: Place, how: str, moment: float) -> None:
    """An archive that is written, and a read of many batches, each in a thread."""
    import pyarrow.parquet  # noqa: F401  so that the archive is under way, and not its import

    client = place.client()
    folder = tempfile.mkdtemp(prefix="simruns-stress-")
    kept.append(client)
    archive = place.batch(client).archive
    threading.Thread(target=archive, args=(folder,), kwargs={"page_size": 10}, daemon=True).start()
    read = client.batches(place.pairs).read
    threading.Thread(target=read, kwargs={"progress": False}, daemon=True).start()
    time.sleep(moment)
    end_by(how)


SHAPES: dict[str, Callable[[Place, str, float], None]] = {
    shape.__name__: shape for shape in (stream, task, left_task, thread, follow, suite)
}
ENDS = {
    "end": (0,),
    "sys.exit": (3,),
    "os._exit": (4,),
    "exception": (1,),
    "SIGINT": (-2, 1),  # 1 where a thread ran a module's code as the interpreter was taken down
    "SIGTERM": (-15,),
}
"""The codes that Python itself ends with."""


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it
    SHAPES[sys.argv[1]](Place.from_text(sys.argv[4]), sys.argv[2], float(sys.argv[3]))
