"""How many runs a second of its processor a Simulator serves: throughput.py [--json]

The server runs on one core, this client on another where there is one. Several connections that are
kept open ask for pages of 100 runs, by `skip` all over a batch, and throw away what comes, so that
the server is what is measured. The goal is 50,000 runs a second of server time on one core.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import socket
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from served import Served

CONNECTIONS = 8
PAGE = 100
BATCH = 2000
PAGES = 4000
ROUNDS = 5
GOAL = 50_000


def pinned(process: int) -> bool:
    """One core for the server, another for the client; false where there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return False
    for task in Path(f"/proc/{process}/task").iterdir():
        os.sched_setaffinity(int(task.name), {cores[0]})
    os.sched_setaffinity(0, {cores[1]})
    return True


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Connection:
    """Asks for one page after the other."""

    def __init__(self, server: Served) -> None:
        place = urlsplit(server.pages)
        self._path = f"{place.path}?projectId={server.project}&limit={PAGE}&skip="
        self._head = f"HTTP/1.1\r\nHost: {place.netloc}\r\nX-API-Key: {server.api_key}\r\n\r\n"
        assert place.hostname
        self.socket = socket.create_connection((place.hostname, place.port))
        self._left = 0
        self.bytes = 0

    def ask(self, number: int) -> None:
        skip = number * 7 * PAGE % BATCH
        self.socket.sendall(f"GET {self._path}{skip} {self._head}".encode())
        self._left = -1

    def take(self, buffer: memoryview) -> bool:
        """Takes what is there; true if that was the end of the page."""
        count = self.socket.recv_into(buffer)
        assert count, "the server has closed"
        self.bytes += count
        if self._left < 0:
            head = bytes(buffer[:1000])
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = re.search(rb"Content-Length: (\d+)", head)
            assert length
            self._left = int(length[1]) + head.index(b"\r\n\r\n") + 4
        self._left -= count
        return self._left == 0


def round_of(connections: list[Connection]) -> None:
    buffer = memoryview(bytearray(1 << 20))
    with selectors.DefaultSelector() as selector:
        for number, connection in enumerate(connections):
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(number)
        asked, taken = len(connections), 0
        while taken < PAGES:
            for key, _ in selector.select():
                if key.data.take(buffer):
                    taken += 1
                    if asked < PAGES:
                        key.data.ask(asked)
                        asked += 1


def main() -> None:
    with Served(BATCH) as server:
        process = server.process
        apart = pinned(process.pid)
        connections = [Connection(server) for _ in range(CONNECTIONS)]
        round_of(connections)  # the order of the batch is computed, buffers are there
        of_processor, of_clock = [], []
        for _ in range(ROUNDS):
            spent, clock = processor_seconds(process.pid), time.perf_counter()
            round_of(connections)
            runs = PAGES * PAGE
            of_processor.append(runs / (processor_seconds(process.pid) - spent))
            of_clock.append(runs / (time.perf_counter() - clock))
        per_page = sum(c.bytes for c in connections) / (PAGES * (ROUNDS + 1))
    result = {
        "runs_per_second_of_server_processor": round(statistics.median(of_processor)),
        "runs_per_second": round(statistics.median(of_clock)),
        "goal": GOAL,
        "bytes_per_page": round(per_page),
        "cores_of_their_own": apart,
    }
    if "--json" in sys.argv[1:]:
        print(json.dumps(result))
        return
    print(f"Simulator, pages of {PAGE} runs, {CONNECTIONS} connections, median of {ROUNDS} rounds:")
    print(f"  {result['runs_per_second_of_server_processor']:,} runs a second of its processor "
          f"(goal: {GOAL:,})")  # fmt: skip
    print(f"  {result['runs_per_second']:,} runs a second by the clock; "
          f"{per_page / 1e3:,.0f} KB a page")  # fmt: skip


if __name__ == "__main__":
    main()
