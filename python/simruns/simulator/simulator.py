"""A local Simulator: a server on this machine that behaves as the endpoint does."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, cast

from simruns import _core
from simruns.core import checks
from simruns.core.errors import Error, invalid
from simruns.core.help import names
from simruns.core.pickling import public
from simruns.read.client import AsyncClient, Client
from simruns.request.options import Options, masked
from simruns.request.query import BatchKey
from simruns.simulator.arguments import (
    Live,
    Pair,
    address_of,
    checked_speed,
    pair_of,
    refuse_contradictions,
    schedule_text,
    secret,
    source,
)
from simruns.simulator.clock import Clock
from simruns.simulator.faults import Script, fault_text

if TYPE_CHECKING:
    from typing_extensions import Unpack


@public
class BatchTruth(NamedTuple):
    """What is true of a generated batch, and an analysis ought to find."""

    batch: BatchKey
    """The batch, by its references."""
    success_rate: float
    """The chance of success among runs that end as success, failure or agent error, by a judge who
    is right.
    """
    regressed: bool
    """Whether the rate is lower than that of the first batch of the scenario."""
    flaky: bool
    """Whether the rate is so near to a half that single runs tell little."""
    outage: int
    """Runs that an outage of the language model's provider ended; they say nothing of the agent."""
    weakness: str
    """The criterion that 85 of 100 failures do not meet; 30 of 100 do not meet the other one."""
    stuck: float
    """The chance that in a failure the agent says one text again until no turn is left."""
    wrongly_passed: frozenset[str]
    """The ids of the runs that failed and that the judge passed all the same."""


class LoggedRequest(TypedDict):
    """A request that came to a Simulator, and how it responded."""

    number: int
    at: float
    method: str
    target: str
    status: int
    bytes: int
    faulty: bool


