"""The data source `simruns` of Spark: runs, turns, criteria and issues, a partition a batch.

    spark.dataSource.register(simruns.sources.spark.SimrunsDataSource)
    frame = spark.read.format("simruns").option("scenarios", "refund").option("since", "7d").load()

It takes pyspark 4.0 or later. The executors take the credentials from their own environment,
SIMRUNS_API_KEY or SIMRUNS_TOKEN, or from a file that an option names: no option holds any. Where
scenarios are listed, the driver does the same.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.hold.selection import contract_words
from simruns.read.client import Client
from simruns.request import settings
from simruns.request.times import When
from simruns.sources.clients import REQUESTS, KeyFiles, client_of
from simruns.sources.plain import plain_batches, plain_schema
from simruns.sources.plan import (
    TABLES,
    Partition,
    ReadPlan,
    like_of,
    plan_archives,
    plan_pairs,
    plan_read,
)
from simruns.sources.reading import read_partition

for _library in ("pyspark.sql.datasource", "pyarrow"):
    require(_library, "spark", "the data source of Spark")

from pyspark.sql import datasource  # noqa: E402
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition  # noqa: E402
from pyspark.sql.pandas.types import from_arrow_schema  # noqa: E402

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql.types import StructType

__all__ = ["SimrunsDataSource"]

OPTIONS = (
    "table", "base_url", "project", "scenarios", "since", "batches", "path", "columns", "workers",
    "api_key_file", "token_file",
)  # fmt: skip
SECRET = re.compile("key|token|secret|passw|credential|auth|cookie", re.I)
OF_ROWS = ("project", "scenario", "batch", "run_id")
"""The columns of each table that say what the run says."""
OF_RUNS = (
    *OF_ROWS, "endpoint_type", "large_language_model", "organisation", "sequence", "total_turns",
    "max_turns", "verdict", "contradictory", "status", "success", "sentiment", "error_category",
    "is_batch_stopped", "is_conversation_ended", "created_by", "duration_ms",
)  # fmt: skip
"""The columns whose values are those of attributes of a run, of which `where` can choose."""
FILTERED = {"runs": OF_RUNS, "turns": OF_ROWS, "criteria": OF_ROWS}


class SimrunsDataSource(DataSource):
    """The format `simruns` of `spark.read`.

    Options:
        table: "runs", "turns", "criteria" or "issues"; "runs" if it is left out.
        base_url, project: the server and the project, or SIMRUNS_BASE_URL and SIMRUNS_PROJECT of
            the driver.
        scenarios: a name or a reference, or a list of them as JSON. Their finished batches are
            read; without any of scenarios, batches and path, those of all scenarios.
        since: batches created since then: "7d", a date or a time in ISO 8601.
        batches: {scenario: [batch]} or [[scenario, batch]] as JSON, in place of scenarios.
        path: a directory of archives, as `load(path)` gives it, in place of a server.
        columns: the names of those that are wanted, with commas between. `schema("run_id string")`
            says the same. Spark tells a source of Python nothing of the columns of a query.
        workers: how many tasks run at the same time, so that each has its share of the requests
            that the server allows; by default, as many as there are partitions.
        api_key_file, token_file: a file on driver and executors that holds the credential, as a
            secret that is mounted.

    A filter of a query is pushed down where it compares a column that says what the run says to
    values, with spark.sql.python.filterPushdown.enabled of pyspark 4.1. A batch that lacks runs
    fails its task before a row is given.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = dict(_checked(options))

    @classmethod
    def name(cls) -> str:
        return "simruns"

    def schema(self) -> StructType:
        columns = self.options.get("columns")
        names = [name.strip() for name in columns.split(",")] if columns is not None else None
        return _spark_schema(like_of(_table(self.options), names))

    def reader(self, schema: StructType) -> SimrunsReader:
        return SimrunsReader(self.options, schema)


