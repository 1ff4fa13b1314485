"""How time grows with size, each size twice the one before, on input that was made to be slow.

    main.py [--json]

A line is linear where twice the size takes twice the time. The exit code is 1 if the largest size
takes more than twice its share of the time of the smallest one: 16 times, where 8 would be linear.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import simruns

DOUBLINGS = 3
ROUNDS = 5
MOST = 2.0
"""Of the time that a linear cost would take."""
KEY = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk0"


class Row(NamedTuple):
    name: str
    unit: str
    sizes: list[int]
    seconds: list[float]

    @property
    def excess(self) -> float:
        return self.seconds[-1] / self.seconds[0] / (self.sizes[-1] / self.sizes[0])


def run(number: int, **more: Any) -> str:
    return json.dumps({
        "id": f"r{number}", "projectReference": "p", "simulationReference": "s",
        "simulationRunBatchReference": "b", **more,
    })  # fmt: skip


def decoded(text: Callable[[int], str]) -> Callable[[int], Callable[[], object]]:
    def of_size(size: int) -> Callable[[], object]:
        whole = f'{{"id":"r","x":{text(size)}}}'
        return lambda: simruns.read_json([whole])

    return of_size


def issues(size: int) -> Callable[[], object]:
    """Turns that are none of the contract's, each with what is odd about it."""
    whole = '{"id":"r","turns":[' + ",".join(['{"sequence":"x"}'] * (size // 16)) + "]}"
    return lambda: simruns.read_json([whole])


def tables(size: int) -> Callable[[], object]:
    """Words of which each run has others, where a table has one dictionary of them."""
    some = simruns.read_json(run(i, status=f"S{i}", endpointType=f"E{i}") for i in range(size))
    return lambda: some.to_arrow()


def turns(size: int) -> Callable[[], object]:
    some = simruns.read_json([run(0, turns=[{}] * size)])
    return lambda: some.turns.to_arrow()


@contextmanager
def batch_of(lines: Iterator[str]) -> Iterator[simruns.Batch]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "runs.jsonl")
        data.write_text("".join(f"{line}\n" for line in lines))
        with simruns.Simulator(data=data) as sim, sim.client() as client:
            yield client.batch(scenario="s", batch="b")


def walked(size: int) -> Callable[[], float]:
    def once() -> float:
        with batch_of(run(i) for i in range(size)) as batch:
            return timed(lambda: batch.read(progress=False))

    return once


def archived(size: int, part: int) -> Callable[[], float]:
    """The time of an archive, of a second one where all runs changed and moved, or of opening."""

    def once() -> float:
        with tempfile.TemporaryDirectory() as folder:
            seconds = []
            for numbers, words in ((range(size), "a"), (range(size)[::-1], "b")):
                with batch_of(run(i, name=words) for i in numbers) as batch:
                    seconds.append(timed(lambda b=batch: b.archive(folder, progress=False)))
            seconds.append(timed(lambda: simruns.open(folder)))
            return seconds[part]

    return once


def redacted(size: int) -> Callable[[], object]:
    """An error of which each place is nearly the key, and its forms in base64 and hexadecimal."""
    body = "k" * 31 + "%6b" * 8 + "a2tr" * 6 + "6b" * 20
    body = (body * (size // len(body) + 1))[:size].encode()

    class Refuses(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"

    def once() -> None:
        client = simruns.Client(url, project="p", api_key=KEY)
        with client, suppress(simruns.RequestError):
            client.batch(scenario="s", batch="b").page()

    return once


def timed(call: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


ROWS: list[tuple[str, str, int, Callable[[int], Callable[[], object]]]] = [
    ("decode: escapes", "bytes", 1_000_000, decoded(lambda n: '"' + r"\u00e9" * (n // 6) + '"')),
    ("decode: half a surrogate", "bytes", 1_000_000,
     decoded(lambda n: '"' + r"\ud800" * (n // 6) + '"')),
    ("decode: nested arrays", "bytes", 1_000_000,
     decoded(lambda n: "[" + ",".join(["[" * 60 + "]" * 60] * (n // 121)) + "]")),
    ("decode: long numbers", "bytes", 1_000_000, decoded(lambda n: "9" * n)),
    ("decode: members", "bytes", 1_000_000,
     decoded(lambda n: "{" + ",".join(f'"k{i:010}":0' for i in range(n // 16)) + "}")),
    ("decode: odd turns", "bytes", 1_500_000, issues),
    ("tables: a word a run", "runs", 5_000, tables),
    ("tables: empty turns", "turns", 50_000, turns),
    ("walk: read", "runs", 2_500, walked),
    ("archive: first", "runs", 1_000, lambda n: archived(n, 0)),
    ("archive: all changed and moved", "runs", 1_000, lambda n: archived(n, 1)),
    ("archive: open", "runs", 1_000, lambda n: archived(n, 2)),
    ("redaction: nearly the key", "bytes", 6_000, redacted),
]  # fmt: skip


def measured(name: str, unit: str, first: int, of_size: Callable[..., Callable[[], Any]]) -> Row:
    sizes = [first << doubling for doubling in range(DOUBLINGS + 1)]
    seconds = []
    for size in sizes:
        call = of_size(size)
        seconds.append(min(once(call) for _ in range(ROUNDS)))
    return Row(name, unit, sizes, seconds)


def once(call: Callable[[], Any]) -> float:
    """The seconds that the call measured itself, else those that it took."""
    gc.collect()
    start = time.perf_counter()
    told = call()
    return told if isinstance(told, float) else time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    rows = [measured(*row) for row in ROWS]
    if as_json:
        print(json.dumps([row._asdict() for row in rows]))
    else:
        head = "".join(f"{word:>8}" for word in ("1x", "2x", "4x", "8x"))
        print(f"{'milliseconds':34}{'1x is':>16}{head}{'8x, of linear':>15}")
        for row in rows:
            times = "".join(f"{1000 * seconds:8.1f}" for seconds in row.seconds)
            print(f"{row.name:34}{f'{row.sizes[0]:,} {row.unit}':>16}{times}{row.excess:15.2f}")
    return int(any(row.excess > MOST for row in rows))


if __name__ == "__main__":
    sys.exit(main())
