"""`simruns doctor`: what is installed, what is configured, and whether the server can be read.

A line says what was looked at, how it is, and what to do. No line holds a credential.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata, util
from typing import NamedTuple

import typer

from simruns import _core
from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.secrets import read_key
from simruns.cli.source import Server
from simruns.cli.streams import tell
from simruns.cli.which import Which
from simruns.cli.wording import for_commands
from simruns.core.errors import InvalidArgumentError, RequestError
from simruns.core.lines import in_line
from simruns.looks.texts import counted
from simruns.read.client import Client
from simruns.request import settings
from simruns.request.query import BatchKey, PageChoice, make_query, text_of

OPTIONAL = {
    "pyarrow": ("pyarrow", "arrow"),
    "pandas": ("pandas", "pandas"),
    "polars": ("polars", "polars"),
    "duckdb": ("duckdb", "duckdb"),
    "yaml": ("PyYAML", "yaml"),
}
"""The optional modules, with the names of what brings them: the distribution and our extra."""
NOBODY = "simruns-doctor"
"""A reference that no server knows, where none is given."""
NO_KEY = f"set {settings.API_KEY} or {settings.TOKEN}, or give --api-key-file"
CLOCKS_APART = 60.0
"""Seconds by which two clocks may differ."""
STEPS = ("name", "connection", "TLS", "response")
"""What a request goes through, in this order."""

OK, NOTE, BAD = "ok", "-", "FAILED"


class Line(NamedTuple):
    mark: str
    what: str
    result: str
    to_do: str = ""
    code: ExitCode = ExitCode.FAILED
    """The exit code that it makes, if it is `FAILED`."""

    def __str__(self) -> str:
        text = f"{self.mark:6}  {self.what}: {self.result}"
        return f"{text}; {self.to_do}" if self.to_do else text


class Asked(NamedTuple):
    """Which batch to ask for; what was not given is a reference that no server knows."""

    key: BatchKey
    is_given: bool
    missing: str
    """What to give so that it is."""


class Probed(NamedTuple):
    """What came of one small request."""

    runs: int | None
    failure: RequestError | None
    date_ms: int | None
    took: float


def run_doctor(server: Server, scenario: str | None, batch: str | None) -> None:
    code = ExitCode.DONE
    for line in _lines(server, scenario, batch):
        tell(in_line(str(line)))
        if line.mark == BAD and code is ExitCode.DONE:
            code = line.code
    if code is not ExitCode.DONE:
        raise typer.Exit(code)


def _lines(server: Server, scenario: str | None, batch: str | None) -> Iterator[Line]:
    yield from _installed()
    url = server.base_url or os.environ.get(settings.BASE_URL)
    yield from _trusted(server, url)
    try:
        key_from = _key_from(server)
        asked = _asked(server, scenario, batch)
        client = _client(server, url, known=bool(key_from)) if url else None
    except UsageError as error:
        yield Line(BAD, "configuration", str(error), code=ExitCode.USAGE)
        return
    except RequestError as error:
        yield Line(BAD, "configuration", _told(error))
        return
    yield from _proxied(server, client)
    if client is None:
        yield Line(NOTE, "base URL", "none", f"set {settings.BASE_URL} or give --base-url")
        yield Line(NOTE, "server, clock, key", "not checked, as there is no base URL")
        return
    with client:
        source = "--base-url" if server.base_url else settings.BASE_URL
        yield Line(OK, "base URL", f"{client.base_url}, from {source}")
        yield from _reached(client, key_from, asked)


def _installed() -> Iterator[Line]:
    told = _core.versions().items()
    versions = ", ".join(f"{name} {version.removeprefix(f'{name} ')}" for name, version in told)
    yield Line(OK, "simruns", f"{_core.__version__}, {versions}")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield Line(OK, "Python", f"{python}, {platform.platform()}")
    for module, (distribution, extra) in OPTIONAL.items():
        if _is_there(module):
            yield Line(OK, module, _version_of(distribution))
        else:
            yield Line(NOTE, module, "not installed", f"pip install 'simruns[{extra}]' brings it")


def _is_there(module: str) -> bool:
    try:
        return util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _version_of(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "of an unknown version"


def _trusted(server: Server, url: str | None) -> Iterator[Line]:
    what = "TLS trust"
    if url and not url.lower().startswith("https:"):
        yield Line(OK, what, "of no use, as the base URL is not https")
    elif server.ca_file is not None:
        yield Line(OK, what, f"{server.ca_file}, from --ca-file")
    else:
        found = settings.trust()
        variable = next((v for v in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(v)), None)
        if found.places:
            by = f", from {variable}" if variable else ""
            yield Line(OK, what, ", ".join(found.places) + by)
        else:
            to_do = "install ca-certificates, or give --ca-file"
            yield Line(BAD, what, "no authorities on this machine", to_do)


def _key_from(server: Server) -> str:
    """Gives where the key is from; empty if there is none. Raises for one that is of no use."""
    if server.api_key_file is not None:
        read_key(server.api_key_file)
        return f"--api-key-file {server.api_key_file}"
    given = [name for name in (settings.API_KEY, settings.TOKEN) if os.environ.get(name)]
    if given:
        try:
            settings.credentials(None, None)
        except InvalidArgumentError as error:
            raise UsageError(for_commands(error)) from None
    return "".join(given)


def _asked(server: Server, scenario: str | None, batch: str | None) -> Asked:
    project = server.project or os.environ.get(settings.PROJECT)
    given = {"--project": project, "--scenario": scenario, "--batch": batch}
    missing = [flag for flag, value in given.items() if not value]
    key = BatchKey(*(value or NOBODY for value in given.values()))
    return Asked(key, not missing, " and ".join(missing))


def _client(server: Server, url: str, *, known: bool) -> Client:
    try:
        return Client(
            url, project=server.project, api_key=read_key(server.api_key_file) if known else "none",
            ca_file=server.ca_file, proxy=server.proxy, max_attempts=1,
        )  # fmt: skip
    except InvalidArgumentError as error:
        raise UsageError(server.with_its_origin(error)) from None


def _proxied(server: Server, client: Client | None) -> Iterator[Line]:
    if server.proxy is not None:
        shown = client and client._core.proxy
        yield Line(OK, "proxy", f"{shown}, from --proxy" if shown else "that of --proxy")
        return
    heeded = "which commands do not heed"
    try:
        named = _proxy_of_environment(client)
    except InvalidArgumentError as error:
        yield Line(NOTE, "proxy", f"none; {for_commands(error)}, {heeded}")
        return
    if named is None:
        yield Line(OK, "proxy", "none")
    else:
        yield Line(NOTE, "proxy", f"none; the environment names {named}, {heeded}", "give --proxy")


def _proxy_of_environment(client: Client | None) -> str | None:
    url = client.base_url if client else "https://any.server"
    options = {"proxy_from_env": True}
    return _core.Client(url, api_key=_core.Secret("none"), options=options).proxy


def _reached(client: Client, key_from: str, asked: Asked) -> Iterator[Line]:
    told_at = time.time()
    came = _probed(client, asked.key, anonymous=not key_from)
    yield from _steps(client.base_url, came.failure, came.took)
    yield _clock(came.date_ms, told_at + came.took / 2)
    meant = _by_name(client, asked, came) if key_from else None
    if meant is not None:
        yield Line(OK, "scenario", f"{asked.key.scenario} is the name of {meant.scenario}")
        asked = asked._replace(key=meant)
        came = _probed(client, meant, anonymous=False)
    yield _key(key_from, asked, came.failure, came.runs)


def _probed(client: Client, key: BatchKey, *, anonymous: bool) -> Probed:
    query = make_query(key, {"page_size": 1}, caller="doctor", allowed=PageChoice)
    began = time.monotonic()
    probe = client._core.probe(query, anonymous=anonymous)
    failure: RequestError | None = None
    runs: int | None = None
    try:
        page: _core.Page = probe.operation.wait()
        runs = page.total if page.total is not None else len(page)
    except RequestError as error:
        failure = error
    return Probed(runs, failure, probe.date_ms, time.monotonic() - began)


def _by_name(client: Client, asked: Asked, came: Probed) -> BatchKey | None:
    """Gives the batch that is meant, where nothing is found by what may be a scenario's name."""
    is_unknown = came.failure is not None and came.failure.kind == "not_found"
    if not asked.is_given or not (came.runs == 0 or is_unknown):
        return None
    with suppress(RequestError):
        meant = Which(asked.key.scenario, asked.key.batch).by_name(client)
        return None if meant is None else meant.key
    return None


