"""Tables as other engines have them: words are texts, and times are in microseconds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from simruns.core.extras import require

if TYPE_CHECKING:
    import pyarrow

TOGETHER = 16
"""Record batches that become one: those of up to 1,600 runs."""


def plain_type(kind: pyarrow.DataType) -> pyarrow.DataType:
    """Gives the type that a column of this one has there."""
    pa = require("pyarrow", "arrow", "the schema of a source")
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return pa.timestamp("us", kind.tz) if pa.types.is_timestamp(kind) else kind


def plain_schema(schema: pyarrow.Schema) -> pyarrow.Schema:
    """Gives a schema of plain types."""
    pa = require("pyarrow", "arrow", "the schema of a source")
    return pa.schema([field.with_type(plain_type(field.type)) for field in schema])


def plain_batches(
    batches: Iterator[pyarrow.RecordBatch], schema: pyarrow.Schema
) -> Iterator[pyarrow.RecordBatch]:
    """Gives record batches with the types of `plain_schema`, several as one.

    Each takes an engine some time, however few its rows are.
    """
    pa = require("pyarrow", "arrow", "the rows of a source")
    while some := list(islice(batches, TOGETHER)):
        table = pa.Table.from_batches(some).cast(schema).combine_chunks()
        yield from table.to_batches()
