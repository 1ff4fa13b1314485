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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simruns import plots
    from simruns import sources as sources
    from simruns import testing as testing
    from simruns._core import Criterion, Issue, Page, Run, Turn, __version__
    from simruns.analysis.audit import Audit, audit
    from simruns.analysis.audit_sheet import AuditSheet, audit_sheet
    from simruns.analysis.compare import Comparison, Comparisons, compare
    from simruns.analysis.error_rates import ErrorRates, error_rates
    from simruns.analysis.failures import Failures, failures
    from simruns.analysis.gate import Gate, gate
    from simruns.analysis.plan import Plan, plan
    from simruns.analysis.reliability import Reliability, reliability
    from simruns.analysis.summary import Summary, summarize
    from simruns.analysis.suspects import Suspects, suspects
    from simruns.analysis.trend import Trend, trend
    from simruns.archive.opening import ArchivedRuns, open  # noqa: A004
    from simruns.archive.result import (
        ArchivedBatch,
        ArchiveError,
        ArchiveResult,
        ProjectArchiveResult,
    )
    from simruns.archive.texts import read_json
    from simruns.core.errors import (
        KINDS,
        AuthError,
        CancelledError,
        ConnectionError,  # noqa: A004
        Error,
        IncompleteError,
        IncompleteWarning,
        InvalidArgumentError,
        MissingExtraError,
        NotFoundError,
        RateLimitError,
        RequestError,
        RequestTimeoutError,
        ServerError,
        SuiteError,
    )
    from simruns.core.words import ErrorKind, JSONValue, Verdict
    from simruns.hold.completeness import BatchCompleteness, Completeness
    from simruns.hold.listing import Batches, Scenarios
    from simruns.hold.runs import Runs
    from simruns.hold.tables import Table
    from simruns.hold.told import BatchInfo, ScenarioInfo
    from simruns.hold.witness import Witness
    from simruns.looks.transcript import Transcript, Transcripts, transcripts
    from simruns.read.async_batch import AsyncBatch, AsyncSuite
    from simruns.read.async_scenario import AsyncScenario
    from simruns.read.batch import Batch, Suite
    from simruns.read.client import AsyncClient, Client
    from simruns.read.follow import AsyncFollowStream, FollowStatus, FollowStream, LostRun
    from simruns.read.scenario import Scenario
    from simruns.read.streams import AsyncRunStream, RunStream
    from simruns.reports.report import report
    from simruns.reports.verify import Verification, verify
    from simruns.request.options import CallOptions, Options
    from simruns.request.query import BatchKey, Walk
    from simruns.simulator.clock import Clock
    from simruns.simulator.faults import Faults
    from simruns.simulator.simulator import BatchTruth, Simulator
    from simruns.sources.plan import Partition, ReadPlan, plan_read
    from simruns.sources.reading import PartitionRead, completeness_of, read_partition

__all__ = [
    "KINDS",
    "ArchiveError",
    "ArchiveResult",
    "ArchivedBatch",
    "ArchivedRuns",
    "AsyncBatch",
    "AsyncClient",
    "AsyncFollowStream",
    "AsyncRunStream",
    "AsyncScenario",
    "AsyncSuite",
    "Audit",
    "AuditSheet",
    "AuthError",
    "Batch",
    "BatchCompleteness",
    "BatchInfo",
    "BatchKey",
    "BatchTruth",
    "Batches",
    "CallOptions",
    "CancelledError",
    "Client",
    "Clock",
    "Comparison",
    "Comparisons",
    "Completeness",
    "ConnectionError",
    "Criterion",
    "Error",
    "ErrorKind",
    "ErrorRates",
    "Failures",
    "Faults",
    "FollowStatus",
    "FollowStream",
    "Gate",
    "IncompleteError",
    "IncompleteWarning",
    "InvalidArgumentError",
    "Issue",
    "JSONValue",
    "LostRun",
    "MissingExtraError",
    "NotFoundError",
    "Options",
    "Page",
    "Partition",
    "PartitionRead",
    "Plan",
    "ProjectArchiveResult",
    "RateLimitError",
    "ReadPlan",
    "Reliability",
    "RequestError",
    "RequestTimeoutError",
    "Run",
    "RunStream",
    "Runs",
    "Scenario",
    "ScenarioInfo",
    "Scenarios",
    "ServerError",
    "Simulator",
    "Suite",
    "SuiteError",
    "Summary",
    "Suspects",
    "Table",
    "Transcript",
    "Transcripts",
    "Trend",
    "Turn",
    "Verdict",
    "Verification",
    "Walk",
    "Witness",
    "__version__",
    "audit",
    "audit_sheet",
    "compare",
    "completeness_of",
    "error_rates",
    "failures",
    "gate",
    "open",
    "plan",
    "plan_read",
    "plots",
    "read_json",
    "read_partition",
    "reliability",
    "report",
    "summarize",
    "suspects",
    "transcripts",
    "trend",
    "verify",
]