class SimrunsReader(DataSourceReader):
    """Plans the partitions of a read on the driver, and reads one in a task."""

    def __init__(self, options: Mapping[str, str], schema: StructType) -> None:
        self._options = dict(options)
        self._table = _table(options)
        self._columns = _columns(self._table, schema)
        self._nullable = [field.nullable for field in schema.fields]
        self._where: dict[str, frozenset[object]] = {}
        self._workers = _workers(options)
        self._files = _files(options)

    @property
    def pushFilters(self) -> Any:  # noqa: N802
        """Where Spark does not push filters, it refuses a reader that overrides this."""
        return _Pushing(self)

    def push(self, filters: Sequence[Any]) -> Iterator[Any]:
        """Takes the filters that `where` can say exactly, and gives back the others."""
        taken: set[str] = set()
        notnull = []
        for each in filters:
            column, values = _wanted(self._table, each)
            if column is None:
                if isinstance(each, datasource.IsNotNull):
                    notnull.append(each)
                else:
                    yield each
                continue
            before = self._where.get(column)
            self._where[column] = values if before is None else before & values
            taken.add(column)
        # That a column is not null is implied by the values that it is to have.
        yield from (
            each
            for each in notnull
            if ".".join(each.attribute) not in taken
            or None in self._where[".".join(each.attribute)]
        )

    def partitions(self) -> list[InputPartition]:
        where = {"id" if name == "run_id" else name: some for name, some in self._where.items()}
        plan = _plan(self._options, like_of(self._table, self._columns, where), self._files)
        remote = sum(partition.server is not None for partition in plan)
        if self._workers is None:
            if remote > REQUESTS:
                raise invalid(
                    f"there are {remote:,} batches, and a server allows {REQUESTS:,} requests in "
                    "300 s: give the option workers, which says how many tasks run at a time"
                )
            self._workers = max(remote, 1)
        return [_SparkPartition(partition, self._workers) for partition in plan]

    def read(self, partition: Any) -> Iterator[pyarrow.RecordBatch]:
        one: Partition | None = getattr(partition, "value", None)
        if one is None:  # of a plan without a batch
            return
        client = None
        if one.server is not None:
            client = client_of(one.server, partition.workers, self._files)
        yield from plain_batches(read_partition(one, client=client), self._schema_of(one))

    def _schema_of(self, partition: Partition) -> pyarrow.Schema:
        """Gives the schema of the rows. Spark refuses any other, even by what may be null."""
        pa = require("pyarrow", "spark", "the data source of Spark")
        own = zip(plain_schema(partition.schema), self._nullable, strict=True)
        return pa.schema([field.with_nullable(nullable) for field, nullable in own])


class _SparkPartition(InputPartition):
    """A partition of a plan, and how many tasks share the requests with its own."""

    def __init__(self, partition: Partition, workers: int) -> None:
        super().__init__(partition)
        self.workers = workers


class _Pushing:
    """Takes the filters of a query, where Spark pushes them; it may say that it does not."""

    def __init__(self, reader: SimrunsReader) -> None:
        self._reader = reader
        self.__func__ = getattr(DataSourceReader, "pushFilters", None)

    def __call__(self, filters: Sequence[Any]) -> Iterable[Any]:
        return list(self._reader.push(filters))


