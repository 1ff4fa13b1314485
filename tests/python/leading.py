"""A server of a project whose scenarios, batches and runs a test writes down, page by page."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import simruns

Item = dict[str, Any]
DAY = 86_400_000
NOON = 1_750_000_000_000
"""A time of creation, in milliseconds since 1970."""


def scenario(reference: str, name: str | None = None, **more: Any) -> Item:
    return {"id": f"id-{reference}", "referenceId": reference, "name": name or reference.title(),
            "persona": "in a hurry", "personaName": "Ada", "mission": "to be rebooked",
            "successCriteria": [{"type": "text", "params": {"name": "goal"}}],
            "projectReference": "p", "createdAt": NOON, **more}  # fmt: skip


def batch(reference: str, day: int, status: str = "COMPLETED", **more: Any) -> Item:
    """A batch that was created so many days after the first."""
    return {"id": f"id-{reference}", "referenceId": reference, "name": f"Nightly {day}",
            "status": status, "createdAt": NOON + day * DAY, **more}  # fmt: skip


def run(number: int) -> Item:
    return {"id": f"r{number}", "sequence": number, "turns": [],
            "metrics": {"status": "SUCCESS", "success": True}, "projectReference": "p",
            "simulationReference": "s", "simulationRunBatchReference": "b"}  # fmt: skip


class Project(ThreadingHTTPServer):
    """Serves what is written down; a test may change it between two requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.scenarios: list[Item] = []
        self.batches: dict[str, list[Item]] = {}
        self.runs: list[Item] = []
        self.targets: list[str] = []
        self.batch_answer: tuple[int, Item] = (200, {})
        self.may_answer = threading.Event()
        """While it is not set, the single batch is not answered."""
        self.may_answer.set()
        self.obeys_sort = True
        self.obeys_status = True
        self.most = 100
        """Items that a page has at most, whatever is asked for."""
        self.before: Callable[[int], None] = lambda number: None
        """Called before each request, with its number from 1."""

    def asked(self, part: str = "") -> int:
        """Counts the requests whose path ends so."""
        return sum(urlsplit(target).path.endswith(part) for target in self.targets)

    def answer(self, path: list[str], query: dict[str, str]) -> tuple[int, Item]:
        if path[-1] == "simulations":
            return 200, self._page(self.scenarios, query)
        if path[-1] == "batches":
            return self._batches(path[-2], query)
        if path[-1] == "runs":
            return 200, self._page(self.runs, query)
        if path[-2] == "batches":
            self.may_answer.wait(60)
            return self.batch_answer
        found = [run for run in self.runs if run["id"] == path[-1]]
        return (200, found[0]) if found else (404, {})

    def _batches(self, scenario: str, query: dict[str, str]) -> tuple[int, Item]:
        if scenario not in self.batches:
            return 404, {}
        some = self.batches[scenario]
        if self.obeys_status and "status" in query:
            some = [one for one in some if one.get("status") == query["status"]]
        if self.obeys_sort and query.get("sort") == "createdAt:desc":
            some = sorted(some, key=lambda one: -one.get("createdAt", 0))
        return 200, self._page(some, query)

    def _page(self, items: list[Item], query: dict[str, str]) -> Item:
        return _page(items, query, self.most)


def _page(items: list[Item], query: dict[str, str], most: int) -> Item:
    """A page behind the place that the cursor tells, or behind so many items.

    Items stand in the order of their creation, or against it, and the place is a time: it holds
    when the item there has gone.
    """
    limit = min(int(query.get("limit", 20)), most)
    start = int(query.get("skip", 0))
    if "next" in query:
        at, _, last = query["next"].partition(" ")
        there = [item["id"] for item in items]
        backward = query.get("sort") == "createdAt:desc"
        behind = [
            number
            for number, item in enumerate(items)
            if (_made(item) < int(at) if backward else _made(item) > int(at))
        ]
        start = there.index(last) + 1 if last in there else min(behind, default=len(items))
    some = items[start : start + limit]
    more = start + limit < len(items)
    return {
        "data": some,
        "pagination": {"limit": limit, "skip": start, "total": len(items), "hasNext": more,
                       "hasPrevious": start > 0, "next": _behind(some[-1]) if more else None,
                       "previous": None},
    }  # fmt: skip


def _behind(item: Item) -> str:
    return f"{_made(item)} {item['id']}"


def _made(item: Item) -> int:
    return int(item.get("createdAt", 0))


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Project

    def do_GET(self) -> None:
        self.server.targets.append(self.path)
        self.server.before(len(self.server.targets))
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        status, said = self.server.answer(parts.path.split("/"), query)
        body = (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def leading(**options: Any) -> Iterator[tuple[Project, simruns.Client]]:
    """A server of an empty project that runs, and a client of it."""
    with Project() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            with simruns.Client(url, project="p", api_key="key-of-a-test", **options) as client:
                yield server, client
        finally:
            server.may_answer.set()
            server.shutdown()
