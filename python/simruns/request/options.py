"""The options of a client: their names, meanings and bounds. Seconds and bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypedDict

from simruns.core import checks
from simruns.core.errors import invalid


class Options(TypedDict, total=False):
    """Keyword arguments of `Client` and `AsyncClient`. None, or left out: the default.

    A timeout of 0 is none.
    """

    connect_timeout: float | None
    """Seconds for name, connection and TLS together."""
    attempt_timeout: float | None
    """Seconds for one attempt as a whole, from connect to the last byte."""
    operation_timeout: float | None
    """Seconds for one page with its retries and pauses."""
    walk_timeout: float | None
    """Seconds for a whole walk. Default: none."""
    max_attempts: int | None
    """Attempts for one page, the first included."""
    backoff_base: float | None
    """Seconds; the pause before retry n is up to base * 2^n."""
    backoff_cap: float | None
    """Seconds; no pause is longer."""
    retry_after_cap: float | None
    """Seconds; a server that asks for a longer pause fails the request at once."""
    retry_server_errors: bool | None
    """Whether a status of 500 is tried again. Default: True."""
    max_header_bytes: int | None
    max_body_bytes: int | None
    """Bytes of one answer, as sent."""
    max_inflated_bytes: int | None
    """Bytes of one answer, decompressed."""
    max_json_depth: int | None
    max_pages: int | None
    """Pages of one walk."""
    connections: int | None
    """Connections open at once; reads share them."""
    prefetch: int | None
    """Pages fetched ahead of the one being read. 0: nothing that was not asked for. Default 1; of a
    settled batch, for a reader that keeps up, as many as there are connections."""
    request_budget: int | None
    """Requests in any 300 seconds; further ones wait. 0: no limit. Default: 1,000, as the vendor
    asks, and none for a server on this machine."""
    compression: bool | None
    """Whether answers may come as gzip. Default: True, and False for a server on this machine."""
    ca_file: str | os.PathLike[str] | None
    """A PEM file of the authorities to trust."""
    proxy: str | None
    """`http://[user:password@]host[:port]`, which opens a tunnel to the server. Default: none."""
    proxy_from_env: bool | None
    """Whether HTTPS_PROXY and NO_PROXY are heeded, as curl does. Default: False."""


_from_one = partial(checks.count, low=1)


def _file(name: str, value: Any) -> str:
    """The path of a file that can be read."""
    path = checks.text(name, os.fspath(value) if isinstance(value, os.PathLike) else value)
    try:
        with open(path, "rb"):
            return path
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise invalid(f"{name} is {path!r}, which cannot be read: {reason}", field=name) from None


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "connect_timeout": checks.duration,
    "attempt_timeout": checks.duration,
    "operation_timeout": checks.duration,
    "walk_timeout": checks.duration,
    "max_attempts": partial(checks.count, low=1, high=1000),
    "backoff_base": checks.duration,
    "backoff_cap": checks.duration,
    "retry_after_cap": checks.duration,
    "retry_server_errors": checks.flag,
    "max_header_bytes": partial(checks.count, low=1, high=2**32 - 1),
    "max_body_bytes": _from_one,
    "max_inflated_bytes": _from_one,
    "max_json_depth": partial(checks.count, low=8, high=512),
    "max_pages": _from_one,
    "connections": partial(checks.count, low=1, high=1024),
    "prefetch": partial(checks.count, low=0, high=1024),
    "request_budget": partial(checks.count, low=0),
    "compression": checks.flag,
    "ca_file": _file,
    "proxy": checks.text,
    "proxy_from_env": checks.flag,
}


def checked(options: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
    """The options that were given, each of them known and sound."""
    out: dict[str, Any] = {}
    for name, value in options.items():
        if name not in _CHECKS:
            raise TypeError(f"{owner}() got an unexpected keyword argument '{name}'")
        if value is None:
            continue
        out[name] = _CHECKS[name](name, value)
    return out
