"""Tables of runs, for pyarrow, pandas, Polars, DuckDB and all that speak Arrow.

The columns live in the core; a library is imported when it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from simruns import _core
from simruns.core.awaited import awaited
from simruns.core.errors import Error, invalid
from simruns.core.extras import require
from simruns.core.pickling import Unpickled, public
from simruns.hold.completeness import Completeness

if TYPE_CHECKING:
    import pandas
    import polars

COMPLETENESS = "simruns.completeness"
"""The key of `Completeness.to_dict()` in the metadata of tables and in pandas `attrs`, as JSON.

pandas copies `attrs` whenever a column is taken, and a text is copied at once.
"""
READ_AT = "simruns.read_at"
"""The key, in the metadata of tables, of the time when the last page came, as ISO 8601."""


class Tabular(Unpickled):
    """Something that can be laid out as a table. Each layout carries the completeness along."""

    _instead = "keep to_arrow(), or a file of to_parquet()"

    def __init__(
        self,
        name: str,
        pages: Sequence[_core.Pages],
        completeness: Completeness,
        read_at: datetime,
    ) -> None:
        self._name = name
        self._walks = list(pages)
        self.completeness = completeness
        """Whether all runs came: how many did, of those that the server counted."""
        self.read_at = read_at
        """When the last page came, in UTC."""

    def to_arrow(self) -> Any:
        """Gives a `pyarrow.Table`. Ctrl-C ends the call between two pages."""
        pyarrow = require("pyarrow", "arrow", "to_arrow")
        with pyarrow.RecordBatchReader.from_stream(self._table) as reader:
            return pyarrow.Table.from_batches(list(reader), schema=reader.schema)

    def to_file_table(self) -> Any:
        """Gives a `pyarrow.Table` of what a file holds of this."""
        return self.to_arrow()

    def to_pandas(
        self, *, dtype_backend: Literal["numpy_nullable", "pyarrow"] = "numpy_nullable"
    ) -> pandas.DataFrame:
        """Gives a `pandas.DataFrame` of nullable types, or of Arrow's own with "pyarrow"."""
        if dtype_backend not in ("numpy_nullable", "pyarrow"):
            raise invalid(f"dtype_backend is {dtype_backend!r}; give 'numpy_nullable' or 'pyarrow'")
        pd = require("pandas", "pandas", "to_pandas")
        require("pyarrow", "pandas", "to_pandas")
        types = pd.ArrowDtype if dtype_backend == "pyarrow" else _nullable(pd)
        frame: pandas.DataFrame = self.to_arrow().to_pandas(types_mapper=types)
        frame.attrs[COMPLETENESS] = self._metadata[COMPLETENESS]
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Gives a `polars.DataFrame`, which cannot carry the completeness; `Runs` has it."""
        pl = require("polars", "polars", "to_polars")
        frame: polars.DataFrame = pl.DataFrame(self)
        if frame.height != self._table.num_rows:
            raise Error(
                f"polars {pl.__version__} read {frame.height} of {self._table.num_rows} rows; "
                "pip install --upgrade 'simruns[polars]'"
            )
        return frame

    to_arrow_async = awaited(to_arrow)
    to_pandas_async = awaited(to_pandas)
    to_polars_async = awaited(to_polars)

    def __arrow_c_schema__(self) -> object:
        return self._table.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    @cached_property
    def _metadata(self) -> dict[str, str]:
        return {
            COMPLETENESS: json.dumps(self.completeness.to_dict()),
            READ_AT: self.read_at.isoformat(),
        }

    @cached_property
    def _table(self) -> _core.ArrowTable:
        return _core.ArrowTable(self._name, self._walks, self._metadata)


@public
class Table(Tabular):
    """One of the tables of `Runs`, whose column `run_id` is the `id` of the table of runs."""

    def __len__(self) -> int:
        return self._table.num_rows

    def __repr__(self) -> str:
        return f"<Table of {self._name}: {len(self):,} rows>"


def _nullable(pd: Any) -> Any:
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
