"""Kernels of Jupyter that are interrupted and restarted while a cell reads."""

from __future__ import annotations

import os
import queue
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stress import processes
from stress.findings import PATIENCE, Findings
from stress.processes import Place

CELLS = {
    "read": "while True: client.batches(pairs).read()",
    "stream": "while True:\n  for run in client.batch(scenario=scenario, batch=batch).runs(): pass",
    "follow": (
        "while True:\n"
        "  for run in client.batch(scenario=scenario, batch=batch).follow(interval=0): pass"
    ),
    "thread": (
        "import threading\n"
        "def read():\n  while True: client.batches(pairs).read(progress=False)\n"
        "threading.Thread(target=read, daemon=True).start()\n"
        "read()"
    ),
    "await": "while True: await in_loop.batches(pairs).read()",
}


def run(restarts: int, chance: random.Random) -> Findings:
    found = Findings("kernel restarts")
    with processes.served(runs=500) as place:
        kernel = Kernel(place, found)
        try:
            for number in range(restarts):
                kernel.round(list(CELLS)[number % len(CELLS)], number % 2 == 0, chance)
                found.done += 1
        except (TimeoutError, RuntimeError) as error:
            found.fault(f"restart {found.done + 1}: {error}")
        finally:
            kernel.close()
    return found


class Kernel:
    def __init__(self, place: Place, found: Findings) -> None:
        from jupyter_client.manager import start_new_kernel

        self.place = place
        self.found = found
        self.manager, self.client = start_new_kernel(startup_timeout=int(PATIENCE))
        self.longest = 0.0

    def round(self, cell: str, at_once: bool, chance: random.Random) -> None:
        """Interrupts a cell, and restarts the kernel while the same cell runs once more."""
        self._make_clients()
        for restarts in (False, True):
            # An error of the cell before would abort one that comes right after it.
            message = self.client.execute(CELLS[cell], stop_on_error=False)
            self._wait_until(lambda: connections(self.place) > 0, f"{cell}: asks for nothing")
            time.sleep(chance.uniform(0, 0.2))
            began = time.monotonic()
            if restarts:
                self._restart(at_once)
            else:
                self.manager.interrupt_kernel()
                self._require_interrupted(message, cell)
            self.longest = max(self.longest, time.monotonic() - began)

    def close(self) -> None:
        self.found.notes.append(f"the longest took {self.longest:.2f} s")
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def _make_clients(self) -> None:
        made = self.client.execute(
            "import simruns\n"
            f"pairs = {self.place.pairs!r}\n"
            "scenario, batch = pairs[0]\n"
            f"where = dict(base_url={self.place.url!r}, project={self.place.project!r}, "
            f"api_key={self.place.api_key!r})\n"
            "client, in_loop = simruns.Client(**where), simruns.AsyncClient(**where)"
        )
        reply = self._reply_to(made)
        if reply["status"] != "ok":
            raise RuntimeError(f"the kernel has no client: {reply}")

    def _require_interrupted(self, message: str, cell: str) -> None:
        reply = self._reply_to(message)
        if reply.get("ename") not in ("KeyboardInterrupt", "CancelledError"):
            self.found.fault(f"{cell}: an interrupt ends it with {reply}")

    def _restart(self, at_once: bool) -> None:
        before = self._pid()
        self.manager.restart_kernel(now=at_once)
        self.client.wait_for_ready(timeout=PATIENCE)
        self._wait_until(lambda: not is_there(before), f"process {before} is still there")
        self._wait_until(lambda: connections(self.place) == 0, "connections are still open")

    def _pid(self) -> int:
        pid: int = self.manager.provisioner.process.pid
        return pid

    def _reply_to(self, message: str) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        with suppress(queue.Empty):
            while (left := until - time.monotonic()) > 0:
                reply = self.client.get_shell_msg(timeout=left)
                if reply["parent_header"].get("msg_id") == message:
                    content: dict[str, Any] = reply["content"]
                    return content
        raise TimeoutError(f"a cell does not end; the kernel printed {self._printed()!r}")

    def _printed(self) -> str:
        """What it printed: Python prints an interrupt that it drops, as in a finalizer."""
        words = ""
        until = time.monotonic() + PATIENCE
        with suppress(queue.Empty):
            while time.monotonic() < until:
                message = self.client.get_iopub_msg(timeout=1)
                if message["msg_type"] == "stream":
                    words += message["content"]["text"]
        return words

    def _wait_until(self, true: Callable[[], bool], otherwise: str) -> None:
        until = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > until:
                raise TimeoutError(otherwise)
            time.sleep(0.005)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def connections(place: Place) -> int:
    """How many connections the server has."""
    port = f":{urlsplit(place.url).port:04X}"
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(row.split()[1].endswith(port) and row.split()[3] == "01" for row in rows)
