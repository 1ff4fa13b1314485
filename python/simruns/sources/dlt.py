"""A project as a source of dlt: `pipeline.run(simruns.sources.dlt.source())`.

`pip install 'simruns[dlt]'`. dlt is imported when `source` is called.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from simruns.core import errors
from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.hold.listing import Batches, Scenarios
from simruns.hold.told import FINISHED, BatchInfo, ScenarioInfo
from simruns.read.client import Client
from simruns.read.discovery import (
    chosen_scenarios,
    reference_of,
    warn_of_nameless,
    with_references,
)
from simruns.read.scenario import Scenario
from simruns.request.query import text_of
from simruns.request.times import When
from simruns.sources.appended import merges, without_stored
from simruns.sources.keyed import (
    BARE,
    KEYS,
    OF_RUN,
    ROWS_OF,
    changed,
    digest,
    table_of,
    with_bare,
)
from simruns.sources.plan import plan_read
from simruns.sources.reading import PartitionRead, read_partition

if TYPE_CHECKING:
    import pyarrow
    from dlt.extract import DltResource, DltSource

TABLES = ("runs", "turns", "criteria")
"""The tables of a batch."""


def source(
    client: Client | None = None,
    *,
    project: str | None = None,
    scenarios: Iterable[str | ScenarioInfo] | None = None,
    since: When | None = None,
) -> DltSource:
    """Gives a source of dlt with the resources scenarios, batches, runs, turns and criteria.

        pipeline = dlt.pipeline("agent", destination="duckdb", dataset_name="simulator")
        pipeline.run(simruns.sources.dlt.source())

    Without a `client`, it is `simruns.Client()`, by the variables of the environment. dlt gets no
    credentials: they stand in none of its files. `scenarios` are names, references, or scenarios
    as they were listed; None stands for all. `since` leaves out what was created before: it is as
    in `scenario.batches`.

    A batch is read when it is finished: completed, stopped or failed. A later load reads it again
    only if the server says something else of it, or if its read gave cause to think that more runs
    are there, which a warning tells. A batch that cannot be read whole fails the load, as it fails
    `batch.read`, and nothing of that load comes to the destination.

    After a load that was interrupted, `pipeline.run` finishes what is pending, and no more; call it
    again for what is new. Make the pipeline before the source: a step of dlt that was killed in its
    middle is completed then, as dlt itself would fail at it from then on.
    """
    dlt = require("dlt", "dlt", "the source of dlt")
    require("pyarrow", "dlt", "the source of dlt")
    if not isinstance(client, Client | None):
        raise invalid(
            f"client is of type {type(client).__name__}; give a simruns.Client, or None for that "
            "of the environment",
            field="client",
        )
    names = _names(scenarios)
    _complete_step()
    return _Project(dlt, client or Client(), project, names, since).source()


def _complete_step() -> None:
    """Removes a package from those to normalize that is normalized, for the pipeline at hand.

    dlt removes it itself, a moment after it has put it among those to load. Killed in between, it
    normalizes it again, and finds its place taken.
    """
    from dlt.common.configuration.container import Container
    from dlt.common.pipeline import PipelineContext

    context = Container()[PipelineContext]
    if not context.is_active():
        return
    pipeline: Any = context.pipeline()
    normalized = set(pipeline.list_normalized_load_packages())
    for load_id in pipeline.list_extracted_load_packages():
        if load_id in normalized:
            pipeline._get_normalize_storage().extracted_packages.delete_package(load_id)


class _Project:
    """What the resources share: one listing, and one read of each batch."""

    def __init__(
        self,
        dlt: Any,
        client: Client,
        project: str | None,
        scenarios: list[str] | None,
        since: When | None,
    ) -> None:
        self._dlt = dlt
        self._client = client
        self._project = project
        self._scenarios = scenarios
        self._since = since

    def source(self) -> DltSource:
        # dlt fills the parameters of functions that it is given from its own settings and from
        # the environment: these have none.
        listing = self._dlt.resource(lambda: self._listing(), name="listing", selected=False)
        resources = [listing | self._resource(name) for name in KEYS]
        made: DltSource = self._dlt.source(lambda: resources, name="simruns")()
        return made

    def _resource(self, name: str) -> DltResource:
        def rows(item: Any) -> Any:
            known = self._dlt.current.resource_state()
            if name in TABLES:
                return item.rows(name, known) if isinstance(item, _Reading) else None
            listed = Scenarios if name == "scenarios" else Batches
            return changed(item, known, name) if isinstance(item, listed) else None

        made: DltResource = self._dlt.transformer(
            rows, name=name, write_disposition=_merging(name), primary_key=KEYS[name]
        )
        return made

    def _listing(self) -> Iterator[Any]:
        """Yields the scenarios; then, of each, its batches, and those of them that are to read."""
        of_pipes = {pipe.name for pipe in self._dlt.current.source().resources.extracted_pipes}
        if not of_pipes & set(KEYS):
            raise invalid(
                "no resource that is to load comes from one of the names that this source gives: "
                + ", ".join(KEYS)
            )
        readers = of_pipes & set(TABLES)
        scenarios = self._chosen()
        yield scenarios
        for scenario in with_references(scenarios):
            batches = scenario.batches(since=self._since)
            yield batches
            finished = [info for info in batches if readers and info.state in FINISHED]
            warn_of_nameless(scenario, sum(not info.batch for info in finished))
            for info in finished:
                if info.batch:
                    reading = _Reading(self._dlt, self._client, info, readers)
                    yield reading
                    while reading.waiting:  # so that one batch is in memory at a time
                        yield None

    def _chosen(self) -> Scenarios[Scenario]:
        everyone = self._client.scenarios(self._project)
        if self._scenarios is None:
            return everyone
        some = {everyone[name].reference: everyone[name] for name in self._scenarios}
        return Scenarios(list(some.values()), everyone.completeness)


class _Reading:
    """A finished batch, which is read when a table needs it, and once for all tables."""

    def __init__(self, dlt: Any, client: Client, info: BatchInfo, readers: set[str]) -> None:
        self._dlt = dlt
        self._client = client
        self._info = info
        self._read: PartitionRead | None = None
        self.waiting = set(readers)
        """The tables that have not asked for their rows."""

    def rows(self, name: str, known: dict[str, Any]) -> pyarrow.Table | None:
        """Gives the rows of a table; None where the batch is known as it is listed."""
        self.waiting.discard(name)
        key = self._info.key
        of_scenario = known.setdefault(key.project, {}).setdefault(key.scenario, {})
        if of_scenario.get(key.batch) == digest(self._info):
            return None
        read = self._read = self._read or self._whole()
        table = table_of(read, name)
        if key.batch in of_scenario:
            pipeline = self._dlt.current.pipeline()
            table = without_stored(pipeline, name, key, table)
            if name in ROWS_OF and merges(pipeline, name):
                table = with_bare(read, name, table)
        if not self.waiting:
            self._read = None  # dlt may hold this object for longer
        settled = all(told.is_settled for told in read.completeness.batches)
        of_scenario[key.batch] = digest(self._info) if settled else ""  # which is read again
        return table

    def _whole(self) -> PartitionRead:
        (partition,) = plan_read([self._info.key], tables=TABLES, client=self._client)
        read = read_partition(partition, client=self._client)
        for told in read.completeness.batches:
            if told.lacks_runs or not told.is_settled:
                text = f"{text_of(told.key)}: {told.text}"
                warnings.warn(text, errors.IncompleteWarning, stacklevel=errors.outside())
        return read


def _names(scenarios: Iterable[str | ScenarioInfo] | None) -> list[str] | None:
    if scenarios is None:
        return None
    some = chosen_scenarios(scenarios)
    for one in some:
        if not isinstance(one, str | ScenarioInfo):
            raise invalid(
                f"scenarios: one is of type {type(one).__name__}; give names, references or "
                "scenarios in a list, or None for all",
                field="scenarios",
            )
    return [one if isinstance(one, str) else reference_of(one) for one in some]


def _merging(name: str) -> dict[str, str]:
    """Gives how dlt merges a table.

    Of turns and criteria, all rows of a run go that comes again: there may be fewer now, or none.
    """
    merging = {"disposition": "merge", "strategy": "delete-insert"}
    if name in ROWS_OF:
        same = " AND ".join(f"loaded.{column} = {{table}}.{column}" for column in OF_RUN)
        scope = f"EXISTS (SELECT 1 FROM {{staging_table}} AS loaded WHERE {same})"
        merging["destination_scope"] = scope
        merging["source_filter"] = f"{KEYS[name][-1]} <> {BARE}"
    return merging
