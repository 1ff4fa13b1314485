"""Tables of runs, for pyarrow, pandas, Polars, DuckDB and all that speak Arrow.

The columns live in the core; a library is imported when it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from simruns import _core
from simruns.core import checks
from simruns.core.awaited import awaited
from simruns.core.errors import Error, invalid
from simruns.core.extras import require
from simruns.core.once import once
from simruns.core.pickling import Shared, public
from simruns.core.shown import shown_by
from simruns.hold.completeness import Completeness
from simruns.hold.stored import StoredTable
from simruns.looks.texts import counted

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    from typing_extensions import Self

    from simruns.hold.runs import Runs

Where: TypeAlias = Callable[[_core.Run], object] | Mapping[str, object]
"""Which runs: a function of a run, or a dict of attributes, as `Runs.where` takes them."""

Built: TypeAlias = _core.ArrowTable | StoredTable
"""A table that others take by Arrow's C interface."""

COMPLETENESS = "simruns.completeness"
"""The key of `Completeness.to_dict()` in the metadata of tables and in pandas `attrs`, as JSON.

pandas copies `attrs` whenever a column is taken, and a text is copied at once.
"""
READ_AT = "simruns.read_at"
"""The key, in the metadata of tables, of the time when the last page came, as ISO 8601."""


class Tabular(Shared):
    """Something that can be laid out as a table. Each layout carries the completeness along."""

    def __init__(self, name: str, completeness: Completeness, read_at: datetime) -> None:
        self._name = name
        self.completeness = completeness
        """Whether all runs came: how many did, of those that the server counted."""
        self.read_at = read_at
        """When the last page came, in UTC."""

    @property
    def _walks(self) -> list[_core.Pages]:
        """The pages that the table is of."""
        raise NotImplementedError

    @property
    def _scenario_names(self) -> dict[str, str]:
        """What the column `scenario_name` has, by the references of scenarios."""
        raise NotImplementedError

    def to_arrow(
        self, *, columns: Sequence[str] | None = None, where: Where | None = None
    ) -> pyarrow.Table:
        """Gives a `pyarrow.Table`. Ctrl-C ends the call between two pages.

        `columns` names the columns that are wanted, in the order in which they are to come; no
        others are built. `where` says of which runs the rows are: it is a function of a run, or a
        dict of attributes, `{"verdict": "failure"}`, as in `Runs.where`.
        """
        pa = require("pyarrow", "arrow", "to_arrow")
        built = self._built(columns, where)
        if isinstance(built, StoredTable):
            return built.table
        with pa.RecordBatchReader.from_stream(built) as reader:
            return pa.Table.from_batches(list(reader), schema=reader.schema)

    def _record_batches(self, columns: Sequence[str] | None) -> pyarrow.RecordBatchReader:
        """Gives the rows as a stream, each page of runs as a record batch."""
        pa = require("pyarrow", "arrow", "to_arrow")
        return pa.RecordBatchReader.from_stream(self._built(columns, None))

    def _file_table(self) -> pyarrow.Table:
        """Gives a `pyarrow.Table` of what a file holds of this."""
        return self.to_arrow()

    def to_pandas(
        self,
        *,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        dtype_backend: Literal["numpy_nullable", "pyarrow"] = "numpy_nullable",
        tz: Literal["UTC"] | None = "UTC",
    ) -> pandas.DataFrame:
        """Gives a `pandas.DataFrame` of nullable types, or of Arrow's own with "pyarrow".

        `columns` and `where` are as in `to_arrow`. Times are in UTC, and say so; with `tz=None`
        they do not, which `DataFrame.to_excel` asks for:

            runs.to_pandas(tz=None).to_excel("runs.xlsx")
        """
        if dtype_backend not in ("numpy_nullable", "pyarrow"):
            raise invalid(f"dtype_backend is {dtype_backend!r}; give 'numpy_nullable' or 'pyarrow'")
        if tz not in ("UTC", None):
            raise invalid(f"tz is {tz!r}; give 'UTC', or None for times in UTC that do not say so")
        pd = require("pandas", "pandas", "to_pandas")
        require("pyarrow", "pandas", "to_pandas")
        types = pd.ArrowDtype if dtype_backend == "pyarrow" else nullable(pd)
        table = self.to_arrow(columns=columns, where=where)
        table = table if tz else _without_zone(table)
        frame: pandas.DataFrame = table.to_pandas(types_mapper=types)
        frame.attrs[COMPLETENESS] = table.schema.metadata[COMPLETENESS.encode()].decode()
        return frame

    def to_polars(
        self, *, columns: Sequence[str] | None = None, where: Where | None = None
    ) -> polars.DataFrame:
        """Gives a `polars.DataFrame`, which cannot carry the completeness; `Runs` has it.

        `columns` and `where` are as in `to_arrow`. A column whose words the contract names is an
        `Enum`, or a `Categorical` if another word came.
        """
        pl = require("polars", "polars", "to_polars")
        table = self._built(columns, where)
        frame: polars.DataFrame = _with_text_ids(pl.DataFrame(table))
        if frame.height != table.num_rows:
            raise Error(
                f"polars {pl.__version__} read {frame.height} of {table.num_rows} rows; "
                "pip install --upgrade 'simruns[polars]'"
            )
        return frame.cast(
            {
                name: pl.Enum(words)
                for name, words in table.contract_words.items()
                if set(frame[name].unique()) <= {*words, None}
            }
        )

    to_arrow_async = awaited(to_arrow)
    to_pandas_async = awaited(to_pandas)
    to_polars_async = awaited(to_polars)

    def __arrow_c_schema__(self) -> object:
        return self._table.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    @once
    def _metadata(self) -> dict[str, str]:
        return {
            COMPLETENESS: json.dumps(self.completeness.to_dict()),
            READ_AT: self.read_at.isoformat(),
        }

    def _of(self, where: Where) -> Tabular:
        """Gives this of the runs for which `where` holds."""
        raise NotImplementedError

    def _built(self, columns: Sequence[str] | None, where: Where | None) -> Built:
        """Gives the table of these columns and runs, None for all."""
        if where is not None:
            return self._of(where)._built(columns, None)
        if columns is None:
            return self._table
        return self._built_of(column_names(columns))

    @property
    def _table(self) -> Built:
        return self._built_of([])

    def _built_of(self, names: list[str]) -> Built:
        """Gives the table of the columns with these names; of all if there is none."""
        return _core.ArrowTable(
            self._name, self._walks, self._metadata, names, self._scenario_names
        )


