"""Runs that are stored as columns beside their texts, which are decoded when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias

from simruns import _core
from simruns.core.extras import require
from simruns.core.once import once

if TYPE_CHECKING:
    import pyarrow

NAMED = "scenario_name"
"""The column that `names` of runs fill anew each time: what was stored of it is not looked at."""

PAGE_RUNS = 100
"""Rows that a stream gives at once at most, as where each page of runs is decoded."""

_decoding = RLock()
"""Held by the thread that decodes; a handler of signals may interrupt it, and ask as well."""


def _renew_lock() -> None:
    """Frees a process that was forked while another thread was decoding, which it does not have."""
    global _decoding
    _decoding = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class Stored:
    """The runs of one batch, as the columns of the table `runs`. Immutable."""

    def __init__(self, columns: pyarrow.Table, decode: Callable[[], _core.Pages]) -> None:
        """`decode` gives the same runs by their texts, or raises Error."""
        self.columns = columns
        """What `as_columns` gives."""
        self.bad_runs: list[_core.Issue] = []
        self._decode = decode

    def __len__(self) -> int:
        rows: int = self.columns.num_rows
        return rows

    @once
    def ids(self) -> list[str]:
        ids: list[str] = self.columns["run_id"].to_pylist()
        return ids

    @property
    def pages(self) -> _core.Pages:
        """The runs themselves. One thread decodes them, and the others wait for it."""
        with _decoding:
            pages = self._decode()
            self._decode = lambda: pages  # lets the texts go
            return pages

    @property
    def completeness(self) -> _core.Completeness:
        return self.pages.completeness


Walk: TypeAlias = _core.Pages | Stored
"""The runs of one batch, decoded or stored."""


class StoredTable:
    """The table `runs`, or some of its columns, as `_core.ArrowTable` builds it of decoded runs."""

    def __init__(
        self,
        columns: pyarrow.Table,
        metadata: dict[str, str],
        only: Sequence[str],
        names: dict[str, str],
    ) -> None:
        shape = _core.ArrowTable("runs", [], metadata, only, names)
        self.contract_words = shape.contract_words
        schema = require("pyarrow", "arrow", "to_arrow").schema(shape)
        found = [
            _named(columns["scenario"], names) if name == NAMED else columns[name]
            for name in schema.names
        ]
        self.table: Any = require("pyarrow", "arrow", "to_arrow").table(found, schema=schema)

    def __arrow_c_schema__(self) -> object:
        return self.table.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, _: object | None = None) -> object:
        return self.table.to_reader(max_chunksize=PAGE_RUNS).__arrow_c_stream__()

    @property
    def num_rows(self) -> int:
        rows: int = self.table.num_rows
        return rows


def pages_of(walk: Walk) -> _core.Pages:
    return walk.pages if isinstance(walk, Stored) else walk


def ids_of(walk: Walk) -> Iterable[str]:
    """Gives the ids of the runs, an empty text for one without."""
    return walk.ids if isinstance(walk, Stored) else (run.id for run in walk[:])


def columns_together(walks: Sequence[Walk]) -> pyarrow.Table:
    """Gives the columns of the runs of all batches, one batch after another."""
    pa = require("pyarrow", "arrow", "to_arrow")
    tables = [w.columns if isinstance(w, Stored) else columns_of_pages(w) for w in walks]
    return pa.concat_tables(tables).unify_dictionaries() if len(tables) > 1 else tables[0]


def columns_of_pages(pages: _core.Pages) -> pyarrow.Table:
    """Gives the columns as `as_columns` does, of runs that are decoded."""
    pa = require("pyarrow", "arrow", "to_arrow")
    built = _core.ArrowTable("runs", [pages], {}, [name for name in shape().names if name != NAMED])
    with pa.RecordBatchReader.from_stream(built) as reader:
        return reader.read_all()


def as_columns(table: pyarrow.Table) -> pyarrow.Table:
    """Gives the columns of a table of runs whose words are plain texts, as the core builds them.

    Each column of words has one dictionary for all rows: the words of the contract, then the others
    in the order in which they come. The scenarios' names are left out.
    """
    pa = require("pyarrow", "arrow", "to_arrow")
    words = _core.ArrowTable("runs", [], {}).contract_words
    schema = pa.schema([field for field in shape() if field.name != NAMED])
    columns = [
        _numbered(table[field.name], words.get(field.name, []), field.type)
        if pa.types.is_dictionary(field.type)
        else table[field.name]
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def shape() -> pyarrow.Schema:
    """Gives the schema of the table of runs, without what is told in its metadata."""
    schema: pyarrow.Schema = require("pyarrow", "arrow", "to_arrow").schema(
        _core.ArrowTable("runs", [], {})
    )
    return schema


def _numbered(column: Any, first: list[str], type_: Any) -> Any:
    """Gives a column of texts as numbers of words, of which `first` are the first ones."""
    pa = require("pyarrow", "arrow", "to_arrow")
    encoded = column.dictionary_encode().combine_chunks()
    there = encoded.dictionary.to_pylist()
    if not first:
        return encoded
    place = {word: number for number, word in enumerate(dict.fromkeys([*first, *there]))}
    numbers = pa.array([place[word] for word in there], pa.int32()).take(encoded.indices)
    return pa.DictionaryArray.from_arrays(numbers, list(place), ordered=type_.ordered)


def _named(scenarios: Any, names: Mapping[str, str]) -> Any:
    """Gives the names of scenarios as a column of words, null where there is none."""
    pa = require("pyarrow", "arrow", "to_arrow")
    column = scenarios.combine_chunks()
    found = [names.get(scenario) for scenario in column.dictionary.to_pylist()]
    return pa.array(found, pa.string()).take(column.indices).dictionary_encode()
