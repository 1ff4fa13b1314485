"""A read cut into partitions: plain data, which any process may read, and no credentials."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from simruns import _core
from simruns.archive.opening import archived_batches, latest_scenarios
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.core.pickling import Shared, public
from simruns.hold.selection import chosen
from simruns.hold.tables import column_names
from simruns.hold.told import BatchInfo, ScenarioInfo
from simruns.looks.texts import counted
from simruns.read.async_batch import AsyncSuite
from simruns.read.batch import BatchBase, Suite
from simruns.read.client import AsyncClient, Client, kept
from simruns.read.discovery import answered, finished_of_project
from simruns.read.scenario import Connected, Scenario
from simruns.request import settings
from simruns.request.pairs import Pairs, read_pairs
from simruns.request.query import BatchKey
from simruns.request.times import When
from simruns.sources.clients import server_of

if TYPE_CHECKING:
    import pyarrow

    from simruns.request.pairs import HasBatch

TABLES = ("runs", "turns", "criteria", "issues")

Selection: TypeAlias = (
    "Pairs | HasBatch | Suite | AsyncSuite | ScenarioInfo | Iterable[str | ScenarioInfo] | None"
)
"""Which batches: pairs, a suite, scenarios, or the directory of an archive."""
Columns: TypeAlias = Sequence[str] | Mapping[str, Sequence[str]]
"""Names of columns; for several tables, a dict with the names of each table."""


@public
@dataclass(frozen=True)
class Partition:
    """A batch to read, of a server or of an archive. It can be pickled, and holds no credentials.

    `simruns.read_partition(partition)` reads it, in any process.
    """

    key: BatchKey
    """The references of the batch."""
    tables: tuple[str, ...]
    """The tables that it gives: "runs", "turns", "criteria", "issues"."""
    server: str | None = None
    """The base URL of the server; None of an archive."""
    directory: str | None = None
    """The directory of the archive of this batch; None of a server."""
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The columns of tables, each with their names; of a table without an entry, all."""
    where: tuple[tuple[str, tuple[object, ...]], ...] = ()
    """Attributes of runs, each with the values of which one is enough."""
    scenario_name: str | None = None
    """The name of the scenario, where it was listed."""

    @property
    def schema(self) -> pyarrow.Schema:
        """The schema of the record batches. Of several tables, `schema_of` gives that of each."""
        return self.schema_of()

    def schema_of(self, table: str | None = None) -> pyarrow.Schema:
        """Gives the schema of the record batches of a table; None stands for the only table."""
        pa = require("pyarrow", "arrow", "the schema of a plan")
        table = self._table(table)
        built = _core.ArrowTable(table, [], {}, self._columns_of(table) or ())
        with pa.RecordBatchReader.from_stream(built) as reader:
            return reader.schema.remove_metadata()

    def _columns_of(self, table: str) -> list[str] | None:
        """Gives the names of the columns that are wanted of a table, None for all."""
        names = dict(self.columns).get(table)
        return None if names is None else list(names)

    def _table(self, table: str | None) -> str:
        """Checks the name of a table of these; None is that of the only one."""
        if table is None:
            if len(self.tables) > 1:
                raise invalid(
                    f"these are {counted(len(self.tables), 'table')}, {', '.join(self.tables)}: "
                    "say which one, as record_batches('turns') and schema_of('turns')",
                    field="table",
                )
            return self.tables[0]
        if table not in self.tables:
            raise invalid(
                f"table is {checks.shown(table)}; there are {', '.join(self.tables)}",
                field="table",
            )
        return table


@public
class ReadPlan(Sequence[Partition], Shared):
    """The partitions of a read: a sequence of `Partition`, one a batch. It can be pickled.

    There are none where no batch fits, as where none was finished since.
    """

    def __init__(self, partitions: Iterable[Partition], like: Partition) -> None:
        self._partitions = tuple(partitions)
        self._like = like

    @property
    def schema(self) -> pyarrow.Schema:
        """The schema of the record batches of each partition, also where there is none."""
        return self._like.schema

    def schema_of(self, table: str | None = None) -> pyarrow.Schema:
        """Gives the schema of the record batches of a table; None stands for the only table."""
        return self._like.schema_of(table)

    def __len__(self) -> int:
        return len(self._partitions)

    @overload
    def __getitem__(self, index: int) -> Partition: ...
    @overload
    def __getitem__(self, index: slice) -> ReadPlan: ...
    def __getitem__(self, index: int | slice) -> Partition | ReadPlan:
        if isinstance(index, slice):
            return ReadPlan(self._partitions[index], self._like)
        return self._partitions[index]

    def __eq__(self, other: object) -> bool:
        """Whether both have equal partitions, in the same order."""
        if not isinstance(other, ReadPlan):
            return NotImplemented
        return (self._partitions, self._like) == (other._partitions, other._like)

    def __hash__(self) -> int:
        return hash(self._partitions)

    def __repr__(self) -> str:
        return f"<ReadPlan of {counted(len(self), 'partition')}: {', '.join(self._like.tables)}>"


