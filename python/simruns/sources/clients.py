"""The clients of a process that reads partitions, and its share of what the server allows."""

from __future__ import annotations

import os
from ipaddress import ip_address
from threading import Lock
from urllib.parse import urlsplit

from simruns import _core
from simruns.core import checks, logs
from simruns.read.client import Client
from simruns.request import settings

REQUESTS = 1000
"""Requests that the vendor allows in 300 seconds."""

_clients: dict[tuple[object, ...], Client] = {}
_lock = Lock()


def share_of(workers: int) -> int:
    """Gives how many requests each of so many processes may send in 300 seconds."""
    return REQUESTS // checks.count("workers", workers, 1, REQUESTS)


def client_of(server: str, workers: int = 1) -> Client:
    """Gives the client of this process for a server, with the credentials of its environment.

    All partitions that a process reads share it, so that the process keeps its share of requests.
    """
    share = share_of(workers)
    # The process is part of it: a child of a fork makes its own connections.
    key = (os.getpid(), server, share, _environment())
    with _lock:
        found = _clients.get(key)
        if found is None:
            found = _clients[key] = _made(server, workers, share)
        return found


def server_of_environment() -> str:
    """Gives the base URL that SIMRUNS_BASE_URL names, as a client would have it."""
    core = _core.Client(settings.base_url(None), api_key=_core.Secret("none"))
    core.close()
    return core.base_url


def _made(server: str, workers: int, share: int) -> Client:
    if _is_here(server):
        return Client(server)
    client = Client(server, request_budget=share)
    logs.logger.info(
        "request_budget=%d for %s: %d requests in 300 s, over %d workers",
        share, server, REQUESTS, workers,
    )  # fmt: skip
    return client


def _environment() -> int:
    """Gives a number that changes with the credentials of the environment."""
    return hash((os.environ.get(settings.API_KEY), os.environ.get(settings.TOKEN)))


def _is_here(server: str) -> bool:
    """Whether a server is on this machine: clients then have no budget, unless one is given."""
    host = urlsplit(server).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
