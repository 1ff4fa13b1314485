"""Ctrl-C at random moments, into a process that streams, reads, converts and writes."""

from __future__ import annotations

import json
import random
import re
import selectors
import signal
import subprocess
import time
from typing import Any

from stress import processes
from stress.findings import PATIENCE, Findings, Holdings
from stress.interrupted import OPERATIONS

OURS = re.compile("/(site-packages|python|package)/simruns/")
"""Where our package is, in the traceback of an exception."""

LOST = 5.0
"""Seconds after which a Ctrl-C counts as lost, and another one is sent."""


class Lines:
    """The lines of JSON that a process says, with a limit to how long each may take."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.stream = process.stdout
        self.ready = selectors.DefaultSelector()
        self.ready.register(self.stream, selectors.EVENT_READ)

    def next(self, patience: float) -> dict[str, Any] | None:
        """The next line; None if it does not come. Each is answered before another is said."""
        if not self.ready.select(patience):
            return None
        line = self.stream.readline()
        if not line:
            raise EOFError
        said: dict[str, Any] = json.loads(line)
        return said


class Interrupting:
    def __init__(self, process: subprocess.Popen[str], chance: random.Random) -> None:
        self.process = process
        self.chance = chance
        self.lines = Lines(process)
        self.found = Findings("interrupts")
        self.longest = 0.0
        self.lost: list[str] = []
        self.holdings: list[Holdings] = []

    def round(self, operation: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{operation}\n")
        self.process.stdin.flush()
        if self.lines.next(PATIENCE) is None:
            raise TimeoutError(f"{operation}: does not begin")
        time.sleep(self.chance.uniform(0, 0.25))
        self.process.send_signal(signal.SIGINT)
        began = time.monotonic()
        said = self.lines.next(LOST)
        if said is None:
            self.lost.append(operation)
            self.process.send_signal(signal.SIGINT)
            said = self.lines.next(PATIENCE)
        if said is None:
            raise TimeoutError(f"{operation}: hangs after a Ctrl-C")
        self.found.done += 1
        self.longest = max(self.longest, time.monotonic() - began)
        self.found.faults += [f"{operation}: {wrong}" for wrong in said["wrong"]]
        self.holdings.append(Holdings(**said["holdings"]))


def swallowed(told: str, lost: list[str]) -> list[str]:
    """Tells of what a Ctrl-C was lost in, or what else should not be on stderr.

    A callback of the interpreter's own, as that of a WeakSet, swallows what is raised in it, and
    says so; and a Ctrl-C as asyncio makes a loop leaves half a loop, which says so when it goes.
    That may be in any program; what is in our package may not.
    """
    first, *ignored = told.split("Exception ignored in")
    own = [text for text in ignored if OURS.search(text)]
    faults = [f"ignored an exception in{text}" for text in own]
    faults += [f"says {word!r}\n{first}" for word in processes.noise_in(first)]
    if len(lost) > len(ignored) - len(own):
        faults.append(f"a Ctrl-C was lost in each of these: {', '.join(lost)}")
    return faults


def run(interrupts: int, chance: random.Random) -> Findings:
    with processes.served(runs=500) as place:
        process = processes.start("interrupted", place.text(), stdin=subprocess.PIPE)
        rounds = Interrupting(process, chance)
        found = rounds.found
        try:
            if rounds.lines.next(4 * PATIENCE) is None:
                raise TimeoutError("it does not begin")
            for number in range(interrupts):
                rounds.round(OPERATIONS[number % len(OPERATIONS)])
        except (TimeoutError, EOFError, BrokenPipeError) as error:
            found.fault(f"{error or 'it ended'}")
            process.send_signal(signal.SIGABRT)
        _, told, by_itself = processes.end(process)
    if not by_itself or process.returncode != 0:
        found.fault(f"the process ended with {process.returncode}\n{told}")
    found.faults += swallowed(told, rounds.lost)
    warm = rounds.holdings[len(rounds.holdings) // 4 :]
    if warm:
        found.faults += [f"leaks {grown}" for grown in warm[-1].grown_from(warm[0])]
        found.notes.append(f"from {warm[0]} to {warm[-1]}")
    found.notes.append(f"the longest took {rounds.longest:.2f} s to end")
    return found