def _checked(options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Refuses options that there are not, and above all those that hold a credential.

    Spark shows options in its plans, its pages and its logs. No message shows their values.
    """
    known = [os.environ.get(name) for name in (settings.API_KEY, settings.TOKEN)]
    for given, value in options.items():
        name = given.lower()
        if name not in OPTIONS and SECRET.search(name):
            raise invalid(
                f"the option {given} looks like a credential, and Spark shows options in its plans "
                f"and logs; set {settings.API_KEY} or {settings.TOKEN} in the environment of the "
                "driver and the executors, or give the option api_key_file or token_file",
                field=name,
            )
        if name not in OPTIONS:
            raise invalid(f"there is no option {given}; there are {', '.join(OPTIONS)}", field=name)
        if any(secret and secret in value for secret in known):
            raise invalid(f"the option {given} holds a credential; leave it out", field=name)
        if name == "base_url":
            settings.base_url(settings.hidden_user(value))
        yield name, value
    chosen = [name for name in ("scenarios", "batches", "path") if name in options]
    if len(chosen) > 1 or ("since" in options and chosen not in ([], ["scenarios"])):
        raise invalid("give one of the options scenarios, batches and path; since= is of scenarios")
    if "api_key_file" in options and "token_file" in options:
        raise invalid("give one of the options api_key_file and token_file")


def _table(options: Mapping[str, str]) -> str:
    table = options.get("table", "runs")
    if table not in TABLES:
        raise invalid(f"table is {table!r}; give one of {', '.join(TABLES)}", field="table")
    return table


def _workers(options: Mapping[str, str]) -> int | None:
    text = options.get("workers")
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= REQUESTS:
        raise invalid(f"workers is {text!r}; give 1 to {REQUESTS:,}", field="workers")
    return int(text)


def _files(options: Mapping[str, str]) -> KeyFiles | None:
    files = KeyFiles(options.get("api_key_file"), options.get("token_file"))
    return files if any(files) else None


def _columns(table: str, schema: StructType) -> list[str]:
    """Gives the names of the columns of a schema, which a user may have given."""
    names = [field.name for field in schema.fields]
    own = _spark_schema(like_of(table, names))
    for given, field in zip(schema.fields, own.fields, strict=True):
        if given.dataType != field.dataType:
            raise invalid(
                f"the column {field.name} is of type {field.dataType.simpleString()}, and not "
                f"{given.dataType.simpleString()}; cast it after the read",
                field="schema",
            )
    return names


def _spark_schema(like: Partition) -> StructType:
    return from_arrow_schema(plain_schema(like.schema))


def _plan(options: Mapping[str, str], like: Partition, files: KeyFiles | None) -> ReadPlan:
    url, project = options.get("base_url"), options.get("project")
    if "batches" in options:
        pairs = _json("batches", options["batches"])
        if not isinstance(pairs, dict | list):
            raise invalid("the option batches is no object or array of JSON", field="batches")
        return plan_pairs(pairs, url, project, like)
    if "path" in options:
        return plan_archives(options["path"], like)
    what: dict[str, Any] = {
        "tables": like.tables, "columns": dict(like.columns), "where": dict(like.where)
    }  # fmt: skip
    keys: dict[str, Any] = {} if files is None else files.read()
    with Client(url, project=project, **keys) as client:
        scenarios = options.get("scenarios")
        some = None if scenarios is None else _names(scenarios)
        return _plan_scenarios(some, options.get("since"), client, what)


def _plan_scenarios(
    some: list[str] | None, since: str | None, client: Client, what: dict[str, Any]
) -> ReadPlan:
    if some is None or since is not None:
        return plan_read(some, since=_since(since), client=client, **what)
    return plan_read([client.scenario(name) for name in some], client=client, **what)


def _names(text: str) -> list[str]:
    return list(_json("scenarios", text)) if text.lstrip().startswith("[") else [text]


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise invalid(f"the option {name} is no JSON", field=name) from None


def _since(text: str | None) -> When | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return text  # as "7d"


def _wanted(table: str, each: Any) -> tuple[str | None, frozenset[object]]:
    """Gives the column of a filter and the values that it lets through; None for any other one."""
    name = ".".join(getattr(each, "attribute", ()))
    if name not in FILTERED.get(table, ()):
        return None, frozenset()
    if isinstance(each, datasource.EqualNullSafe):
        values = frozenset([each.value])
    elif isinstance(each, datasource.EqualTo):
        values = frozenset([each.value]) - {None}  # no value equals null
    elif isinstance(each, datasource.In):
        values = frozenset(each.value) - {None}
    elif isinstance(each, datasource.IsNull):
        values = frozenset([None])
    else:
        return None, frozenset()
    words = contract_words().get(name)
    if words and not values <= {*words, None}:
        return None, frozenset()  # `where` refuses a word that the contract does not name
    return name, values
