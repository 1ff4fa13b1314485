"""The clients of a process that reads partitions, and its share of what the server allows."""

from __future__ import annotations

import os
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from simruns import _core
from simruns.core import checks, logs
from simruns.read.client import Client
from simruns.request import settings

REQUESTS = 1000
"""Requests that the vendor allows in 300 seconds."""


class KeyFiles(NamedTuple):
    """Files that hold the credentials, on the machine that reads; one of them is given."""

    api_key_file: str | None = None
    token_file: str | None = None

    def read(self) -> dict[str, _core.Secret]:
        """Gives the credentials, as a client takes them."""
        given = {"api_key": self.api_key_file, "token": self.token_file}
        return {name: settings.key_in(Path(file)) for name, file in given.items() if file}

    def digest(self) -> int:
        """Gives a number that changes with what the files hold; `read` says what is wrong there."""
        with suppress(OSError):
            return hash(tuple(Path(file).read_bytes() for file in self if file))
        return 0


_clients: dict[tuple[object, ...], tuple[int, Client]] = {}
"""The share of requests and the client, by process, server and credentials."""
_lock = Lock()


def _renew_lock() -> None:
    """Frees a process that was forked while another thread asked for a client."""
    global _lock
    _lock = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def share_of(workers: int) -> int:
    """Gives how many requests each of so many processes may send in 300 seconds."""
    return REQUESTS // checks.count("workers", workers, 1, REQUESTS)


def client_of(server: str, workers: int = 1, files: KeyFiles | None = None) -> Client:
    """Gives the client of this process for a server.

    Its credentials are those in `files`, or of the environment. All partitions that a process reads
    share it, so that the process keeps its share of requests: the smallest that was asked for.
    """
    share = share_of(workers)
    # The process is part of it: a child of a fork makes its own connections.
    key = (os.getpid(), server, files, files.digest() if files else _environment())
    keys: dict[str, Any] = files.read() if files else {}  # no older ones than their digest
    with _lock:
        found = _clients.get(key)
        if found is None or (share < found[0] and not _is_here(server)):
            found = _clients[key] = share, _made(server, workers, share, keys)
        return found[1]


def server_of(url: str | None) -> str:
    """Gives a base URL as a client would have it; None stands for that of the environment."""
    url = settings.hidden_user(url)  # type: ignore[assignment]
    core = _core.Client(settings.base_url(url), api_key=_core.Secret("none"))
    core.close()
    return core.base_url


def _made(server: str, workers: int, share: int, keys: dict[str, Any]) -> Client:
    if _is_here(server):
        return Client(server, **keys)
    client = Client(server, request_budget=share, **keys)
    logs.logger.info(
        "request_budget=%d for %s, all reads of this process together: %d requests in 300 s, "
        "over %d workers",
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