_HOMES = {
    "_core": ("Criterion", "Issue", "Page", "Run", "Turn", "__version__"),
    "analysis.audit": ("Audit", "audit"),
    "analysis.audit_sheet": ("AuditSheet", "audit_sheet"),
    "analysis.compare": ("Comparison", "Comparisons", "compare"),
    "analysis.error_rates": ("ErrorRates", "error_rates"),
    "analysis.failures": ("Failures", "failures"),
    "analysis.gate": ("Gate", "gate"),
    "analysis.plan": ("Plan", "plan"),
    "analysis.reliability": ("Reliability", "reliability"),
    "analysis.summary": ("Summary", "summarize"),
    "analysis.suspects": ("Suspects", "suspects"),
    "analysis.trend": ("Trend", "trend"),
    "archive.opening": ("ArchivedRuns", "open"),
    "archive.result": ("ArchiveError", "ArchiveResult", "ArchivedBatch", "ProjectArchiveResult"),
    "archive.texts": ("read_json",),
    "core.errors": (
        "KINDS",
        "AuthError",
        "CancelledError",
        "ConnectionError",
        "Error",
        "IncompleteError",
        "IncompleteWarning",
        "InvalidArgumentError",
        "MissingExtraError",
        "NotFoundError",
        "RateLimitError",
        "RequestError",
        "RequestTimeoutError",
        "ServerError",
        "SuiteError",
    ),
    "core.words": ("ErrorKind", "JSONValue", "Verdict"),
    "hold.completeness": ("BatchCompleteness", "Completeness"),
    "hold.listing": ("Batches", "Scenarios"),
    "hold.runs": ("Runs",),
    "hold.tables": ("Table",),
    "hold.told": ("BatchInfo", "ScenarioInfo"),
    "hold.witness": ("Witness",),
    "looks.transcript": ("Transcript", "Transcripts", "transcripts"),
    "read.async_batch": ("AsyncBatch", "AsyncSuite"),
    "read.async_scenario": ("AsyncScenario",),
    "read.batch": ("Batch", "Suite"),
    "read.client": ("AsyncClient", "Client"),
    "read.follow": ("AsyncFollowStream", "FollowStatus", "FollowStream", "LostRun"),
    "read.scenario": ("Scenario",),
    "read.streams": ("AsyncRunStream", "RunStream"),
    "reports.report": ("report",),
    "reports.verify": ("Verification", "verify"),
    "request.options": ("CallOptions", "Options"),
    "request.query": ("BatchKey", "Walk"),
    "simulator.clock": ("Clock",),
    "simulator.faults": ("Faults",),
    "simulator.simulator": ("BatchTruth", "Simulator"),
    "sources.plan": ("Partition", "ReadPlan", "plan_read"),
    "sources.reading": ("PartitionRead", "completeness_of", "read_partition"),
}
_DESCRIBED = ("Criterion", "Issue", "Options", "Page", "Run", "Turn", "Walk")
_MODULES = ("plots", "sources", "testing")
"""Modules whose functions are used by the name of the module."""
_HOME = {name: home for home, names in _HOMES.items() for name in names}


_SHOWN = ("__doc__", "__file__", "__name__", "__package__", "__path__", "__spec__")

if not TYPE_CHECKING:  # for a type checker, what is not there is a mistake

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return import_module(f"simruns.{name}")
        if name not in _HOME:
            raise AttributeError(f"module 'simruns' has no attribute '{name}'")
        value = getattr(import_module(f"simruns.{_HOME[name]}"), name)
        if name in _DESCRIBED:
            import_module("simruns.core.help").describe()
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*_SHOWN, *__all__})
