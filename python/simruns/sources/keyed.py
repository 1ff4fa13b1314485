"""Tables of which each row has a name that is never null, to be known by when it comes again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from simruns.archive.store import Keys
from simruns.hold.listing import Batches, Scenarios
from simruns.hold.told import BatchInfo
from simruns.read.scenario import Scenario
from simruns.sources.plain import plain_type
from simruns.sources.reading import PartitionRead

if TYPE_CHECKING:
    import pyarrow

OF_RUN = ("project", "scenario", "batch", "run_id", "unnamed")
"""The columns that name a run."""
KEYS = {
    "scenarios": ("project", "scenario", "unnamed"),
    "batches": ("project", "scenario", "batch", "unnamed"),
    "runs": OF_RUN,
    "turns": (*OF_RUN, "turn"),
    "criteria": (*OF_RUN, "criterion"),
}
"""The columns that name a row, by table."""
ROWS_OF = {"turns": "n_turns", "criteria": "n_criteria"}
"""The column of runs that counts the rows of a run in a table."""

BARE = -1
"""What stands for the number of a row of a run that has none in a table."""


def table_of(read: PartitionRead, name: str) -> pyarrow.Table:
    """Gives a table of the runs of a batch.

    Its columns `project`, `scenario` and `batch` say which batch was asked for.
    """
    import pyarrow as pa

    schema = read.partition.schema_of(name)
    table = pa.Table.from_batches(read.record_batches(name), schema)
    unnamed = _unnamed([(run.id, run.to_json) for run in read.runs])
    if name == "runs":
        table = table.drop_columns(["scenario_name"])  # which the table of scenarios has
    else:
        counts = _counts(read, name)
        unnamed = [text for text, n in zip(unnamed, counts, strict=True) for _ in range(n)]
    key = {part: [text] * table.num_rows for part, text in read.partition.key._asdict().items()}
    return _plain(_columns(table) | key | {"unnamed": unnamed}, KEYS[name])


def with_bare(read: PartitionRead, name: str, table: pyarrow.Table) -> pyarrow.Table:
    """Gives this table with a row more for each run that has none in it.

    By it, a destination drops the rows that it has of that run; it keeps none of number BARE.
    """
    import pyarrow as pa

    named = [(run.id, run.to_json) for run in read.runs]
    runs = zip(read.runs, _unnamed(named), _counts(read, name), strict=True)
    bare = [(run.id or "", text) for run, text, n in runs if not n]
    key = read.partition.key._asdict()
    rows = [key | {"run_id": run, "unnamed": text, KEYS[name][-1]: BARE} for run, text in bare]
    return pa.concat_tables([table, pa.Table.from_pylist(rows, table.schema)])


def changed(
    listing: Batches | Scenarios[Scenario], known: dict[str, Any], name: str
) -> pyarrow.Table | None:
    """Gives a table of what is not known as it is listed, which is known from then on.

    None where nothing is new.
    """
    entries: list[Any] = list(listing)
    names = _unnamed([(one.reference, one.to_json) for one in entries])
    new, unnamed = [], []
    for one, text in zip(entries, names, strict=True):
        of_scenario = known.setdefault(one.project, {}).setdefault(one.scenario, {})
        reference = one.reference or text
        if of_scenario.get(reference) != digest(one):
            of_scenario[reference] = digest(one)
            new.append(one)
            unnamed.append(text)
    if not new:
        return None
    table = type(listing)(new, listing.completeness).to_arrow()
    return _plain(_columns(table) | {"unnamed": unnamed}, KEYS[name])


def digest(told: BatchInfo | Scenario) -> str:
    """Gives what tells whether the server says something else of it."""
    return _digest(told.to_json())


def _counts(read: PartitionRead, name: str) -> list[int]:
    """Gives how many rows of a table each run has."""
    counts: list[int] = read.runs.to_arrow(columns=[ROWS_OF[name]])[0].to_pylist()
    return counts


def _unnamed(entries: Iterable[tuple[str, Callable[[], str]]]) -> list[str]:
    """Gives of each entry an empty text, or what names it where it came without an id.

    That is its text, and how many of that text there were: two equal ones may be two runs.
    """
    keys = Keys()
    named = ("" if name else keys.of(name, text()) for name, text in entries)
    return [one if isinstance(one, str) else f"{_digest(one[0])}-{one[1]}" for one in named]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _columns(table: pyarrow.Table) -> dict[str, Any]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _plain(columns: dict[str, Any], key: tuple[str, ...]) -> pyarrow.Table:
    """Gives a table as every destination has it: of plain texts, and of times in microseconds."""
    import pyarrow as pa

    arrays, fields = [], []
    for name, values in columns.items():
        column = pa.array(values, pa.string()) if isinstance(values, list) else values
        kind = plain_type(column.type)
        arrays.append(column.cast(kind))
        fields.append(pa.field(name, kind, nullable=name not in key))
    return pa.table(arrays, schema=pa.schema(fields))
