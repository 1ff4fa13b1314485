"""What the server says of scenarios and of batches, each as an object."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from simruns import _core
from simruns.core.pickling import Shared, public
from simruns.core.shown import shown_by
from simruns.core.words import BatchState, JSONValue
from simruns.looks.reprs import batch_line, scenario_line
from simruns.request.query import BatchKey

FINISHED: tuple[BatchState, ...] = ("completed", "stopped", "failed")
"""The states of a batch that gets no more runs by itself."""


class _Told(Shared):
    """What a scenario and a batch have in common: the text that they came as."""

    _told: _core.ScenarioInfo | _core.BatchInfo

    @property
    def extra(self) -> dict[str, JSONValue]:
        """What else came, by its names, parsed anew each time that it is asked for."""
        return {name: json.loads(text) for name, text in self._told.extra_json.items()}

    @property
    def issues(self) -> list[_core.Issue]:
        """What was odd about it, and kept as it came."""
        return self._told.issues

    def to_json(self) -> str:
        """Gives its own JSON text, as it came."""
        return self._told.to_json()


@public
class ScenarioInfo(_Told):
    """What the server says of a scenario. A member that was absent or null is None."""

    def __init__(self, told: _core.ScenarioInfo, project: str) -> None:
        self._told: _core.ScenarioInfo = told
        self.project = project
        """The project that it was asked for by."""
        self.reference: str = told.reference or ""
        """Its reference, which runs call `scenario`; empty if it came without one."""
        self.id: str | None = told.id
        self.name: str | None = told.name
        self.persona: str | None = told.persona
        """The customer that is played, as a text."""
        self.persona_name: str | None = told.persona_name
        self.mission: str | None = told.mission
        """What the customer is to reach."""
        self.organisation: str | None = told.organisation
        self.created_at: datetime | None = told.created_at
        self.created_by: str | None = told.created_by
        self.last_changed: datetime | None = told.last_changed
        self.last_changed_by: str | None = told.last_changed_by
        self.updated_at: datetime | None = told.updated_at
        self.updated_by: str | None = told.updated_by
        self.max_turns: int | None = told.max_turns
        self.timeout: int | None = told.timeout
        self.ai_agent_reference: str | None = told.ai_agent_reference
        self.ai_agent: str | None = told.ai_agent
        self.flow_reference: str | None = told.flow_reference
        self.flow: str | None = told.flow
        self.job_node: str | None = told.job_node
        self.next_scheduled_run: datetime | None = told.next_scheduled_run

    @property
    def scenario(self) -> str:
        """The same as `reference`."""
        return self.reference

    @property
    def success_criteria(self) -> JSONValue:
        """What its runs have to meet, parsed anew each time that it is asked for."""
        text = self._told.success_criteria_json
        return None if text is None else json.loads(text)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same scenario, with the same text."""
        if not isinstance(other, ScenarioInfo):
            return NotImplemented
        return (self.project, self.to_json()) == (other.project, other.to_json())

    def __hash__(self) -> int:
        return hash((self.project, self.reference))

    def __repr__(self) -> str:
        return scenario_line(self)

    _repr_html_ = shown_by("scenario_html")

    def __reduce__(self) -> tuple[Any, ...]:
        return ScenarioInfo._restored, (self.to_json(), self.project)

    @staticmethod
    def _restored(text: str, project: str) -> ScenarioInfo:
        return ScenarioInfo(_core.ScenarioInfo.from_json(text), project)

    def _plain(self) -> ScenarioInfo:
        """Gives the same without a connection, if it has one."""
        return ScenarioInfo(self._told, self.project)


@public
class BatchInfo(_Told):
    """What the server says of a batch itself. A member that was absent or null is None.

    `client.batch(info)` reads its runs, and `client.batches(infos)` those of several.
    """

    def __init__(
        self,
        told: _core.BatchInfo,
        key: BatchKey,
        scenario_info: ScenarioInfo | None = None,
        server: str | None = None,
    ) -> None:
        self._told = told
        self._of = scenario_info
        self._server = server  # the base URL, which holds no credentials
        self.key = key
        """Its references."""
        self.id: str | None = told.id
        self.name: str | None = told.name
        self.status: str | None = told.status
        """The server's own word: COMPLETED, IN_PROGRESS, STOPPED, FAILED, or another."""
        self.state: BatchState = told.state
        """How far it is: "in_progress", "completed", "stopped", "failed" or "unknown".

        By `status` where that is told, else by `completed_at` and the counts.
        """
        self.runs: int | None = told.runs
        """Runs that were ordered."""
        self.completed_runs: int | None = told.completed_runs
        self.failed_runs: int | None = told.failed_runs
        self.settled_runs: int | None = told.settled_runs
        """Runs that it counts as completed or failed, expired ones among them."""
        self.created_at: datetime | None = told.created_at
        self.started_at: datetime | None = told.started_at
        self.completed_at: datetime | None = told.completed_at

    @property
    def project(self) -> str:
        return self.key.project

    @property
    def scenario(self) -> str:
        return self.key.scenario

    @property
    def batch(self) -> str:
        return self.key.batch

    @property
    def reference(self) -> str:
        """The same as `batch`."""
        return self.key.batch

    @property
    def scenario_name(self) -> str | None:
        """The name of its scenario; None where only the reference is known."""
        return None if self._of is None else self._of.name

    def __eq__(self, other: object) -> bool:
        """Whether both are the same batch, with the same text."""
        if not isinstance(other, BatchInfo):
            return NotImplemented
        return (self.key, self.to_json()) == (other.key, other.to_json())

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return batch_line(self)

    _repr_html_ = shown_by("batch_info_html")

    def __reduce__(self) -> tuple[Any, ...]:
        return BatchInfo._restored, (self.to_json(), self.key, self._of, self._server)

    @staticmethod
    def _restored(
        text: str, key: BatchKey, scenario_info: ScenarioInfo | None, server: str | None = None
    ) -> BatchInfo:
        return BatchInfo(_core.BatchInfo.from_json(text), key, scenario_info, server)
