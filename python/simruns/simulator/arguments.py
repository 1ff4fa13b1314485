"""The arguments of a `Simulator`, checked and brought into the form that the core takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simruns import _core
from simruns.core import checks
from simruns.core.errors import Error, MissingExtraError, invalid
from simruns.simulator.faults import as_json, read_script

PathLike = str | os.PathLike[str]
Live = bool | Mapping[str, object] | PathLike
"""Whether to be live; or the schedule to be live by, or a file that holds it."""
Pair = bool | tuple[PathLike, PathLike]
"""Whether to speak TLS, or the PEM files of the certificate and its key."""


def refuse_contradictions(*, generated: Mapping[str, float], **given: Any) -> None:
    """Refuses arguments of which one would be ignored."""
    there = [name for name, value in given.items() if value is not None and value is not False]
    if "data" in there and generated:
        raise _either("data", list(generated))
    if "upstream" in there:
        idle = [name for name in there if name in ("data", "live", "faults", "neighbours")]
        if idle or generated:
            raise _either("upstream", [*generated, *idle])
    if "record" in there and "upstream" not in there:
        raise invalid("record is given without an upstream to record from")
    if "speed" in there and "live" not in there:
        raise invalid("speed is given, but live is not: only a live Simulator has a clock")


def _either(name: str, others: list[str]) -> Error:
    return invalid(f"{name} is given, and {' and '.join(others)}; give one or the other")


def source(data: PathLike | None) -> dict[str, Any]:
    """Gives the file of runs to the core; if it is no file of lines, the runs' own texts too."""
    if data is None:
        return {}
    path = Path(checks.path("data", data))
    if not path.is_dir() and path.suffix.lower() not in (".parquet", ".json"):
        return {"data": os.fspath(path)}
    from simruns.archive.opening import texts_in

    try:
        texts = list(texts_in(path))
    except MissingExtraError:
        raise
    except (Error, OSError) as error:
        raise Error(f"the Simulator did not start: {error}") from None
    return {"data": os.fspath(path), "texts": texts}


def schedule_text(live: Live) -> str | None:
    if isinstance(live, bool):
        return "{}" if live else None
    return as_json("live", read_script("live", live))


NO_PAIR = "tls is no pair of PEM files; give (certificate, key), the paths of both, or True"


def pair_of(tls: Any) -> dict[str, Any]:
    if isinstance(tls, bool):
        return {"self_signed": tls}
    try:
        first, second = map(os.fspath, tls)
        if "\n" in first + second:  # the texts themselves, which an error would show
            raise ValueError
        certificate = Path(first).read_bytes()
        key = _core.Secret.of_bytes(Path(second).read_bytes())
    except (TypeError, ValueError):
        raise invalid(NO_PAIR) from None
    except OSError as error:
        raise Error(f"the Simulator did not start: {error}") from None
    if not certificate.isascii() or not key.is_ascii:
        raise invalid(NO_PAIR)
    return {"certificate": certificate.decode("ascii"), "private_key": key}


def secret(name: str, value: _core.Secret | None) -> _core.Secret | None:
    return None if value is None else checks.secret(name, value)


def checked_speed(speed: Any) -> float:
    number = checks.duration("speed", speed, "times real time", least=0.0)
    if number > 1e6:
        raise invalid(f"speed is {number:g}; give 0 to 1,000,000", field="speed")
    return number


def address_of(host: str) -> str:
    """Gives the address that a name stands for, of IPv4 if it has one.

    `localhost`, and what ends in `.localhost`, is this machine (RFC 6761): nobody is asked.
    """
    import socket

    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1"
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no name of a host"
        raise Error(f"the Simulator did not start: no address of {host!r}: {reason}") from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return str(found[0][4][0])
