"""Tables as Parquet files."""

from __future__ import annotations

import os
from typing import IO

from simruns.core.extras import require
from simruns.hold.tables import Tabular


def write_parquet(table: Tabular, out: str | os.PathLike[str] | IO[bytes]) -> None:
    """Writes a table with its completeness; of runs, also what `simruns.open` needs."""
    parquet = require("pyarrow.parquet", "arrow", "writing Parquet")
    parquet.write_table(table._file_table(), out, compression="zstd")
