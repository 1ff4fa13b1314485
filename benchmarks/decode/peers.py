"""The decoders that a Python program would use, in turns with ours, on the same pages.

    python peers.py DECODE [--rounds N] [--pages N] [--json]

DECODE is the C++ program beside this file: it writes the pages, and runs a round of ours
whenever it is asked to, so that both sides see the same machine.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import peer_models
import pydantic
from peer_models import MsgspecPage, PydanticPage

RUNS_A_PAGE = 100


@dataclass
class Peer:
    name: str
    decode: Callable[[bytes], Any]
    normal: Callable[[Any], Any]
    """The result as plain objects, to be compared."""
    to_hold: float | None = None
    goal: float | None = None
    seconds: list[float] = field(default_factory=list)

    def time_round(self, pages: list[bytes]) -> None:
        total = 0
        for page in pages:
            start = time.perf_counter_ns()
            result = self.decode(page)
            del result
            total += time.perf_counter_ns() - start
        self.seconds.append(total / 1e9)


class Ours(Peer):
    """The C++ program, which times its own rounds."""

    def __init__(self, program: str, directory: str) -> None:
        super().__init__("simruns columns", json.loads, lambda page: page)
        self.process = subprocess.Popen(
            [program, "--pages-from", directory, "--on-request", self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read() == "ready"

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def time_round(self, pages: list[bytes]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.seconds.append(float(self.read()))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def all_peers() -> list[Peer]:
    import msgspec
    import orjson

    return [
        Peer(
            "msgspec typed, Raw, gc off",
            msgspec.json.Decoder(MsgspecPage).decode,
            peer_models.msgspec_normal,
            to_hold=1.3,
            goal=1.7,
        ),
        Peer("msgspec untyped", msgspec.json.Decoder().decode, lambda page: page),
        Peer("orjson", orjson.loads, lambda page: page),
        Peer("json", json.loads, lambda page: page),
        Peer(
            "pydantic",
            PydanticPage.model_validate_json,
            lambda page: page.model_dump(by_alias=True, exclude_unset=True),
        ),
    ]


def same(got: Any, wanted: Any) -> bool:
    """Equal; an absent member may be null, and a number the text that C++ writes for a double."""
    if isinstance(wanted, dict):
        keys = {key for key in got if got[key] is not None} | set(wanted)
        return all(same(got.get(key), wanted.get(key)) for key in keys)
    if isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(same, got, wanted))
    if isinstance(wanted, str) and isinstance(got, (int, float)):
        return format(got, ".12g") == wanted
    return bool(got == wanted)


def check_equal(peers: list[Peer], directory: Path) -> list[bytes]:
    pages = []
    for path in sorted(directory.glob("page-*.json")):
        if path.name.endswith(".normal.json"):
            continue
        page = path.read_bytes()
        wanted = json.loads(path.with_suffix(".normal.json").read_bytes())
        for peer in peers:
            if not same(peer.normal(peer.decode(page)), wanted):
                raise SystemExit(f"{peer.name}: another result than ours for {path.name}")
        pages.append(page)
    return pages


def measure(ours: Peer, peers: list[Peer], pages: list[bytes], rounds: int) -> None:
    everyone = [ours, *peers]
    gc.collect()
    gc.disable()
    for turn in range(rounds):
        first = turn % len(everyone)
        for peer in everyone[first:] + everyone[:first]:
            peer.time_round(pages)
    gc.enable()


def print_table(ours: Peer, peers: list[Peer], pages: list[bytes]) -> None:
    import msgspec
    import orjson

    runs = len(pages) * RUNS_A_PAGE
    size = sum(map(len, pages))
    print(
        f"\nPython {platform.python_version()}, msgspec {msgspec.__version__}, "
        f"orjson {orjson.__version__}, pydantic {pydantic.VERSION}\n"
    )
    print(f"{'':<28}{'GB/s':>8}{'us a run':>10}{'median':>10}{'ours is':>10}{'median':>8}")
    for peer in [ours, *peers]:
        best, median = min(peer.seconds), statistics.median(peer.seconds)
        row = f"{peer.name:<28}{size / best / 1e9:>8.3f}{best * 1e6 / runs:>10.2f}"
        row += f"{median * 1e6 / runs:>10.2f}"
        if peer is not ours:
            row += f"{ratio(peer, ours):>9.2f}x{paired_ratio(peer, ours):>7.2f}x"
        if peer.to_hold:
            row += f"   to hold {peer.to_hold}x, goal {peer.goal}x"
        print(row)


def ratio(peer: Peer, ours: Peer) -> float:
    return min(peer.seconds) / min(ours.seconds)


def paired_ratio(peer: Peer, ours: Peer) -> float:
    return statistics.median(map(float.__truediv__, peer.seconds, ours.seconds))


def print_json(ours: Peer, peers: list[Peer], pages: list[bytes]) -> None:
    runs = len(pages) * RUNS_A_PAGE
    for peer in [ours, *peers]:
        line = {"variant": peer.name, "microseconds_a_run": min(peer.seconds) * 1e6 / runs}
        print(json.dumps(line))
    for peer in peers:
        line = {"ours": ours.name, "peer": peer.name, "ratio": ratio(peer, ours)}
        line["median_ratio"] = paired_ratio(peer, ours)
        if peer.to_hold:
            line["to_hold"] = peer.to_hold
        print(json.dumps(line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("decode")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        command = [wanted.decode, "--pages", str(wanted.pages), "--write-pages", directory]
        subprocess.run(command, check=True)
        peers = all_peers()
        pages = check_equal(peers, Path(directory))
        ours = Ours(wanted.decode, directory)
        measure(ours, peers, pages, wanted.rounds)
        ours.close()
    (print_json if wanted.json else print_table)(ours, peers, pages)


if __name__ == "__main__":
    main()
