"""The options of a client: their names, meanings and bounds, in seconds and bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypedDict

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.help import tabled
from simruns.core.pickling import public


@public
class CallOptions(TypedDict, total=False):
    """Keyword arguments of `client.with_options`, which `Client` and `AsyncClient` take too.

    None stands for what the client has, as leaving an option out does. A timeout of 0 is none.
    """

    connect_timeout: float | None
    """Seconds for looking up the name, connecting and TLS together."""
    attempt_timeout: float | None
    """Seconds for one attempt as a whole, from connecting to the last byte."""
    operation_timeout: float | None
    """Seconds for one page with its retries and pauses."""
    walk_timeout: float | None
    """Seconds for a whole walk."""
    max_attempts: int | None
    """Attempts for one page, the first included."""
    backoff_base: float | None
    """Seconds: the pause before retry n is random, up to base * 2^n."""
    backoff_cap: float | None
    """Seconds that a pause before a retry has at most."""
    retry_after_cap: float | None
    """Seconds: a server that asks for a longer pause fails the request at once."""
    retry_server_errors: bool | None
    """Whether a status of 500 is tried again."""
    max_header_bytes: int | None
    """Bytes that the header of one response has at most."""
    max_body_bytes: int | None
    """Bytes that the body of one response has at most, as it is sent."""
    max_inflated_bytes: int | None
    """Bytes that the body of one response has at most when it is decompressed."""
    max_json_depth: int | None
    """Levels of nesting that the JSON of a page has at most."""
    max_pages: int | None
    """Pages that one walk asks for at most."""
    prefetch: int | None
    """Pages that are fetched ahead of the one being read. 0 fetches only what is asked for.

    A reader of a settled batch that keeps up gets as many as there are connections.
    """
    compression: bool | None
    """Whether responses may come as gzip. None: for all but a server on this machine."""
    headers: Mapping[str, str] | None
    """Headers that are sent with each request, beside those of the library. None: no others.

    A value may be a secret: nothing shows it. `User-Agent` takes the place of the library's. Those
    of `with_options` are added to those of the client, in place of the same names.
    """


@public
@tabled
class Options(CallOptions, total=False):
    """Keyword arguments of `Client` and `AsyncClient`.

    None stands for the default, as leaving an option out does. A timeout of 0 is none. Times are in
    seconds, sizes in bytes.
    """

    connections: int | None
    """Connections that are open at once; all reads of the client share them."""
    request_budget: int | None
    """Requests in any 300 seconds; further ones wait. 0 is no limit.

    None: 1,000, as the vendor asks, and no limit for a server on this machine.
    """
    ca_file: str | os.PathLike[str] | None
    """A PEM file of the authorities to trust. None: those of the system."""
    proxy: str | None
    """`http://[user:password@]host[:port]`: it opens a tunnel to the server. None: no proxy."""
    proxy_from_env: bool | None
    """Whether HTTPS_PROXY and NO_PROXY are heeded, as curl does."""


_from_one = partial(checks.count, low=1)


def _file(name: str, value: Any) -> str:
    """Gives the path of a file, which can be read."""
    path = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(path, str):
        return checks.text(name, path)
    try:
        open(path, "rb").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise invalid(f"{name} is {path!r}, which cannot be read: {reason}", field=name) from None
    return checks.text(name, path)


def _headers(name: str, value: Any) -> dict[str, _core.Secret]:
    """Gives the headers, whose values may be secrets: no message shows one."""
    if isinstance(value, _core.Secret):
        kind = value.type_name
        raise invalid(f"{name} is of type {kind}; give a mapping of names to texts", field=name)
    for header, text in value.items():
        known = checks.text("a name in headers", header)
        if not text.is_ascii:
            raise invalid(f"the header {known!r} has no text of ASCII as its value", field=name)
    return dict(value)


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
    "prefetch": partial(checks.count, low=0, high=1024),
    "compression": checks.flag,
    "headers": _headers,
    "connections": partial(checks.count, low=1, high=1024),
    "request_budget": partial(checks.count, low=0),
    "ca_file": _file,
    "proxy": checks.hidden_text,
    "proxy_from_env": checks.flag,
}


_SHOWN = frozenset(_CHECKS) - {"headers", "proxy"}
"""The options whose values are no secrets."""


def masked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Gives options whose secrets nothing shows, among them the values of unknown names.

    It comes first of all: whatever fails later, error reports print the variables of each frame.
    """
    return _core.masked_arguments(dict(options), _SHOWN)


def checked(options: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
    """Gives the options that are not None, each of them known and sound. They are `masked`."""
    out: dict[str, Any] = {}
    for name, value in options.items():
        if name not in _CHECKS:
            raise TypeError(f"{owner}() got an unexpected keyword argument '{name}'")
        if value is None:
            continue
        out[name] = _CHECKS[name](name, value)
    return out


_OF_THE_CONNECTIONS = (
    "base_url",
    "api_key",
    "token",
    "connections",
    "request_budget",
    "ca_file",
    "proxy",
    "proxy_from_env",
)


def checked_for_calls(options: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the options of `with_options`, which leave the connections as they are.

    They are `masked`.
    """
    for name, value in options.items():
        if name in _OF_THE_CONNECTIONS and value is not None:
            raise invalid(
                f"{name} belongs to the connections, which with_options shares; make another "
                "client for it",
                field=name,
            )
    known = {name: value for name, value in options.items() if name not in _OF_THE_CONNECTIONS}
    return checked(known, owner="with_options")