def _steps(url: str, failure: RequestError | None, took: float) -> Iterator[Line]:
    steps = [step for step in STEPS if step != "TLS" or url.startswith("https:")]
    bad = None if failure is None else _step_of(failure)
    for step in steps if bad is None else steps[: steps.index(bad)]:
        status = 200 if failure is None else failure.status
        yield Line(OK, step, f"HTTP {status} after {took:.2f} s" if step == "response" else "good")
    if failure is None or bad is None:
        return
    yield Line(BAD, bad, _told(failure), _what_to_do(failure))
    left = steps[steps.index(bad) + 1 :]
    if left:
        yield Line(NOTE, ", ".join(left), f"not checked, as the {bad} failed")


def _step_of(failure: RequestError) -> str | None:
    """Gives the step at which a request failed; None: there was a response that fits."""
    if failure.kind == "tls":
        return "TLS"
    if failure.kind == "connect":
        return "name" if "no address of" in failure.message else "connection"
    if failure.kind == "timeout" and "connect_timeout" in failure.message:
        return "connection"
    answered = failure.kind in ("auth", "forbidden", "not_found", "bad_request", "rate_limited")
    return None if answered else "response"


def _told(failure: RequestError) -> str:
    """Gives the text without its head, the kind and the number of attempts, which was one."""
    return for_commands(failure).partition(": ")[2]


