"""The second witness of an archive: what the batch says of itself, asked for once it was walked."""

from __future__ import annotations

from contextlib import suppress

from simruns import _core
from simruns.core import errors

PATIENCE = 1.0
"""Seconds that the answer is waited for."""


def asked(core: _core.Client, query: _core.Query) -> _core.Witness:
    """Asks for the batch by one request. Gives what it says, or why there is no answer.

    It raises only for Ctrl-C.
    """
    operation = core.start_witness(query, None)
    try:
        if operation.wait_for(PATIENCE):
            with suppress(errors.CancelledError):
                told: _core.Witness = operation.result()
                return told
    finally:
        operation.cancel()
    return _core.Witness(
        present=False,
        not_found=False,
        absence="no answer within a second of the last run",
        state="unknown",
        status="",
        runs=None,
        settled=None,
        requests=1,
    )
