"""`simruns serve`: a local Simulator in the foreground."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from simruns.cli.endings import Terminated, UsageError, terminable
from simruns.cli.secrets import read_key
from simruns.jsonl import replacing
from simruns.simulator import Simulator

SHOWN = 10


class Serving(NamedTuple):
    """What to serve, and where: arguments of `Simulator`."""

    data: Path | None
    seed: int | None
    scenarios: int | None
    runs: int | None
    host: str
    port: int
    latency_ms: float


def run_server(what: Serving, api_key_file: Path | None, ready_file: Path | None) -> None:
    key = read_key(api_key_file)
    if what.data is not None and not what.data.is_file():
        raise UsageError(f"there is no file {what.data}")
    with (
        suppress(Terminated),
        terminable(),
        Simulator(**what._asdict(), api_key=key) as sim,
        _announced(sim, ready_file),
    ):
        print("\n".join(_description(sim, key_is_new=key is None)), flush=True)
        threading.Event().wait()


def _description(sim: Simulator, *, key_is_new: bool) -> Iterator[str]:
    yield f"listening on {sim.url}"
    if key_is_new:
        yield f"api key {sim.api_key}"
    yield f"project {sim.project}"
    batches = sim.batches()
    for key in batches[:SHOWN]:
        yield f"scenario {key.scenario} batch {key.batch}"
    if len(batches) > SHOWN:
        yield f"and {len(batches) - SHOWN} more batches"


@contextmanager
def _announced(sim: Simulator, ready_file: Path | None) -> Iterator[None]:
    """The URL stands in the ready file as long as the server accepts.

    It takes the place of what an earlier server left there only once this one listens.
    """
    if ready_file is None:
        yield
        return
    with replacing(ready_file) as temporary:
        temporary.write_text(sim.url + "\n", encoding="utf-8")
    try:
        yield
    finally:
        ready_file.unlink(missing_ok=True)