def _what_to_do(failure: RequestError) -> str:
    if ";" in failure.message or failure.kind == "tls":
        return ""  # it says so itself
    if "the proxy" in failure.message:
        return "is the proxy the right one, and is it up?"
    return {
        "connect": "are host and port of the base URL right, and is a proxy needed?",
        "timeout": "is the server up, and is a proxy needed?",
        "decode": "is the path of the base URL right?",
        "redirect": "give the base URL that it leads to",
        "server": "ask who runs the server",
    }.get(failure.kind, "is the base URL right?")


def _clock(date_ms: int | None, now: float) -> Line:
    if date_ms is None:
        return Line(NOTE, "clock", "not checked, as no response told the time")
    ahead = now - (date_ms / 1000 + 0.5)  # a date has whole seconds
    result = f"{abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} that of the server"
    if abs(ahead) <= CLOCKS_APART:
        return Line(OK, "clock", result)
    return Line(BAD, "clock", result, "compare both with a third, and set the one that is wrong")


def _key(key_from: str, asked: Asked, failure: RequestError | None, runs: int | None) -> Line:
    what = "key"
    if not key_from:
        return Line(NOTE, what, "not checked, as there is none", NO_KEY)
    kind = failure.kind if failure else None
    source = f"the one from {key_from}"
    if kind == "auth":
        return Line(BAD, what, f"{source} is refused (HTTP 401)", "give one that is valid")
    if failure is not None and failure.status is None:
        return Line(NOTE, what, "not checked, as there was no response")
    if not asked.is_given:
        result = f"{source} is not refused; what it may read was not checked"
        return Line(NOTE, what, result, f"give {asked.missing}")
    where = text_of(asked.key)
    if kind == "forbidden":
        to_do = "is the project right, and may this key read it?"
        return Line(BAD, what, f"{source} may not read {where} (HTTP 403)", to_do)
    if failure is not None:
        to_do = "are base URL and references right?" if kind == "not_found" else ""
        return Line(BAD, what, f"{where} cannot be read: {_told(failure)}", to_do)
    if runs == 0:
        return Line(NOTE, what, f"{source} is accepted; {where} has no runs",
                    "are the references right?")  # fmt: skip
    return Line(OK, what, f"{source} is accepted; {where} has {counted(runs or 0, 'run')}")
