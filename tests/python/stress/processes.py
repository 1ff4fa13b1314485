"""Processes of the stress: how they are started, what they read, and how they are let go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import simruns
from stress.findings import PATIENCE

FOLDER = Path(__file__).resolve().parents[1]

NOISE = (
    "Fatal Python error",
    "terminate called",
    "Exception ignored",
    "Exception in thread",
    "never retrieved",
    "AddressSanitizer",
    "runtime error:",
)
"""What no process may say, however it ends."""


@dataclass(frozen=True)
class Place:
    """Where the processes read from: one server, several batches of as many runs."""

    url: str
    api_key: str
    project: str
    pairs: list[tuple[str, str]]
    runs: int

    @classmethod
    def from_text(cls, text: str) -> Place:
        given = json.loads(text)
        return cls(**{**given, "pairs": [tuple(pair) for pair in given["pairs"]]})

    def text(self) -> str:
        return json.dumps(asdict(self))

    def client(self) -> simruns.Client:
        return simruns.Client(self.url, project=self.project, api_key=self.api_key)

    def async_client(self) -> simruns.AsyncClient:
        return simruns.AsyncClient(self.url, project=self.project, api_key=self.api_key)

    def batch(self, client: simruns.Client, number: int = 0) -> simruns.Batch:
        scenario, batch = self.pairs[number % len(self.pairs)]
        return client.batch(scenario=scenario, batch=batch)


@contextmanager
def served(runs: int, latency_ms: int = 10, scenarios: int = 4) -> Iterator[Place]:
    with simruns.Simulator(seed=16, scenarios=scenarios, runs=runs, latency_ms=latency_ms) as sim:
        yield Place(sim.url, sim.api_key, sim.project, list(sim.pairs), runs)


def start(
    module: str, *arguments: object, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    """Starts a module of this folder. It tells its stacks when it is aborted."""
    path = os.pathsep.join([str(FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-m", f"stress.{module}", *map(str, arguments)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def end(process: subprocess.Popen[str], patience: float = PATIENCE) -> tuple[str, str, bool]:
    """Gives what a process said on both streams once it has ended, and whether it ended itself."""
    try:
        return (*process.communicate(timeout=patience), True)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
    try:
        return (*process.communicate(timeout=patience), False)
    except subprocess.TimeoutExpired:
        process.kill()
        return (*process.communicate(), False)


def noise_in(text: str) -> list[str]:
    return [word for word in NOISE if word in text]
