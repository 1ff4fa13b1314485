"""Waiting for several walks at once, and what becomes of their runs and failures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from simruns import _core
from simruns.core import errors
from simruns.core.progress import TICK, Progress
from simruns.hold.runs import Runs
from simruns.request.query import BatchKey

Reads: TypeAlias = Sequence[tuple[BatchKey, _core.Operation]]


def wait_for_all(reads: Reads, bar: Progress) -> None:
    """Returns when all walks are done or have failed. Ctrl-C works, and cancels them."""
    pending = list(reads)
    try:
        while pending:
            pending[0][1].wait_for(TICK)
            show(reads, bar)
            for key, operation in pending:
                if operation.done():
                    stop_if_hopeless(key, operation, alone=len(reads) == 1)
            pending = [each for each in pending if not each[1].done()]
    except BaseException:
        for _, operation in reads:
            operation.cancel()
        raise
    show(reads, bar)


def stop_if_hopeless(key: BatchKey, operation: _core.Operation, *, alone: bool) -> None:
    """Raises what would fail every batch: credentials that are refused, or a cancellation."""
    try:
        operation.result()
    except errors.AuthError as error:
        raise (error if alone else errors.about(error, _name(key))) from None
    except errors.RequestError:
        pass  # the others may yet come; `held` tells of this one


def held(reads: Reads) -> Runs:
    """Gives the runs of all walks. Requires that all are done.

    Raises the first failure if no walk succeeded, else a `SuiteError` that holds the runs.
    """
    walks, failures = [], {}
    for key, operation in reads:
        try:
            walks.append((key, operation.result()))
            errors.warn_if_incomplete(operation.completeness)
        except errors.RequestError as error:
            errors.tell_walk(error, operation.completeness)
            failures[key] = error
    if failures and not walks:
        key, first = next(iter(failures.items()))
        raise first if len(reads) == 1 else errors.about(first, _name(key))
    if failures:
        raise errors.SuiteError(_told(failures, len(reads)), Runs(walks), failures)
    return Runs(walks)


def show(reads: Reads, bar: Progress) -> None:
    if bar.on:
        totals = [operation.total for _, operation in reads]
        known = [total for total in totals if total is not None]
        received = sum(operation.received for _, operation in reads)
        bar.show(received, sum(known) if len(known) == len(totals) else None)


def _name(key: BatchKey) -> str:
    return f"scenario {key.scenario}, batch {key.batch}"


def _told(failures: dict[BatchKey, errors.RequestError], batches: int) -> str:
    key, first = next(iter(failures.items()))
    return (
        f"{len(failures)} of {batches} batches failed, the first of them {_name(key)}: {first}; "
        "the runs of the others are in error.runs, what failed in error.failures"
    )
