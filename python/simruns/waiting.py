"""Waiting for several operations at once, on this thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simruns import _core, errors
from simruns.progress import TICK, Progress
from simruns.query import BatchKey


def wait_for_all(
    operations: Sequence[tuple[BatchKey, _core.Operation]], bar: Progress
) -> list[Any]:
    """The results in order; the first failure of any cancels the others. Ctrl-C works."""
    pending = list(operations)
    try:
        while pending:
            pending[0][1].wait_for(TICK)
            show(operations, bar)
            for key, operation in pending:
                if operation.done():
                    result_of(key, operation, alone=len(operations) == 1)
            pending = [each for each in pending if not each[1].done()]
    except BaseException:
        for _, operation in operations:
            operation.cancel()
        raise
    show(operations, bar)
    return [operation.result() for _, operation in operations]


def result_of(key: BatchKey, operation: _core.Operation, *, alone: bool) -> Any:
    """Its result, or its failure: of one among several, the line says of which batch."""
    try:
        return operation.result()
    except errors.RequestError as error:
        if not alone:
            errors.about(error, f"scenario {key.scenario}, batch {key.batch}")
        raise


def show(operations: Sequence[tuple[BatchKey, _core.Operation]], bar: Progress) -> None:
    if bar.on:
        totals = [operation.total for _, operation in operations]
        known = [total for total in totals if total is not None]
        received = sum(operation.received for _, operation in operations)
        bar.show(received, sum(known) if len(known) == len(totals) else None)
