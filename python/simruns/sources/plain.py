"""Tables as other engines have them: words are texts, and times are in microseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simruns.core.extras import require

if TYPE_CHECKING:
    import pyarrow


def plain_schema(schema: pyarrow.Schema) -> pyarrow.Schema:
    """Gives a schema without dictionaries, and with times in microseconds."""
    pa = require("pyarrow", "arrow", "the schema of a source")
    fields = []
    for field in schema:
        kind = field.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        elif pa.types.is_timestamp(kind):
            kind = pa.timestamp("us", kind.tz)
        fields.append(field.with_type(kind))
    return pa.schema(fields)


def plain(batch: pyarrow.RecordBatch, schema: pyarrow.Schema) -> pyarrow.RecordBatch:
    """Gives a record batch with the types of `plain_schema`."""
    pa = require("pyarrow", "arrow", "the rows of a source")
    columns = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.record_batch(columns, schema=schema)
