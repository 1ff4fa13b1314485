"""The second witness of an archive: what the batch says of itself, asked for beside the walk."""

from __future__ import annotations

from simruns import _core
from simruns.core import errors

PATIENCE = 1.0
"""Seconds beyond the end of the walk that the answer is waited for."""


class AskedBatch:
    """One request for the batch, sent when this is made."""

    def __init__(self, core: _core.Client, query: _core.Query) -> None:
        once = core.with_options({"max_attempts": 1})
        self._operation = once.start_batch(query, None)

    def said(self) -> _core.Witness:
        """Gives what the batch says, or why there is no answer. It raises only for Ctrl-C."""
        if not self._operation.wait_for(PATIENCE):
            self._operation.cancel()
            return _absent("no answer within a second of the last run")
        try:
            told: _core.BatchInfo = self._operation.result()
        except errors.RequestError as error:
            answered = error.status not in (None, 200)
            absence = f"HTTP {error.status}" if answered else error.kind.replace("_", " ")
            return _absent(absence, not_found=error.kind == "not_found", requests=error.attempts)
        except errors.CancelledError:
            return _absent("cancelled")
        return _core.Witness(
            present=True,
            not_found=False,
            absence="",
            state=told.state,
            status=told.status or "",
            runs=told.runs,
            settled=told.settled_runs,
            requests=1,
        )


def _absent(absence: str, *, not_found: bool = False, requests: int = 1) -> _core.Witness:
    return _core.Witness(
        present=False,
        not_found=not_found,
        absence=absence,
        state="unknown",
        status="",
        runs=None,
        settled=None,
        requests=requests,
    )
