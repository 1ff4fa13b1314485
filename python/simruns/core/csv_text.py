"""Tables as CSV: written so that each row has lines of its own, read as spreadsheets save them."""

from __future__ import annotations

import codecs
import csv
import io
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple, TextIO

_QUOTED = re.compile(r'[,"\r\n]')
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet takes for a formula."""
_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The encodings that the first bytes of a file tell."""
_DELIMITERS = ",;\t"
_LONGEST = 2**31 - 1
_limit = threading.Lock()


class CsvTable(NamedTuple):
    """What a CSV file holds."""

    names: list[str]
    rows: list[tuple[int, list[str]]]
    """Each row behind the number of its last line, as long as `names`."""


def write_csv(
    file: TextIO, columns: Iterable[str], rows: Iterable[Iterable[Any]], *, safe: bool
) -> None:
    """Writes the names of the columns and the rows.

    With `safe`, an apostrophe stands before a text that a spreadsheet would take for a formula.
    """
    file.write(",".join(_field(name, safe=False) for name in columns) + "\n")
    file.writelines(",".join(_field(value, safe) for value in row) + "\n" for row in rows)


def write_csv_as_utf8(
    out: IO[bytes], names: Iterable[str], rows: Iterable[Iterable[Any]], *, safe: bool
) -> None:
    """Writes a table as CSV, and leaves the file open."""
    file = io.TextIOWrapper(out, encoding="utf-8", newline="")
    try:
        write_csv(file, names, rows, safe=safe)
    finally:
        file.detach()


def without_apostrophe(text: str) -> str:
    """Gives a text without the apostrophe that `write_csv` puts before it with `safe`."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def read_csv(data: bytes, column: str) -> CsvTable:
    """Reads CSV as a spreadsheet saves it; `column` is one that it has to have.

    It may be UTF-8 or UTF-16, with a byte order mark or none, or of the code page that Windows
    uses in the West. Fields are apart by a comma, a semicolon or a tab, and rows by any end of a
    line. Rows without any text are left out. Raises ValueError for what is no such table, as where
    a quotation mark is missing: the rows behind it would be lost in one field.
    """
    text = _decoded(data)
    told = text[:4].lower() == "sep="  # a line that tells a spreadsheet the delimiter
    text = text.partition("\n")[2] if told else text
    nul = next(char for char in map(chr, range(0xE000, 0x110000)) if char not in text)
    text = text.replace("\0", nul)  # which the csv module of Python 3.10 refuses
    with _fields_of_any_length():
        names, delimiter = _header(text, column)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows: list[tuple[int, list[str]]] = []
        line = 1
        try:
            for row in reader:
                if line > 1 and any(map(str.strip, row)):
                    row = (row + [""] * len(names))[: len(names)]
                    rows.append((reader.line_num + told, [each.replace(nul, "\0") for each in row]))
                line = reader.line_num + 1
        except csv.Error as error:
            raise ValueError(f"line {line + told}: {error}; look at its quotation marks") from None
    return CsvTable([name.replace(nul, "\0") for name in names], rows)


def _decoded(data: bytes) -> str:
    for mark, encoding in _ENCODINGS.items():
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    if "\0" in text:
        raise ValueError("it has NUL characters")
    return text


def _header(text: str, column: str) -> tuple[list[str], str]:
    """Gives the names of the columns, and what stands between fields: what parts off `column`."""
    names: list[str] = []
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        names = next(reader, [])
        if column in map(str.strip, names) and (len(names) > 1 or delimiter == _DELIMITERS[-1]):
            return names, delimiter
    raise ValueError(f"it has no column {column}")


@contextmanager
def _fields_of_any_length() -> Iterator[None]:
    """Lets fields be as long as a conversation. The csv module has one limit for all threads."""
    with _limit:
        before = csv.field_size_limit(_LONGEST)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _field(value: Any, safe: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    text = f"'{value}" if safe and value.startswith(FORMULA) else value
    # The csv module of older Pythons leaves a bare CR unquoted, where readers then end the row.
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