@public
class Simulator:
    """Serves runs over HTTP on a thread of its own, from the constructor's return to `close`.

    `data` is a file of runs, JSON lines or Parquet as `simruns export` writes it; or an archive,
    or a directory of archives. Without it, runs are generated: so many `scenarios` (3) of so many
    `batches` (1) of so many `runs` (100); the same `seed` (1) makes the same data. Their judge
    passes a run that failed with the chance `wrongly_passed` (0.0), to the thousandth.
    `latency_ms` delays every response.

    `live` lets runs appear, settle and expire by a clock: True for the times that the runs
    themselves tell, a schedule or a file of one for others. `speed` is the clock's, times real
    time; with 0 it moves only by `sim.clock.advance(seconds)`.

    `faults` is a script of faults: `Faults`, its rules as dicts, or a JSON or YAML file.

    `tls` serves https by a certificate that vouches for itself, or by a pair of PEM files
    (certificate, key); `sim.client()` trusts it.

    `upstream` is a real base URL to which every request is passed on, its credentials included;
    `record` is a file that keeps the runs, scenarios and batches of the responses, as JSON lines,
    and nothing else. Such a Simulator has no batches of its own: give its `url` to the client that
    you record.

    `log` is a file to which each request is appended, a line of JSON.

    Scenarios, batches and single runs can be asked for too; with `neighbours=False` these paths are
    unknown, as to a server that has only the pages of runs.
    """

    def __init__(
        self,
        *,
        data: str | os.PathLike[str] | None = None,
        seed: int | None = None,
        scenarios: int | None = None,
        batches: int | None = None,
        runs: int | None = None,
        wrongly_passed: float | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        token: str | None = None,
        latency_ms: float = 0.0,
        live: Live = False,
        speed: float | None = None,
        faults: Script | None = None,
        tls: Pair = False,
        upstream: str | None = None,
        record: str | os.PathLike[str] | None = None,
        log: str | os.PathLike[str] | None = None,
        neighbours: bool = True,
    ) -> None:
        # Before all else: whatever fails, error reports print the variables of this frame.
        hidden_key = None if api_key is None else _core.Secret.masked(api_key)
        hidden_token = None if token is None else _core.Secret.masked(token)
        del api_key, token
        limits = {"seed": (seed, 0), "scenarios": (scenarios, 1), "batches": (batches, 1)}
        limits["runs"] = (runs, 1)
        made: dict[str, float] = {
            n: checks.count(n, v, low) for n, (v, low) in limits.items() if v is not None
        }
        if wrongly_passed is not None:
            made["wrongly_passed"] = checks.share("wrongly_passed", wrongly_passed, ends=True)
        refuse_contradictions(
            generated=made, data=data, live=live, speed=speed, faults=faults, upstream=upstream,
            record=record, neighbours=not checks.flag("neighbours", neighbours),
        )  # fmt: skip
        self._ca_file: str | None = None
        self._owner = os.getpid()
        arguments: dict[str, Any] = {
            **made,
            **source(data),
            **pair_of(tls),
            "host": address_of(checks.text("host", host)),
            "port": checks.count("port", port, 0, 65535),
            "api_key": secret("api_key", hidden_key),
            "token": secret("token", hidden_token),
            "latency_ms": checks.duration("latency_ms", latency_ms, "milliseconds", least=0.0),
            "live": schedule_text(live),
            "speed": 1.0 if speed is None else checked_speed(speed),
            "faults": None if faults is None else fault_text(faults),
            "upstream": None if upstream is None else checks.text("upstream", upstream),
            "record": None if record is None else checks.path("record", record),
            "log": None if log is None else checks.path("log", log),
            "neighbours": neighbours,
        }
        try:
            self._core = _core.Simulator(**arguments)
        except ValueError as error:  # as for a script with a mistake
            if isinstance(error, Error):
                raise
            raise invalid(str(error)) from None
        except RuntimeError as error:  # as for an address that is taken
            raise Error(f"the Simulator did not start: {error}") from error

    @property
    def url(self) -> str:
        """The base URL, with its path prefix."""
        return self._core.url

    @property
    def project(self) -> str:
        """The project of the first batch."""
        return self._core.project

    @property
    def api_key(self) -> str:
        """An API key that it accepts: the one given, or one that it made for itself."""
        return self._core.api_key

    @property
    def ca_file(self) -> str | None:
        """A PEM file of the certificate to trust, until it is closed; None without TLS."""
        if not self._core.certificate:
            return None
        if self._ca_file is None:
            try:
                handle, self._ca_file = tempfile.mkstemp(prefix="simruns-", suffix=".pem")
            except OSError as error:  # as where there are no files left
                raise Error(f"the certificate cannot be written to a file: {error}") from error
            with os.fdopen(handle, "w") as file:
                file.write(self._core.certificate)
        return self._ca_file

    @property
    def clock(self) -> Clock:
        """The time of a live Simulator. Raises InvalidArgumentError if it is not live."""
        if not self._core.is_live:
            raise invalid("only a live Simulator has a clock; make it with live=True")
        return Clock(self._core)

    @property
    def live_until(self) -> float:
        """Seconds on the clock after which nothing changes any more; 0 of one that is not live."""
        return self._core.live_until_ms / 1000

    def batches(self) -> list[BatchKey]:
        """Gives its batches in the order of the data, with `.project`, `.scenario` and `.batch`."""
        return [BatchKey(*batch) for batch in self._core.batches()]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Its batches as pairs (scenario, batch), for `client.batches(sim.pairs)`."""
        return [(key.scenario, key.batch) for key in self.batches()]

    def truths(self) -> list[BatchTruth]:
        """Tells what is true of each generated batch, in their order; nothing of data of a file."""
        return [
            BatchTruth(BatchKey(*truth[0]), *truth[1:-1], frozenset(truth[-1]))
            for truth in self._core.truths()
        ]

    @names(Options)
    def client(self, **options: Unpack[Options]) -> Client:
        """Makes a client of it."""
        options = masked(options)  # type: ignore[assignment]
        return Client(self.url, project=self.project, api_key=self.api_key, **self._own(options))

    @names(Options)
    def async_client(self, **options: Unpack[Options]) -> AsyncClient:
        """Makes an async client of it."""
        options = masked(options)  # type: ignore[assignment]
        return AsyncClient(
            self.url, project=self.project, api_key=self.api_key, **self._own(options)
        )

    def requests(self) -> list[LoggedRequest]:
        """Gives the latest 10,000 requests, each as a dictionary.

        Its keys are `number` from 1, `at` (seconds since 1970), `method`, `target` (path and
        query), `status` (0: a reset), `bytes` of the body, and `faulty`.
        """
        return cast("list[LoggedRequest]", self._core.requests())

    def clear_requests(self) -> None:
        """Forgets the requests so far; their numbers go on."""
        self._core.clear_requests()

    @property
    def recorded(self) -> int:
        """Runs that the file `record` holds."""
        return self._core.recorded[0]

    @property
    def left_out(self) -> int:
        """What could not be recorded: runs without references, and responses that are no page."""
        return self._core.recorded[1]

    def close(self) -> None:
        """Stops serving, and completes the recording and the log. Safe to repeat.

        Raises Error if they lack what could not be written, as when the disk was full.
        """
        try:
            self._core.close()
        except RuntimeError as error:
            raise Error(str(error)) from error
        finally:
            self._forget_ca_file()

    def _forget_ca_file(self) -> None:
        if self._ca_file is not None and self._owner == os.getpid():  # not in a child of a fork
            Path(self._ca_file).unlink(missing_ok=True)
            self._ca_file = None

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Simulator at {self.url}>"

    def _own(self, options: Options) -> Options:
        return {"ca_file": self.ca_file, **options} if self._core.certificate else options
