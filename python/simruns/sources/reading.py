"""Reading a partition: its rows as record batches, and what proves that they are all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from simruns.archive.opening import open as open_archive
from simruns.core import errors, logs
from simruns.core.errors import Error, IncompleteError, invalid
from simruns.core.lines import in_line
from simruns.core.pickling import Unpickled, public
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.runs import Runs
from simruns.read.batch import read_all
from simruns.read.client import Client
from simruns.read.waiting import MAX_BYTES, Asked
from simruns.request.query import BatchKey, text_of
from simruns.sources.clients import client_of
from simruns.sources.plan import Partition, checked_client

if TYPE_CHECKING:
    import pyarrow


@public
class PartitionRead(Unpickled):
    """What a partition brought: an iterator of its record batches, all of one schema.

    All runs of the batch are here before the first row is given.
    """

    _instead = "keep its completeness, and its record batches"

    def __init__(self, partition: Partition, runs: Runs) -> None:
        self.partition = partition
        self.completeness = runs.completeness
        """Whether all runs of the batch came, be they of those that `where` chooses or not."""
        self.runs = runs.where(**dict(partition.where)) if partition.where else runs
        """The runs that the rows are of."""
        self._left: Iterator[pyarrow.RecordBatch] | None = None

    @property
    def schema(self) -> pyarrow.Schema:
        """The schema of the record batches."""
        return self.partition.schema

    def record_batches(self, table: str | None = None) -> Iterator[pyarrow.RecordBatch]:
        """Gives the rows of a table, those of up to 100 runs at a time.

        None stands for the only table.
        """
        name = self.partition._table(table)
        rows = self.runs if name == "runs" else getattr(self.runs, name)
        with rows._record_batches(self.partition._columns_of(name)) as reader:
            for batch in reader:
                yield batch.replace_schema_metadata()

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        return self

    def __next__(self) -> pyarrow.RecordBatch:
        if self._left is None:
            self.partition._table(None)
            self._left = self.record_batches()
        return next(self._left)

    def __repr__(self) -> str:
        return f"<PartitionRead of {text_of(self.partition.key)}: {self.completeness}>"


@public
def read_partition(
    partition: Partition,
    *,
    client: Client | None = None,
    workers: int = 1,
    max_bytes: int | None = MAX_BYTES,
) -> PartitionRead:
    """Reads the batch of a partition, as `batch.read` does, and gives its rows as an iterator.

        read = simruns.read_partition(partition)
        for batch in read:
            writer.write_batch(batch)
        print(read.completeness)

    It raises what `batch.read` raises before it gives a row, IncompleteError where runs are
    missing, also for an archive: a failed read gives nothing, and may be tried again.

    Without a `client`, the process has one for all partitions, with the credentials of its own
    environment, SIMRUNS_API_KEY or SIMRUNS_TOKEN. `workers` says how many processes read at the
    same time, 1 to 1,000: each has its share of the requests that the vendor allows,
    `request_budget=1000 // workers`, and says so in the log. `max_bytes` is that of `batch.read`.
    """
    _check(partition)
    if partition.directory is not None:
        runs = _archived(partition, partition.directory)
    else:
        runs = _read(partition, client, workers, max_bytes)
    logs.logger.info("%s", in_line(f"{text_of(partition.key)}: {runs.completeness}"))
    return PartitionRead(partition, runs)


def _check(partition: object) -> None:
    if not isinstance(partition, Partition):
        kind = type(partition).__name__
        raise invalid(f"partition is of type {kind}; give one of simruns.plan_read")


def _read(partition: Partition, client: Client | None, workers: int, max_bytes: int | None) -> Runs:
    checked_client(client)
    server = partition.server or ""
    own = client_of(server, workers) if client is None else client
    if own.base_url != server:
        raise invalid(
            f"client is one of {own.base_url}, and the partition is of {server}", field="client"
        )
    runs = read_all(own._core, Asked([partition.key], {}, max_bytes=max_bytes), progress=False)
    if partition.scenario_name is not None:
        runs.names = {partition.key.scenario: partition.scenario_name}
    return runs


def _archived(partition: Partition, directory: str) -> Runs:
    runs = open_archive(directory)
    if runs.batches != (partition.key,):
        raise Error(
            f"{directory} is no archive of {text_of(partition.key)} any more; plan the read again"
        )
    told = runs.completeness
    if told.verdict == "incomplete":
        text = f"{directory}: {told}; archive the batch again"
        error = IncompleteError(text, kind="incomplete", text=text)
        error.runs = runs
        errors.tell_walk(error, told.batches[0])
        raise error
    return runs


Report: TypeAlias = PartitionRead | Completeness | Runs
"""What tells of the completeness of a read."""


@public
def completeness_of(results: Iterable[Report]) -> Completeness:
    """Adds up what partitions report: whether all runs of all batches came.

        simruns.completeness_of(results)            # of what read_partition gave
        simruns.completeness_of(told)               # of the completeness of each

    A batch that is reported twice, as where a task was tried again, counts once. Raises an Error
    where two reports of a batch do not agree: the batch moved between them, and nothing tells whose
    rows were kept. What no partition reported is not in it: there is one report for each partition
    of the plan.
    """
    each: dict[BatchKey, BatchCompleteness] = {}
    for result in _listed(results):
        for batch in _completeness(result).batches:
            before = each.setdefault(batch.key, batch)
            if _told(before) != _told(batch):
                raise Error(
                    f"{text_of(batch.key)} is reported twice, as {before.text}, and as "
                    f"{batch.text}: read it again"
                )
    return Completeness(each.values())


def _listed(results: Any) -> Iterable[Any]:
    if isinstance(results, PartitionRead | Completeness | Runs):
        return [results]
    if not isinstance(results, Iterable) or isinstance(results, str | bytes):
        kind = type(results).__name__
        raise invalid(f"results is of type {kind}; give what read_partition gave, in a list")
    return results


def _completeness(result: Any) -> Completeness:
    told = result if isinstance(result, Completeness) else getattr(result, "completeness", None)
    if not isinstance(told, Completeness):
        raise invalid(
            f"results has one of type {type(result).__name__}; give what read_partition gave, or "
            "its completeness"
        )
    return told


def _told(batch: BatchCompleteness) -> tuple[object, ...]:
    """Gives what two reports of one batch have to agree in."""
    return batch.verdict, batch.received, batch.total, batch.selected
