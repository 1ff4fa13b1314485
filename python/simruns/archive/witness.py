"""The second witness of an archive: what the batch says of itself, asked for beside the walk."""

from __future__ import annotations

from contextlib import suppress

from simruns import _core
from simruns.core import errors

PATIENCE = 1.0
"""Seconds beyond the end of the walk that the answer is waited for."""


class AskedBatch:
    """One request for the batch, sent when this is made."""

    def __init__(self, core: _core.Client, query: _core.Query) -> None:
        self._operation = core.start_witness(query, None)

    def said(self) -> _core.Witness:
        """Gives what the batch says, or why there is no answer. It raises only for Ctrl-C."""
        if self._operation.wait_for(PATIENCE):
            with suppress(errors.CancelledError):
                told: _core.Witness = self._operation.result()
                return told
        self._operation.cancel()
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