@public
def plan_read(
    selection: Selection = None,
    *,
    tables: str | Sequence[str] = "runs",
    columns: Columns | None = None,
    where: Mapping[str, object] | None = None,
    since: When | None = None,
    client: Client | None = None,
) -> ReadPlan:
    """Cuts a read into partitions, one a batch, for processes that read them side by side.

        plan = simruns.plan_read(["refund"], since="7d")
        results = [simruns.read_partition(partition) for partition in plan]

    `selection` is what `client.batches` takes, a batch or a suite; or the directory of an archive,
    or of many, as `simruns.open` takes it; or scenarios, as `client.latest` takes them, None for
    all. Of scenarios, there are the finished batches, created at `since` or later: those that are
    completed, stopped or failed. Names of scenarios are taken for such only beside `since`.

    `tables` names one of "runs", "turns", "criteria" and "issues", or several in a list; a batch is
    read once for all. `columns` names those that are wanted, as in `to_arrow`; of several tables,
    it is a dict with the names of each. `where` says of which runs the rows are, as in
    `Runs.where`: a dict of attributes. A function is refused, as it does not go to other processes;
    and so is a word that the contract does not name.

    Scenarios are listed by `client`, or by the client of what is given; without one, by
    `simruns.Client()`. All else sends nothing and needs no credentials, but the base URL and the
    project: of the client, or SIMRUNS_BASE_URL and SIMRUNS_PROJECT. The partitions hold both, and
    no credentials.
    """
    like = like_of(tables, columns, where)
    return ReadPlan(_partitions(selection, since, client, like), like)


def like_of(tables: Any, columns: Any = None, where: Any = None) -> Partition:
    """Gives a partition of nothing, which says what is to be given of each batch."""
    names = [tables] if isinstance(tables, str) else tables
    if not isinstance(names, Iterable) or isinstance(names, bytes):
        raise invalid(f"tables is {checks.shown(tables)}; give names", field="tables")
    names = [checks.text("tables", name) for name in names]
    for name in names:
        if name not in TABLES or names.count(name) > 1:
            twice = "is there twice" if name in TABLES else f"is none of {', '.join(TABLES)}"
            raise invalid(f"tables: {name!r} {twice}", field="tables")
    if not names:
        raise invalid(f"tables is empty; give some of {', '.join(TABLES)}", field="tables")
    of_tables = _of_tables(columns, names)
    for name, wanted in of_tables:
        _core.ArrowTable(name, [], {}, wanted)  # refuses a column that there is not
    return Partition(BatchKey("", "", ""), tuple(names), columns=of_tables, where=_where(where))


