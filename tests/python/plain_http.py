"""The endpoint as any HTTP client sees it, with nothing of ours between."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import simruns


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class PlainClient:
    """One connection that is kept open."""

    def __init__(self, sim: simruns.Simulator, api_key: str | None = None) -> None:
        url = urlsplit(sim.url)
        assert url.hostname
        self._prefix = url.path
        self._key = api_key or sim.api_key
        self._connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)

    def get(self, target: str, **headers: str) -> Reply:
        self._connection.request("GET", target, headers={"X-API-Key": self._key, **headers})
        response = self._connection.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())

    def page(self, key: simruns.BatchKey, **query: object) -> Reply:
        path = f"/simulations/{quote(key.scenario, safe='')}/batches/{quote(key.batch, safe='')}"
        return self.get(
            f"{self._prefix}{path}/runs?{urlencode({'projectId': key.project, **query})}"
        )

    def close(self) -> None:
        self._connection.close()


@contextmanager
def plain(sim: simruns.Simulator, api_key: str | None = None) -> Iterator[PlainClient]:
    client = PlainClient(sim, api_key)
    try:
        yield client
    finally:
        client.close()
