"""Every run of a Cognigy Simulator batch: as a stream, as tables, provably all of them.

    import simruns

    client = simruns.Client(project="...")
    batch = client.batch(scenario="...", batch="...")
    for run in batch.runs():
        print(run.id, run.verdict)

    runs = batch.read()
    print(runs.completeness)
    frame = runs.to_pandas()

A name is loaded when it is first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simruns._core import Criterion, Issue, Page, Run, Turn, __version__
    from simruns.archive.opening import ArchivedRuns, open  # noqa: A004
    from simruns.archive.result import ArchiveResult
    from simruns.async_batch import AsyncBatch, AsyncSuite
    from simruns.batch import Batch, Suite
    from simruns.client import AsyncClient, Client
    from simruns.clock import Clock
    from simruns.completeness import BatchCompleteness, Completeness
    from simruns.errors import (
        KINDS,
        AuthError,
        CancelledError,
        Error,
        IncompleteError,
        IncompleteWarning,
        InvalidArgumentError,
        MissingExtraError,
        RequestError,
        RequestTimeoutError,
        SuiteError,
    )
    from simruns.faults import Faults
    from simruns.follow import AsyncFollowStream, FollowStatus, FollowStream, LostRun
    from simruns.frames import Table
    from simruns.options import Options
    from simruns.query import BatchKey, Walk
    from simruns.runs import Runs
    from simruns.simulator import BatchTruth, Simulator
    from simruns.streams import AsyncRunStream, RunStream

__all__ = [
    "KINDS",
    "ArchiveResult",
    "ArchivedRuns",
    "AsyncBatch",
    "AsyncClient",
    "AsyncFollowStream",
    "AsyncRunStream",
    "AsyncSuite",
    "AuthError",
    "Batch",
    "BatchCompleteness",
    "BatchKey",
    "BatchTruth",
    "CancelledError",
    "Client",
    "Clock",
    "Completeness",
    "Criterion",
    "Error",
    "Faults",
    "FollowStatus",
    "FollowStream",
    "IncompleteError",
    "IncompleteWarning",
    "InvalidArgumentError",
    "Issue",
    "LostRun",
    "MissingExtraError",
    "Options",
    "Page",
    "RequestError",
    "RequestTimeoutError",
    "Run",
    "RunStream",
    "Runs",
    "Simulator",
    "Suite",
    "SuiteError",
    "Table",
    "Turn",
    "Walk",
    "__version__",
    "open",
]

_HOMES = {
    "_core": ("Criterion", "Issue", "Page", "Run", "Turn", "__version__"),
    "archive.opening": ("ArchivedRuns", "open"),
    "archive.result": ("ArchiveResult",),
    "async_batch": ("AsyncBatch", "AsyncSuite"),
    "batch": ("Batch", "Suite"),
    "client": ("AsyncClient", "Client"),
    "clock": ("Clock",),
    "completeness": ("BatchCompleteness", "Completeness"),
    "errors": (
        "KINDS",
        "AuthError",
        "CancelledError",
        "Error",
        "IncompleteError",
        "IncompleteWarning",
        "InvalidArgumentError",
        "MissingExtraError",
        "RequestError",
        "RequestTimeoutError",
        "SuiteError",
    ),
    "faults": ("Faults",),
    "follow": ("AsyncFollowStream", "FollowStatus", "FollowStream", "LostRun"),
    "frames": ("Table",),
    "options": ("Options",),
    "query": ("BatchKey", "Walk"),
    "runs": ("Runs",),
    "simulator": ("BatchTruth", "Simulator"),
    "streams": ("AsyncRunStream", "RunStream"),
}
_DESCRIBED = ("Criterion", "Issue", "Page", "Run", "Turn")
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'simruns' has no attribute '{name}'")
    if name in _DESCRIBED:
        import_module("simruns.core_docs").describe()
    value = getattr(import_module(f"simruns.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
