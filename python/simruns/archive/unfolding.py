"""Parquet that may be somebody else's: read in steps, and no further than a bound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from simruns.core.errors import Error
from simruns.core.extras import require
from simruns.core.reading import reading

FREE_BYTES = 2**30
"""Bytes that the values of an archive, or of a file, may take however small it is."""
RATIO = 1000
"""Beyond these, the bytes of values for each byte of a file; honest runs come to less than 100."""
STEP_ROWS = 256
"""Rows that are read at once at most."""
STEP_SHARE = 8
"""Rows that are read at once take this part of the room at most; Arrow and Python copy them."""
ROW_BYTES = 64
"""What a row takes at least, whatever is in it."""


class Room:
    """What the values of one archive, or of one file, may still take. Threads may share it."""

    def __init__(self) -> None:
        self._files = 0
        self._taken = 0
        self._counting = Lock()

    def add_file(self, size: int) -> None:
        with self._counting:
            self._files += size

    def take(self, path: Path, size: int) -> None:
        """Counts bytes of values that a file has. Raises Error if they are too many."""
        with self._counting:
            self._taken += size
        self.check(path, 0)

    @property
    def _most(self) -> int:
        return max(FREE_BYTES, RATIO * self._files)

    def rows_of(self, size: int) -> int:
        """Gives how many rows to read at once, if each may take so many bytes; 1 at least."""
        return max(1, (self._most - self._taken) // STEP_SHARE // max(1, size))

    def check(self, path: Path, more: int) -> None:
        """Raises Error if there is no room for so many bytes more."""
        if self._taken + more > self._most:
            raise Error(
                f"{path} unfolds to more than {self._most:,} bytes of values, and no runs do so "
                f"from {self._files:,} bytes of Parquet: restore the file from a copy"
            )


def batches_of(source: Any, path: Path, size: int, room: Room, *columns: str) -> Iterator[Any]:
    """Gives the rows of a Parquet file in steps, those of these columns that are there.

    `source` is that file, open, with `size` bytes. Raises Error for what has no room, and whatever
    pyarrow raises, which `parquet_at` makes an Error.
    """
    parquet = require("pyarrow.parquet", "arrow", "reading Parquet")
    with parquet.ParquetFile(source) as file:
        yield from steps_of(file, path, size, room, *columns)


def steps_of(
    file: Any, path: Path, size: int, room: Room, *columns: str, most: int = STEP_ROWS
) -> Iterator[Any]:
    """Does what `batches_of` does for a `ParquetFile`, with `most` rows in a step."""
    room.add_file(size)
    told = _told_size(file.metadata, columns)
    room.check(path, told)
    rows = min(most, room.rows_of(told))  # each may be as large as all of the file
    for batch in file.iter_batches(batch_size=rows, columns=list(columns), use_threads=False):
        room.take(path, ROW_BYTES * batch.num_rows + sum(map(_size_of, batch.columns)))
        yield batch


def _told_size(metadata: Any, columns: tuple[str, ...]) -> int:
    """Gives what the file says that its columns take; it may not be true."""
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    chunks = (group.column(number) for group in groups for number in range(group.num_columns))
    return sum(
        max(0, chunk.total_uncompressed_size) for chunk in chunks if chunk.path_in_schema in columns
    )


def _size_of(column: Any) -> int:
    """Gives what the values of a column take when each has its own bytes."""
    if not hasattr(column, "dictionary"):
        return int(column.nbytes)
    compute = require("pyarrow.compute", "arrow", "reading Parquet")
    sizes = compute.binary_length(column.dictionary).take(column.indices)
    return int(compute.sum(sizes).as_py() or 0)


@contextmanager
def parquet_at(path: Path) -> Iterator[None]:
    """Has every error name the file, whatever pyarrow raises for what it cannot read."""
    pyarrow = require("pyarrow", "arrow", "reading Parquet")
    with reading(path):
        try:
            yield
        except Error:
            raise
        except MemoryError:
            raise Error(f"{path} takes more memory than there is") from None
        except (OSError, OverflowError, TypeError, ValueError, pyarrow.ArrowException) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise Error(f"{path} cannot be read as Parquet: {error}") from None