def _of_tables(columns: Any, tables: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if columns is None:
        return ()
    if not isinstance(columns, Mapping):
        if len(tables) > 1:
            raise invalid(
                "columns is no dict, and there are several tables; give {table: [names]}",
                field="columns",
            )
        columns = {tables[0]: columns}
    for name in columns:
        if name not in tables:
            raise invalid(
                f"columns: {checks.shown(name)} is none of the tables, {', '.join(tables)}",
                field="columns",
            )
    return tuple((name, tuple(column_names(some))) for name, some in columns.items())


def _where(where: Any) -> tuple[tuple[str, tuple[object, ...]], ...]:
    if where is None:
        return ()
    if callable(where):
        raise invalid(
            "where is a function, which does not go to other processes; give a dict of attributes, "
            "as {'verdict': 'failure'}, or choose among the rows that came",
            field="where",
        )
    if not isinstance(where, Mapping):
        raise invalid(
            f"where is of type {type(where).__name__}; give a dict of attributes, as "
            "{'verdict': 'failure'}",
            field="where",
        )
    return tuple(chosen(where).items())


def _partitions(
    selection: Any, since: When | None, client: Client | None, like: Partition
) -> list[Partition]:
    checked_client(client)
    selection = _held(selection)
    if since is not None or _is_of_scenarios(selection):
        return _of_scenarios(selection, since, client, like)
    if isinstance(selection, Suite | AsyncSuite):
        return _of_server(selection._core.base_url, selection.keys, selection.scenarios, like)
    if isinstance(selection, str | os.PathLike) and os.path.isdir(selection):
        return _of_archives(Path(selection).absolute(), like)
    return _of_pairs(selection, client, like)


def checked_client(client: object) -> None:
    """Refuses what is no client; None stands for one by the environment."""
    if client is not None and not isinstance(client, Client | AsyncClient):
        kind = type(client).__name__
        raise invalid(f"client is of type {kind}; give a simruns.Client", field="client")


def _held(selection: Any) -> Any:
    """Gives a list of what may be looked at only once."""
    known = isinstance(selection, Mapping | Sequence | Suite | AsyncSuite)
    is_other = hasattr(selection, "columns") or hasattr(selection, "scenario")
    if known or is_other or not isinstance(selection, Iterable):
        return selection
    return list(selection)


def _is_of_scenarios(selection: Any) -> bool:
    if selection is None or isinstance(selection, ScenarioInfo):
        return True
    some = isinstance(selection, Sequence) and not isinstance(selection, str)
    return some and len(selection) > 0 and all(isinstance(one, ScenarioInfo) for one in selection)


def _of_scenarios(
    selection: Any, since: When | None, client: Client | None, like: Partition
) -> list[Partition]:
    some = [selection] if isinstance(selection, ScenarioInfo) else selection
    known = some if isinstance(some, Sequence) else ()
    own = client or next((one for one in known if isinstance(one, Connected)), None) or Client()
    project = partial(_project_of, own)
    search = finished_of_project(some, project, partial(Scenario, own._core), since)
    return [
        replace(like, key=info.key, server=own._core.base_url, scenario_name=info.scenario_name)
        for info in answered(own._core, search)
    ]


def _project_of(own: Client | Connected) -> str:
    return own.project if isinstance(own, Connected) else own._own_project(None, "plan_read")


def _of_archives(where: Path, like: Partition) -> list[Partition]:
    found = list(archived_batches(where))
    told = latest_scenarios(manifest for _, manifest in found)
    names = {key: info.name for key, info in told.items()}
    return [
        replace(
            like,
            key=manifest.key,
            directory=str(directory),
            scenario_name=names.get(manifest.key._replace(batch="")),
        )
        for directory, manifest in found
    ]


def _of_pairs(selection: Any, client: Client | None, like: Partition) -> list[Partition]:
    alone = hasattr(selection, "scenario") and not hasattr(selection, "columns")
    pairs, known = kept([selection] if alone else selection)
    if client is not None:
        return _of_server(client.base_url, read_pairs(pairs, client.project), known, like)
    keys = read_pairs(pairs, settings.project(None))
    some = pairs if isinstance(pairs, list) else []
    servers = {server for one in some if (server := _server_of(one)) is not None}
    if len(servers) > 1:
        raise invalid(f"these are batches of several servers: {', '.join(sorted(servers))}")
    return _of_server(servers.pop() if servers else server_of(None), keys, known, like)


def _server_of(one: object) -> str | None:
    """Gives the server of a batch that a client made or listed."""
    if isinstance(one, BatchInfo):
        return one._server
    return one._core.base_url if isinstance(one, BatchBase) else None


def plan_archives(directory: str, like: Partition) -> ReadPlan:
    """Gives a plan of the directory of an archive, or of many."""
    if not os.path.isdir(directory):
        raise invalid(f"path is {directory!r}, which is no directory of archives", field="path")
    return ReadPlan(_of_archives(Path(directory).absolute(), like), like)


def plan_pairs(pairs: Pairs, server: str | None, project: str | None, like: Partition) -> ReadPlan:
    """Gives a plan of pairs at a server, None for that of the environment; so for the project."""
    keys = read_pairs(pairs, settings.project(project))
    return ReadPlan(_of_server(server_of(server), keys, {}, like), like)


def _of_server(
    server: str, keys: Iterable[BatchKey], scenarios: Mapping[str, ScenarioInfo], like: Partition
) -> list[Partition]:
    names = {reference: told.name for reference, told in scenarios.items()}
    return [
        replace(like, key=key, server=server, scenario_name=names.get(key.scenario)) for key in keys
    ]
