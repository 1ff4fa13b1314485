"""Runs that come one after another, and then what the batch itself says of them."""

from __future__ import annotations

from collections.abc import Iterator

from simruns import _core
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.read.batch import Batch
from simruns.request.query import Walk, make_query


class WitnessedRuns:
    """The runs of a batch, each once, as `batch.runs` gives them.

    Its completeness has the witness that that of `batch.read` has, by the same single request.
    """

    def __init__(self, batch: Batch, how: Walk) -> None:
        self._batch = batch
        self._stream = batch.runs(**how)
        self._witness: _core.Witness | None = None

    def __iter__(self) -> Iterator[_core.Run]:
        with self._stream:
            yield from self._stream
        query = make_query(self._batch.key, {}, caller="batch")
        self._witness = self._batch._core.start_witness(query, None).wait()

    @property
    def batch(self) -> Batch:
        return self._batch

    @property
    def names(self) -> dict[str, str]:
        """The name of the scenario by its reference, if it is known."""
        known = self._batch._scenarios()
        return {scenario: one.name for scenario, one in known.items() if one.name is not None}

    @property
    def bad_runs(self) -> list[_core.Issue]:
        return self._stream.bad_runs

    @property
    def completeness(self) -> Completeness:
        """As of now; after the last run, with what the batch says of itself."""
        told = self._stream._completeness
        told.witness = self._witness
        return Completeness([BatchCompleteness.of(self._batch.key, told)])
