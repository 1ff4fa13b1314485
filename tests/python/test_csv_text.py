"""CSV is read as spreadsheets save it, and labels come back whatever was done to the file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

for library in ("pyarrow", "scipy", "pandas"):
    pytest.importorskip(library)

from analysis_runs import held, make_run, make_runs  # noqa: E402

import simruns  # noqa: E402
from simruns.core.csv_text import read_csv, without_apostrophe  # noqa: E402

IDS = ["=1+1", "+x", "-y", "@z", 'a"b,c;d', "line\none", "ümlaut", "plain"]
NOTE = 'She said: "no;\tthanks",\r\nand left.'


@pytest.fixture(scope="module")
def runs() -> simruns.Runs:
    return held([
        make_run(f"s{at}", "success" if at % 2 else "failure", id=one, batch=f"b{at}",
                 criteria={"polite, always; yes": True},
                 talk=["user:=SUM(A1)", "agent:" + "x" * 200_000])
        for at, one in enumerate(IDS)
    ])  # fmt: skip


def saved(path: Path, how: str) -> None:
    """Labels a sheet, and saves it as some program does."""
    with path.open(encoding="utf-8", newline="") as file:
        limit = csv.field_size_limit(10**9)
        rows = list(csv.DictReader(file))
        csv.field_size_limit(limit)
    for row in rows:
        row.update(label=" Success ", labeller="Ann", note=NOTE, mine="an extra column")
        row["criterion:polite, always; yes"] = "FAILURE"
    names = list(rows[0])
    if "reordered" in how:
        names.reverse()
        rows.sort(key=lambda row: row["run_id"])
    delimiter = ";" if "semicolons" in how else "\t" if "tabs" in how else ","
    out = io.StringIO()
    end = "\r\n" if "CRLF" in how else "\r" if "CR" in how else "\n"
    writer = csv.DictWriter(
        out, names, delimiter=delimiter, lineterminator=end,
        quoting=csv.QUOTE_ALL if "quoted" in how else csv.QUOTE_MINIMAL,
    )  # fmt: skip
    writer.writeheader()
    writer.writerows(rows)
    text = out.getvalue()
    if "blank lines" in how:
        text += delimiter * 3 + end + end
    if "sep=" in how:
        text = f"sep={delimiter}{end}{text}"
    encoding = "utf-16" if "UTF-16" in how else "cp1252" if "Windows" in how else (
        "utf-8-sig" if "BOM" in how else "utf-8")  # fmt: skip
    path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize(
    "how",
    ["as it is", "BOM, CRLF", "semicolons, BOM, CRLF", "tabs, UTF-16, CRLF", "semicolons, Windows",
     "reordered, quoted", "semicolons, CRLF, sep=", "CR, quoted", "blank lines, semicolons"],
)  # fmt: skip
def test_labels_come_back_from_a_spreadsheet(runs: simruns.Runs, tmp_path: Path, how: str) -> None:
    path = simruns.audit_sheet(runs, 8, 1).to_csv(tmp_path / "sheet.csv")
    before = csv.field_size_limit()
    saved(path, how)
    audit = simruns.audit(runs, path, 8, 1)
    assert (audit.labelled, audit.unknown, audit.labels) == (8, (), 8)
    assert audit.criterion["polite, always; yes"].labelled == 8
    assert simruns.audit(runs, str(path), 8, 1, labeller="Ann") == audit
    assert csv.field_size_limit() == before


def test_no_cell_of_a_sheet_is_a_formula_and_no_cell_tells_of_the_judge(tmp_path: Path) -> None:
    made = make_runs({"=s": "SF", "+t": "SF"}, metrics={
        "sentiment": "negative-mood", "summary": "the judge's summary",
        "results": [{"name": "k", "success": True, "reason": "the judge's reason"}],
    })  # fmt: skip
    sheet = simruns.audit_sheet(held(made), 4, 1)
    text = sheet.to_csv(tmp_path / "sheet.csv").read_text(encoding="utf-8")
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    assert "'=s" in text
    for word in ("negative-mood", "the judge's", "SUCCESS", "FAILED", "true", "success", "failure"):
        assert word not in text


def test_a_sheet_is_whole_or_not_there_and_its_folder_has_to_be_there(
    runs: simruns.Runs, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        simruns.audit_sheet(runs, 4, 1).to_csv(tmp_path / "no" / "sheet.csv")
    with pytest.raises(simruns.InvalidArgumentError, match="path has a NUL"):
        simruns.audit_sheet(runs, 4, 1).to_csv("a\0b")
    assert list(tmp_path.iterdir()) == []


def test_an_id_that_begins_with_an_apostrophe_is_found_as_it_is() -> None:
    runs = held([make_run(id="'=x", verdict="success"), make_run(id="y", verdict="failure")])
    audit = simruns.audit(runs, [{"run_id": "'=x", "label": "success"}])
    assert (audit.labelled, audit.unknown) == (1, ())
    assert without_apostrophe("'plain") == "'plain"


@pytest.mark.parametrize("kind", ["pandas", "nullable", "polars", "arrow", "rows"])
def test_labels_are_a_frame_or_rows_too(kind: str) -> None:
    runs = held([make_run(id="1"), make_run(id="2", verdict="failure"), make_run(id="3")])
    columns: dict[str, list[Any]] = {
        "run_id": [1, 2, 3], "label": ["success", "failure", None], "note": [None, "x", 1.5]
    }  # fmt: skip
    if kind == "rows":
        labels: Any = [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]
    elif kind == "polars":
        labels = pytest.importorskip("polars").DataFrame(columns, strict=False)
    elif kind == "arrow":
        labels = pytest.importorskip("pyarrow").table(
            {name: columns[name] for name in ("run_id", "label")}
        )
    else:
        labels = pytest.importorskip("pandas").DataFrame(columns)
        labels = labels.convert_dtypes() if kind == "nullable" else labels.astype({"run_id": float})
    audit = simruns.audit(runs, labels)
    assert (audit.labels, audit.labelled, audit.unknown) == (3, 2, ())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "has no column run_id"),
        (b"a,b\n1,2\n", "has no column run_id"),
        (b"run_id,note\n1,2\n", "has no column label"),
        (b"run_id,label,label\n1,,\n", "has the column label twice"),
        (b"run_id,label\r\nx,success\r\ny,fine\r\n", "line 3: label is 'fine'"),
        (b"sep=;\nrun_id;label\nx;fine\n", "line 3: label is 'fine'"),
        (b"run_id,label\nx,suc\0cess\n", "it has NUL characters"),
        (b'run_id,label,note\nx,success,\ny,failure,"late\nz,failure,\n', "line 3: unexpected end"),
        (b'run_id,label,note\nx,success,"a\nb"\ny,failure,"a"b"\n', "line 4: ',' expected after"),
        (b'run_id,label,"note\nx,success,\n', "line 1: unexpected end"),
        (b"PK\x03\x04\x81\x8d\x8f", "is no sheet of labels as CSV"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_and_it_is_said_where(
    runs: simruns.Runs, tmp_path: Path, data: bytes, told: str
) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(data)
    with pytest.raises(simruns.InvalidArgumentError) as error:
        simruns.audit(runs, path)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_a_nul_is_read_with_every_python() -> None:
    table = read_csv("\ufeffrun_id,la\0bel\nx\0,\ue000\n".encode(), "run_id")
    assert table == (["run_id", "la\0bel"], [(2, ["x\0", "\ue000"])])


def test_rows_are_as_long_as_the_head() -> None:
    table = read_csv(b"run_id,label\nx\ny,success,more\n", "run_id")
    assert table.rows == [(2, ["x", ""]), (3, ["y", "success"])]