def column_names(columns: Any) -> list[str]:
    """Checks the names of the columns that are wanted."""
    if isinstance(columns, str | bytes) or not isinstance(columns, Iterable):
        raise invalid(f"columns is {columns!r}; give a list of names", field="columns")
    names = [checks.text("columns", name) for name in columns]
    if not names:
        raise invalid("columns is empty; name one, or leave it out for all", field="columns")
    return names


@public
class Table(Tabular):
    """One of the tables of `Runs`; it joins the others by its column `run_id`."""

    def __init__(self, name: str, runs: Runs) -> None:
        super().__init__(name, runs.completeness, runs.read_at)
        self._runs = runs

    @property
    def _walks(self) -> list[_core.Pages]:
        return self._runs._walks

    @property
    def _scenario_names(self) -> dict[str, str]:
        return self._runs._scenario_names

    def _of(self, where: Where) -> Self:
        return type(self)(self._name, self._runs._of(where))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._name, self._runs)

    def __len__(self) -> int:
        return self._table.num_rows

    def __repr__(self) -> str:
        return f"<Table of {self._name}: {counted(len(self), 'row')}>"

    _repr_html_ = shown_by("table_html")


def _with_text_ids(frame: polars.DataFrame) -> polars.DataFrame:
    """Gives the frame with `run_id` as texts, as Polars joins texts with nothing else.

    Polars would copy an id for each row by a cast; `gather` has it once.
    """
    import polars as pl

    if frame.schema.get("run_id", pl.String) == pl.String:
        return frame
    ids = frame["run_id"]
    unique = ids.unique()
    places = pl.int_range(len(unique), eager=True)
    at = ids.to_physical().replace_strict(unique.to_physical(), places, return_dtype=pl.UInt32)
    return frame.with_columns(unique.cast(pl.String).gather(at).alias("run_id"))


def _without_zone(table: Any) -> Any:
    """Gives the table with times that do not say that they are in UTC."""
    import pyarrow

    plain = pyarrow.timestamp("ms")
    fields = [
        field.with_type(plain) if pyarrow.types.is_timestamp(field.type) else field
        for field in table.schema
    ]
    return table.cast(pyarrow.schema(fields, table.schema.metadata))


def nullable(pd: Any) -> Any:
    """Gives the lookup of pandas' nullable type for an Arrow type; None means the usual type."""
    import pyarrow

    types = {
        pyarrow.bool_(): pd.BooleanDtype(),
        pyarrow.int32(): pd.Int32Dtype(),
        pyarrow.int64(): pd.Int64Dtype(),
        pyarrow.float64(): pd.Float64Dtype(),
        pyarrow.string(): pd.StringDtype(),
        pyarrow.large_string(): pd.StringDtype(),
        pyarrow.string_view(): pd.StringDtype(),
    }
    return types.get
