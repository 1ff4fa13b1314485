"""docs/columns.md names every column of every table as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import simruns

pyarrow = pytest.importorskip("pyarrow")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "columns.md"
WORD = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
TYPES = {
    "text": pyarrow.string(),
    "JSON": pyarrow.string(),
    "word": WORD,
    "contract word": pyarrow.dictionary(pyarrow.int32(), pyarrow.string(), ordered=True),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "truth": pyarrow.bool_(),
    "time": pyarrow.timestamp("ms", "UTC"),
}


def rows_under(heading: str) -> Iterator[list[str]]:
    """The cells of each row of the table below a heading, without the two rows of its head."""
    (text,) = re.findall(rf"^## {heading}\n(.*?)(?:^## |\Z)", PAGE.read_text(), re.M | re.S)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return ([cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:])


@pytest.fixture(scope="module")
def runs(sim: simruns.Simulator) -> Iterator[simruns.Runs]:
    with sim.client() as client:
        yield client.batches(sim.batches()).read()


@pytest.mark.parametrize("name", ["runs", "turns", "criteria", "issues"])
def test_the_page_of_columns_has_each_column_of_a_table_in_its_order(
    runs: simruns.Runs, name: str
) -> None:
    schema = pyarrow.schema(runs if name == "runs" else getattr(runs, name))
    listed = list(rows_under(name))
    assert [row[0] for row in listed] == [f"`{column}`" for column in schema.names]
    for field, (_, kind, null, meaning, _) in zip(schema, listed, strict=True):
        assert field.type == TYPES[kind], field.name
        assert null == ("yes" if field.nullable else "never"), field.name
        assert meaning


def test_the_page_of_columns_has_the_words_of_the_contract_in_their_order(
    runs: simruns.Runs,
) -> None:
    for name in ("runs", "turns"):
        table = (runs if name == "runs" else runs.turns).to_arrow()
        for cell, kind, _, meaning, _ in rows_under(name):
            if kind == "contract word":
                words = table[cell.strip("`")].chunk(0).dictionary.to_pylist()
                assert meaning.endswith(": " + ", ".join(words))
