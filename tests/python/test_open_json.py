"""What `simruns.open` takes for runs in a file of JSON; what is no run, it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import simruns

RUN = (
    '{"id":"%s","sequence":1,"metrics":{"summary":"caf\\u00e9 \\ud83d"}, "x" : [1.50,{"data":[1]}]}'
)
A, B, C = (RUN % name for name in "abc")
WITHOUT_ID = '{"metrics":{"status":"SUCCESS"},"data":[{"id":"no run"}]}'
PAGING = '"pagination":{"limit":2,"skip":0,"total":9,"hasNext":true,"hasPrevious":false}'


def page(*runs: str) -> str:
    return f'{{"data":[{", ".join(runs)}],{PAGING}}}'


def opened(path: Path, content: str | bytes) -> list[str]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    runs = simruns.open(path)
    assert runs.completeness.verdict == "unverified"
    assert runs.completeness.received == len(runs)
    return [run.to_json() for run in runs]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{A}\n{B}\n", [A, B]),
        (f"\n \t\r\n{A}\r\n\r\n  {B}  ", [A, B]),
        (f"{A}\n{WITHOUT_ID}\n{C}", [A, WITHOUT_ID, C]),
        (f"[{A},{B}]", [A, B]),
        (f"[\n  {A},\n  {B}\n]\n", [A, B]),
        (f"[{A}]\n[{B},{C}]\n", [A, B, C]),
        (f"[\n{A}\n,\n{page(B, C)}\n]", [A, B, C]),
        (page(A, B), [A, B]),
        (f"\n{page(A, B)}\n{page(C)}\n", [A, B, C]),
        (page(A, B).replace(",", "\n,\n"), [text.replace(",", "\n,\n") for text in (A, B)]),
        (f'{{"data":[{C}],"data":[{A},{B}]}}', [A, B]),
        (f'{{"more":[{C}],"data" : [ {A} ] }}', [A]),
        (f'{{"\\u0064ata":[{A}]}}', [A]),
        (A.replace(",", ",\n"), [A.replace(",", ",\n")]),
        ("[]", []),
        (page(), []),
        (f'{{"id":"p","metrics":{{}},{page(A, B)[1:]}', [A, B]),
        (f'{{"data":[{A}],"pagination":{{}},"sequence":1}}', [A]),
        (f'{{"id":"n",{PAGING}}}', [f'{{"id":"n",{PAGING}}}']),
        ("", []),
        ("\n\n", []),
        (f'[{{"id":"n","x":{"9" * 5000}}}]', [f'{{"id":"n","x":{"9" * 5000}}}']),
        (
            f'[{{"id":"n","x":{"[" * 300}{"]" * 300}}}]',
            [f'{{"id":"n","x":{"[" * 300}{"]" * 300}}}'],
        ),
    ],
)
@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
def test_runs_pages_and_arrays_are_read_each_run_byte_for_byte(
    tmp_path: Path, begin: bytes, content: str, expected: list[str]
) -> None:
    for name in ("runs.jsonl", "page.json", "runs"):
        assert opened(tmp_path / name, begin + content.encode()) == expected


@pytest.mark.parametrize("layout", [None, 0, 2, "\t"])
def test_a_page_is_read_however_it_is_laid_out(
    batch: simruns.Batch, tmp_path: Path, layout: int | str | None
) -> None:
    whole = batch.page(page_size=20)
    assert opened(tmp_path / "whole.json", whole.body()) == [run.to_json() for run in whole]
    text = json.dumps(json.loads(whole.body()), indent=layout)
    runs = [json.loads(run) for run in opened(tmp_path / "laid out.json", text)]
    assert runs == [run.to_dict() for run in whole]


NO_RUNS = [
    "null", "7", "-0.5", "true", '"a run"', "{}", '{"error":"no"}', "[[]]", "[null]",
    '{"data":null}', '{"data":{}}', '{"data":7}', '{"Id":"a","items":[]}',
    '{"type":"t","title":"Unauthorized","status":401,"detail":"d","code":"c","traceId":"t"}',
]  # fmt: skip


@pytest.mark.parametrize("value", NO_RUNS)
def test_what_is_no_run_is_refused_by_its_number_and_what_it_is(tmp_path: Path, value: str) -> None:
    path = tmp_path / "x.jsonl"
    said = value.strip("[]") or "[]"
    for content, number in [
        (value, 1),
        (f"{A}\n{value}\n{B}\n", 2),
        (f"[{A},{B},{value}]", 3),
        (f"{page(A, B)}\n{page(C, value)}", 4),
        (page(value), 1),
        (json.dumps(json.loads(f"[{A},{value}]"), indent=2), 2),
    ]:
        with pytest.raises(simruns.Error) as caught:
            opened(path, content)
        message = str(caught.value)
        assert message.startswith(f"{path}, run {number}: "), message
        assert "".join(said.split())[:9] in "".join(message.split())
        assert " is no run; give a run a line, a page, or an array of runs" in message


def test_a_page_in_a_page_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(simruns.Error, match=r"x.json, run 2: \{.* is no run"):
        opened(tmp_path / "x.json", page(A, page(B)))


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (f"[{A}", 1),
        (f"[{A},]", 1),
        (f"[{A}] [{B}]", 1),
        (f"{A}\n[{B}", 2),
        (f"{A}\n{page(B)[:-1]}", 2),
        (f"[{A},NaN]", 2),
        (f'[{A},{{"id":"b","x":Infinity}}]', 2),
        (f'{A}\n{{"id":"b","x":NaN}}\n', 2),
        (f'{{"id":"a","x":{"[" * 5000}{"]" * 5000}}}', 1),
        (f'{A}\n[{{"id":"a","x":{"[" * 5000}{"]" * 5000}}}]', 2),
        ("{\n" + A, 1),
    ],
)
def test_what_is_not_json_is_named(tmp_path: Path, content: str, number: int) -> None:
    with pytest.raises(simruns.Error, match=rf"x.jsonl, run {number}: not the JSON of a run"):
        opened(tmp_path / "x.jsonl", content)


@pytest.mark.parametrize("name", ["x.csv", "x.arrow", "x.jsonl.gz", "x.txt"])
def test_a_file_of_another_format_is_told_what_may_be_opened(tmp_path: Path, name: str) -> None:
    content = {"x.csv": b"id,sequence\na,1\n", "x.arrow": b"ARROW1\0\0\xff", "x.txt": b"runs"}
    with pytest.raises(
        simruns.Error, match="a page, or an array of runs, as JSON in UTF-8; or Par"
    ):
        opened(tmp_path / name, content.get(name, b"\x1f\x8b\x08"))


@pytest.mark.parametrize("value", NO_RUNS)
def test_parquet_of_what_is_no_run_is_refused_too(tmp_path: Path, value: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    for texts, number in [([value], 1), ([A, value], 2)]:
        parquet.write_table(pyarrow.table({"json": texts}), tmp_path / "x.parquet")
        with pytest.raises(simruns.Error, match=rf"x.parquet, run {number}: .* is no run"):
            simruns.open(tmp_path / "x.parquet")


def test_runs_that_have_the_id_of_another_are_told_of(tmp_path: Path) -> None:
    """They are all there: nothing says whether a file was put together of two reads."""
    path = tmp_path / "b.jsonl"
    path.write_text("\n".join([A, B, A, A]))
    runs = simruns.open(path)
    assert len(runs) == 4
    assert runs.completeness.verdict == "unverified"
    assert "and 2 of the runs have the id of another" in str(runs.completeness)
