"""`simruns serve`: a local Simulator in the foreground."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from simruns.cli.endings import Terminated, UsageError, terminable
from simruns.cli.secrets import read_key
from simruns.cli.streams import say, tell
from simruns.core.files import replacing
from simruns.core.lines import in_line
from simruns.looks.texts import counted
from simruns.simulator.simulator import Simulator

SHOWN = 10
"""Batches that are listed at the start."""


class Serving(NamedTuple):
    """What to serve, and on which address."""

    data: Path | None
    seed: int | None
    scenarios: int | None
    batches: int | None
    runs: int | None
    host: str
    port: int
    latency_ms: float
    live: bool
    schedule: Path | None
    speed: float | None
    faults: Path | None
    tls: bool
    certificate: Path | None
    private_key: Path | None
    log: Path | None
    record: str | None
    out: Path | None
    api_key_file: Path | None
    token_file: Path | None
    neighbours: bool


def run_server(what: Serving, ready_file: Path | None) -> None:
    arguments = _arguments(what)
    with (
        suppress(Terminated),
        terminable(),
        Simulator(**arguments) as sim,
        _recorded(sim, what.out),
        _announced(sim, ready_file),
    ):
        tell("\n".join(map(in_line, _description(sim, what))))
        threading.Event().wait()


def _arguments(what: Serving) -> dict[str, Any]:
    """Gives the arguments of `Simulator`."""
    if what.data is not None and not what.data.exists():
        raise UsageError(f"there is no file {what.data}")
    for file in (what.schedule, what.faults, what.certificate, what.private_key):
        if file is not None and not file.is_file():
            raise UsageError(f"there is no file {file}")
    _refuse_contradictions(what)
    if (what.record is None) != (what.out is None):
        raise UsageError("--record URL and --out FILE go together: what to record, and where to")
    if what.record is not None and (what.api_key_file or what.token_file):
        raise UsageError("--record passes the credentials of its clients on; leave its own out")
    out = {name: getattr(what, name) for name in ("data", "seed", "scenarios", "batches", "runs")}
    for name in ("host", "port", "latency_ms", "speed", "faults", "log", "neighbours"):
        out[name] = getattr(what, name)
    out["live"] = what.live if what.schedule is None else what.schedule
    out["tls"] = _tls(what)
    out["api_key"] = read_key(what.api_key_file)
    out["token"] = read_key(what.token_file)
    return {**out, "upstream": what.record, "record": what.out}


def _refuse_contradictions(what: Serving) -> None:
    """Refuses flags of which one would be ignored."""
    made = [n for n in ("seed", "scenarios", "batches", "runs") if getattr(what, n) is not None]
    served = [n for n in ("data", "live", "schedule", "faults") if getattr(what, n)]
    if not what.neighbours:
        served.append("no-neighbours")
    for flag, idle in (("record", [*made, *served]), ("data", made)):
        if getattr(what, flag) is not None and idle:
            others = " and ".join(f"--{name}" for name in idle)
            raise UsageError(f"--{flag} is given, and {others}; give one or the other")
    if what.speed is not None and not (what.live or what.schedule):
        raise UsageError("--speed is given, but --live is not: only a live Simulator has a clock")


def _tls(what: Serving) -> bool | tuple[Path, Path]:
    if what.certificate is None and what.private_key is None:
        return what.tls
    if what.certificate is None or what.private_key is None:
        raise UsageError("--certificate and --private-key go together: one is no use alone")
    return what.certificate, what.private_key


def _description(sim: Simulator, what: Serving) -> Iterator[str]:
    yield f"listening on {sim.url}"
    if sim.ca_file is not None and what.certificate is None:
        yield f"ca file {sim.ca_file}"
    if what.record is not None:
        yield f"recording {what.record} to {what.out}"
        return
    if what.api_key_file is None:
        yield f"api key {sim.api_key}"
    yield f"project {sim.project}"
    batches = sim.batches()
    for key in batches[:SHOWN]:
        yield f"scenario {key.scenario} batch {key.batch}"
    if len(batches) > SHOWN:
        yield f"and {len(batches) - SHOWN} more batches"


@contextmanager
def _recorded(sim: Simulator, out: Path | None) -> Iterator[None]:
    """Completes the recording, however the server ends, and prints what is in it."""
    try:
        yield
    finally:
        try:
            sim.close()
        finally:
            if out is not None:
                left = f", {sim.left_out:,} left out" if sim.left_out else ""
                say(f"{out}: {counted(sim.recorded, 'run')}{left}")


@contextmanager
def _announced(sim: Simulator, ready_file: Path | None) -> Iterator[None]:
    """Keeps the URL in the ready file as long as the server accepts.

    What an earlier server left there stays until this one listens.
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
