"""What people say of runs: the labels of a sheet that they filled in."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from simruns.core import checks
from simruns.core.csv_text import CsvTable, read_csv, without_apostrophe
from simruns.core.errors import invalid
from simruns.looks.texts import one_line

RUN, LABEL, LABELLER = "run_id", "label", "labeller"
CRITERION = "criterion:"
"""What the column of a criterion begins with, before its key."""
WORDS = ("success", "failure", "unsure", "")
DECISIONS = ("success", "failure")
FORMS = "give the path of a CSV file, a frame, or a list of dicts, with run_id and label"
_GIVE = "give success, failure, unsure or nothing"


class Label(NamedTuple):
    """What one person says of one run."""

    run: str
    labeller: str
    word: str
    criteria: dict[str, str]
    """The same of criteria, by their keys; without those of which nothing is said."""


class Labels(NamedTuple):
    said: list[Label]
    keys: list[str]
    """The criteria that have a column, sorted."""


def labels_of(labels: Any, ids: Collection[str]) -> Labels:
    """Reads labels: one for each run and labeller, in the order of their first rows.

    `ids` are those of the runs: an apostrophe before an id that a spreadsheet would take for a
    formula is taken away, unless a run has that very id. Raises InvalidArgumentError for a word
    that is none, and for a labeller who says two things of one run.
    """
    found: dict[tuple[str, str], Label] = {}
    names, rows = _table(labels)
    keys = sorted({name.removeprefix(CRITERION) for name in names if name.startswith(CRITERION)})
    for where, row in rows:
        run = _text(row.get(RUN))
        label = Label(
            run if run in ids else without_apostrophe(run),
            without_apostrophe(_text(row.get(LABELLER)).strip()),
            _word(where, LABEL, row.get(LABEL)),
            {key: word for key in keys if (word := _word(where, CRITERION + key,
                                                         row.get(CRITERION + key)))},
        )  # fmt: skip
        known = found.setdefault((label.run, label.labeller), label)
        if known != label:
            _refuse_two(where, known, label)
    return Labels([*found.values()], keys)


def plain_labels(labels: Any) -> list[dict[str, str]]:
    """Gives labels as JSON: of each row what is read of it, as it stands there."""
    names, rows = _table(labels)
    read = [n for n in names if n in (RUN, LABEL, LABELLER) or n.startswith(CRITERION)]
    return [{name: _text(row.get(name)) for name in read} for _, row in rows]


def of_labeller(labels: list[Label], labeller: str | None) -> list[Label]:
    """Gives the labels of one person, or all if none is named."""
    if labeller is None:
        return labels
    wanted = checks.text("labeller", labeller).strip()
    kept = [label for label in labels if label.labeller == wanted]
    if not kept:
        known = sorted({repr(label.labeller) for label in labels})
        told = f"; there is {', '.join(known[:5])}" if known else ""
        raise invalid(
            f"no label is by labeller {checks.shown(labeller)}{told}; give one of the labellers",
            field="labeller",
        )
    return kept


def majority(words: Iterable[str]) -> tuple[str, bool]:
    """Gives the decision of most, or an empty text, and whether it is a tie."""
    said = [word for word in words if word in DECISIONS]
    successes = said.count("success")
    if 2 * successes == len(said):
        return "", bool(said)
    return ("success" if 2 * successes > len(said) else "failure"), False


def _table(labels: Any) -> tuple[list[str], list[tuple[str, Mapping[str, Any]]]]:
    """Gives the names of the columns, and each row behind where it stands."""
    if isinstance(labels, str | os.PathLike):
        path = checks.path("labels", labels)
        table = _of_file(path)
        names = _checked(table.names, path)
        rows: Iterable[tuple[int, Sequence[Any]]] = table.rows
        return names, [(f"{path}, line {n}", dict(zip(names, row, strict=True))) for n, row in rows]
    held = _of_memory(labels)
    every = [*dict.fromkeys(name for row in held for name in row)]
    names = _checked(every, "labels") if held else []
    called = dict(zip(every, names, strict=True))
    return names, [
        (f"labels, row {number}", {called[name]: value for name, value in row.items()})
        for number, row in enumerate(held, 1)
        if any(_text(value).strip() for value in row.values())
    ]


def _of_file(path: str) -> CsvTable:
    try:
        return read_csv(Path(path).read_bytes(), RUN)
    except OSError as error:
        raise invalid(f"cannot read labels from {path}: {error.strerror}; {FORMS}") from error
    except ValueError as error:
        raise invalid(f"{path} is no sheet of labels as CSV: {error}; {FORMS}") from error


def _of_memory(labels: Any) -> list[dict[str, Any]]:
    """Gives the rows of a frame of pandas or Polars, of a table of Arrow, or those given."""
    if hasattr(labels, "to_dicts"):
        labels = labels.to_dicts()
    elif hasattr(labels, "to_pylist"):
        labels = labels.to_pylist()
    elif hasattr(labels, "to_dict") and hasattr(labels, "columns"):
        labels = labels.to_dict("records")
    if not isinstance(labels, Iterable) or isinstance(labels, Mapping | bytes | bytearray):
        raise invalid(f"labels is of type {type(labels).__name__}; {FORMS}", field="labels")
    rows = [*labels]
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise invalid(f"labels, row {number} is of type {type(row).__name__}; {FORMS}")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _checked(given: list[str], where: str) -> list[str]:
    """Gives the names of the columns, once each; those of criteria are as they are."""
    names = [name if name.startswith(CRITERION) else name.strip() for name in given]
    missing = [name for name in (RUN, LABEL) if name not in names]
    if missing:
        raise invalid(f"{where} has no column {' and no column '.join(missing)}; {FORMS}")
    for name in names:
        is_read = name in (RUN, LABEL, LABELLER) or name.startswith(CRITERION)
        if is_read and names.count(name) > 1:
            raise invalid(f"{where} has the column {one_line(name)} twice; leave one of them out")
    return names


def _text(value: Any) -> str:
    """Gives a cell as text; a frame has None, NaN or NA where there is none."""
    if isinstance(value, str):
        return value
    if value is None or str(value) in ("nan", "<NA>", "NaT"):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _word(where: str, column: str, value: Any) -> str:
    word = _text(value).strip().lower()
    if word not in WORDS:
        shown = checks.shown(word)
        raise invalid(f"{where}: {one_line(column)} is {shown}; {_GIVE}", field="labels")
    return word


def _refuse_two(where: str, one: Label, other: Label) -> None:
    who = f"labeller {checks.shown(one.labeller)}" if one.labeller else "the same labeller"
    if one.word != other.word:
        column, words = LABEL, [one.word, other.word]
    else:
        key = min(dict({*one.criteria.items()} ^ {*other.criteria.items()}))
        column = f"{CRITERION}{key}"
        words = [said.criteria.get(key, "") for said in (one, other)]
    raise invalid(
        f"{where}: of run {one_line(one.run)}, {who} says {words[0]!r} and {words[1]!r} as "
        f"{one_line(column)}; leave one of the rows out, or name the labellers",
        field="labels",
    )
