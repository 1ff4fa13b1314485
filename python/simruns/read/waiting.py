"""Waiting for several walks at once, and what becomes of their runs and failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Literal, NamedTuple, TypeAlias

from simruns import _core
from simruns.core import checks, errors
from simruns.core.errors import invalid
from simruns.core.progress import TICK, Progress
from simruns.hold.runs import Runs
from simruns.hold.told import ScenarioInfo
from simruns.request.query import BatchKey, Walk, make_query, text_of

Reads: TypeAlias = Sequence[tuple[BatchKey, _core.Operation]]
MAX_BYTES = 4 * 1024**3
"""How much memory the runs of a read may take by default: 4 GiB."""
Witnessed: TypeAlias = Literal["auto", False]
"""Whether to ask for the batch itself beside its runs."""


class Asked(NamedTuple):
    """What to read, and how: the arguments of `read`."""

    keys: Sequence[BatchKey]
    how: Walk
    witness: Witnessed = "auto"
    scenarios: Mapping[str, ScenarioInfo] = {}
    """What is known of the scenarios, by their references."""
    max_bytes: int | None = MAX_BYTES

    def start(self, core: _core.Client, mailbox: _core.Mailbox | None) -> Reads:
        """Starts all walks at once. Raises for what cannot be asked, before anything is sent."""
        witness = wants_witness(self.witness)
        budget = self._budget()
        queries = [make_query(key, self.how, caller="read") for key in self.keys]
        return [
            (key, core.start_read(query, mailbox, witness, budget))
            for key, query in zip(self.keys, queries, strict=True)
        ]

    def _budget(self) -> _core.ReadBudget | None:
        if self.max_bytes is None:
            return None
        return _core.ReadBudget(checks.count("max_bytes", self.max_bytes, 1))


def wants_witness(witness: object) -> bool:
    if witness is False or (isinstance(witness, str) and witness == "auto"):
        return witness is not False
    raise invalid(f"witness is {checks.shown(witness)}; give 'auto' or False", field="witness")


def wait_for_all(reads: Reads, bar: Progress) -> None:
    """Returns when all walks are done or have failed. Ctrl-C works, and cancels them."""
    pending = list(reads)
    while pending:
        pending[0][1].wait_for(TICK)
        show(reads, bar)
        for key, operation in pending:
            if operation.done():
                stop_if_hopeless(key, operation, alone=len(reads) == 1)
        pending = [each for each in pending if not each[1].done()]
    show(reads, bar)


def stop_if_hopeless(key: BatchKey, operation: _core.Operation, *, alone: bool) -> None:
    """Raises what would fail every batch: credentials that are refused, or a cancellation."""
    try:
        operation.result()
    except errors.AuthError as error:
        raise (error if alone else errors.about(error, text_of(key))) from None
    except errors.RequestError:
        pass  # the others may yet come; `held` tells of this one


@contextmanager
def keeping(reads: Reads, asked: Asked) -> Iterator[None]:
    """Cancels the walks if anything is raised, be it by Ctrl-C, and gives that what they brought:
    `runs`, and `position` where there is one walk only.
    """
    try:
        yield
    except BaseException as error:
        for _, operation in reads:
            operation.cancel()
        with suppress(AttributeError):  # of an exception that takes no attributes
            _tell_what_came(error, reads, asked)
        raise


def held(reads: Reads, asked: Asked) -> Runs:
    """Gives the runs of all walks. Requires that all are done, and `keeping` around it.

    Raises the first failure if no walk succeeded, else a `SuiteError`.
    """
    failures = {}
    for key, operation in reads:
        try:
            operation.result()
        except errors.RequestError as error:
            _tell_what_came(error, [(key, operation)], asked)
            failures[key] = error
    if len(failures) == len(reads):
        key, first = next(iter(failures.items()))
        raise first if len(reads) == 1 else errors.about(first, text_of(key))
    if failures:
        raise errors.SuiteError(_told(failures, len(reads)), None, failures)
    for key, operation in reads:
        subject = "" if len(reads) == 1 else text_of(key)
        errors.warn_if_incomplete(operation.held[0].completeness, subject)
    return _runs([operation.held[0] for _, operation in reads], reads, asked)


def _tell_what_came(error: Any, reads: Reads, asked: Asked) -> None:
    came = [operation.held for _, operation in reads]
    error.runs = _runs([pages for pages, _ in came], reads, asked)
    if len(came) == 1:
        pages, position = came[0]
        errors.tell_walk(error, pages.completeness)
        if getattr(error, "position", None) is None:
            error.position = position or None


def _runs(walks: Sequence[_core.Pages], reads: Reads, asked: Asked) -> Runs:
    keys = [key for key, _ in reads]
    chosen = [(asked.how.get("filter"), asked.how.get("endpoint_type"))] * len(keys)
    known = {key.scenario for key in keys}
    scenarios = {ref: one for ref, one in asked.scenarios.items() if ref in known}
    return Runs(list(zip(keys, walks, strict=True)), chosen=chosen, scenarios=scenarios)


def show(reads: Reads, bar: Progress) -> None:
    if bar.on:
        totals = [operation.total for _, operation in reads]
        known = [total for total in totals if total is not None]
        received = sum(operation.received for _, operation in reads)
        bar.show(received, sum(known) if len(known) == len(totals) else None)


def _told(failures: dict[BatchKey, errors.RequestError], batches: int) -> str:
    key, first = next(iter(failures.items()))
    return (
        f"{len(failures)} of {batches} batches failed, the first of them {text_of(key)}: {first}; "
        "the runs that came are in error.runs, what failed in error.failures"
    )
