"""Does this verdict belong to these runs? Seals, byte for byte, and what verify finds."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

for library in ("pyarrow", "scipy", "statsmodels", "pandas"):
    pytest.importorskip(library)

import analysis_runs as made  # noqa: E402
import plain_setting as plain  # noqa: E402
from conftest import SimrunsCommand  # noqa: E402

import simruns  # noqa: E402
from simruns.core.canonical import canonical  # noqa: E402

OLD = made.make_runs({"s": "S" * 30, "t": "SF" * 15}, batch="b1", criteria={"a": True})
NEW = made.make_runs({"s": "S" * 30, "t": "SSF" * 10}, batch="b2", criteria={"a": True})
LABELS = [
    {"run_id": run["id"], "label": "failure" if at % 7 == 0 else "success", "note": "-"}
    for at, run in enumerate(NEW)
]
ASK: dict[str, Callable[[simruns.Runs, simruns.Runs], Any]] = {
    "summarize": lambda old, new: simruns.summarize(new, errors="fail", confidence=0.9),
    "reliability": lambda old, new: simruns.reliability(new, 3),
    "failures": lambda old, new: simruns.failures(new),
    "suspects": lambda old, new: simruns.suspects(new, {"s": {"mission": "a refund"}}),
    "error_rates": lambda old, new: simruns.error_rates(0.8, new, requirements=2),
    "audit_sheet": lambda old, new: simruns.audit_sheet(new, 4, 7),
    "audit": lambda old, new: simruns.audit(new, LABELS, 20, "word", min_success=0.5),
    "plan": lambda old, new: simruns.plan(new, detect=0.1),
    "trend": lambda old, new: simruns.trend(new, "batch", scenarios={"s": {"persona": "calm"}}),
    "compare": lambda old, new: simruns.compare(old, new, same_test=["model", "criteria"]),
    "gate": lambda old, new: simruns.gate(
        new, old, min_success=0.5, criterion={"a": 0.4}, max_regression=0.2, same_test="require"
    ),
}
"""Each question, asked of old and new runs."""


def of(runs: list[made.Json]) -> simruns.Runs:
    return made.held(runs)


def sides(question: str) -> tuple[simruns.Runs, ...]:
    """The runs that the seal of this question is held against."""
    return (of(OLD), of(NEW)) if question in ("compare", "gate") else (of(NEW),)


def sealed(path: Path, question: str = "gate") -> dict[str, Any]:
    """The seal of this question, written to the path."""
    ASK[question](of(OLD), of(NEW)).seal(path)
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def resealed(path: Path, seal: dict[str, Any]) -> Path:
    """Writes a seal that somebody edited, with a digest that fits."""
    rest = {name: value for name, value in seal.items() if name != "sealed"}
    digest = hashlib.sha256(canonical(rest).encode()).hexdigest()
    path.write_text(canonical({**rest, "sealed": digest}))
    return path


def written(path: Path, runs: list[made.Json]) -> Path:
    path.write_text("".join(f"{text}\n" for text in made.texts(runs)))
    return path


def changed(runs: list[made.Json], number: int, **members: Any) -> list[made.Json]:
    return [{**run, **(members if at == number else {})} for at, run in enumerate(runs)]


# What a seal is


@pytest.mark.parametrize("question", ASK)
def test_a_seal_is_the_canonical_text_of_question_runs_and_answer(
    question: str, tmp_path: Path
) -> None:
    result = ASK[question](of(OLD), of(NEW))
    digest = result.seal(tmp_path / "seal.json")
    text = (tmp_path / "seal.json").read_bytes().decode()
    told = json.loads(text)
    assert text == canonical(told)
    rest = {name: value for name, value in told.items() if name != "sealed"}
    assert told["sealed"] == digest == hashlib.sha256(canonical(rest).encode()).hexdigest()
    assert sorted(told) == [
        "completeness", "numbers", "options", "package", "question", "runs", "seal", "sealed",
        "settings",
    ]  # fmt: skip
    assert told["seal"] == 1
    assert told["package"] == {"name": "simruns", "version": simruns.__version__}
    assert told["question"] == question
    assert told["numbers"] == json.loads(json.dumps(result.numbers()))
    two = question in ("compare", "gate")
    for name, runs in (("old", OLD if two else None), ("new", NEW)):
        expected = None if runs is None else side_of(runs)
        assert told["runs"][name] == expected
        verdict = told["completeness"][name]
        assert (verdict and verdict["verdict"]) == (None if runs is None else "unverified")
    ASK[question](of(OLD), of(NEW)).seal(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == text


def side_of(runs: list[made.Json]) -> dict[str, Any]:
    each = sorted(
        [run["id"], hashlib.sha256(text.encode()).hexdigest()]
        for run, text in zip(runs, made.texts(runs), strict=True)
    )
    lines = "".join(f"{digest}  {run_id}\n" for run_id, digest in each)
    return {"count": len(runs), "digest": hashlib.sha256(lines.encode()).hexdigest(), "each": each}


def test_the_options_that_were_not_given_are_sealed_too(tmp_path: Path) -> None:
    assert sealed(tmp_path / "seal.json")["options"] == {
        "confidence": 0.95, "criterion": {"a": 0.4}, "errors": "agent", "labels": None,
        "max_error_share": 0.1, "max_regression": 0.2, "min_scenario": None, "min_success": 0.5,
        "planned": None, "same_test": "require", "scenarios": None, "sheet": None,
    }  # fmt: skip
    assert sealed(tmp_path / "seal.json", "compare")["options"]["same_test"] == [
        "criteria", "model",
    ]  # fmt: skip
    assert sealed(tmp_path / "seal.json", "trend")["options"]["scenarios"] == {
        "s": {"persona": "calm"}
    }


def test_labels_and_their_sheet_are_sealed_with_the_gate_that_they_are_of(tmp_path: Path) -> None:
    sheet = simruns.audit_sheet(of(NEW), 20, 7)
    frame = sheet.to_frame().assign(label="success", note="fine")
    frame.to_csv(tmp_path / "sheet.csv", sep=";", index=False)
    how: Any = {"min_success": 0.5, "sheet": (20, 7)}
    for name, labels in (("file", tmp_path / "sheet.csv"), ("frame", frame),
                         ("rows", iter(frame.to_dict("records")))):  # fmt: skip
        simruns.gate(of(NEW), labels=labels, **how).seal(tmp_path / name)
    text = (tmp_path / "file").read_text()
    assert (tmp_path / "frame").read_text() == (tmp_path / "rows").read_text() == text
    options = json.loads(text)["options"]
    assert options["sheet"] == [20, 7]
    assert options["labels"][0] == {
        "criterion:a": "", "label": "success", "labeller": "", "run_id": sheet.ids[0],
    }  # fmt: skip
    assert simruns.verify(tmp_path / "file", of(NEW)).verified
    options["labels"][0]["label"] = "failure"
    other = resealed(tmp_path / "file", {**json.loads(text), "options": options})
    assert "success.rate" in simruns.verify(other, of(NEW)).differing


def test_the_settings_of_all_runs_are_sealed(tmp_path: Path) -> None:
    runs = [made.make_run("s"), made.make_run("s", "pending", sequence=2, model="other")]
    simruns.summarize(of(runs)).seal(tmp_path / "seal.json")
    told = json.loads((tmp_path / "seal.json").read_text())["settings"]
    assert told == {"old": None, "new": {"s": sorted(plain.fingerprint(run, {}) for run in runs)}}


def test_the_digest_of_a_run_is_that_of_its_text_as_it_came(tmp_path: Path) -> None:
    text = '{ "id":"é",\n "simulationReference":"s","x":1.00,"y":"\\u00e9\\ud800" }'
    simruns.summarize(simruns.read_json([f"  {text}\n"])).seal(tmp_path / "seal.json")
    told = json.loads((tmp_path / "seal.json").read_text())["runs"]["new"]
    assert told["each"] == [["é", hashlib.sha256(text.encode()).hexdigest()]]


def test_a_run_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    twice = of([*NEW, {**NEW[0], "sequence": 99}])
    path = tmp_path / "seal.json"
    unnamed = of([{**run, "id": None} for run in NEW[:2]])
    for odd, why in ((twice, "1 run with the id of another"), (unnamed, "2 runs have no id")):
        with pytest.raises(simruns.InvalidArgumentError, match=why):
            simruns.summarize(odd).seal(path)
    assert not path.exists()
    sealed(path, "summarize")
    with pytest.raises(simruns.InvalidArgumentError, match="with the id of another, as s-b2-1"):
        simruns.verify(path, twice)


@pytest.mark.parametrize(
    "result",
    [
        simruns.plan(min_success=0.9, expect=0.95),
        simruns.compare(of(OLD), {"b": of(NEW)})["b"],
        pickle.loads(pickle.dumps(simruns.summarize(of(NEW)))),
        simruns.trend(of(OLD + NEW), "batch").latest,
    ],
    ids=["no runs", "one of several", "pickled", "a part"],
)
def test_a_result_that_does_not_know_its_runs_is_not_sealed(result: Any, tmp_path: Path) -> None:
    with pytest.raises(simruns.Error, match="does not know its runs"):
        result.seal(tmp_path / "seal.json")


def test_a_pickle_of_a_result_has_no_run_in_it() -> None:
    result = simruns.summarize(of(made.make_runs({"s": "S" * 2000})))
    assert len(pickle.dumps(result)) < 10_000
    assert pickle.loads(pickle.dumps(result)) == result


# What verify finds


@pytest.mark.parametrize("question", ASK)
def test_the_same_runs_are_verified(question: str, tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    sealed(path, question)
    told = simruns.verify(path, *sides(question))
    assert told.numbers() == {
        "verified": True, "broken": False, "missing": [], "extra": [], "changed": [],
        "numbers": [], "question": question, "sealed": told.sealed,
    }  # fmt: skip
    (line,) = told.lines
    assert line.startswith("verified: ")
    assert repr(told).startswith("Verification: verified\n")


def test_order_of_runs_and_of_sides_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    for question in ("gate", "compare"):
        sealed(path, question)
        assert simruns.verify(path, of(OLD[::-1]), of(NEW[::-1])).verified
        assert simruns.verify(path, of(NEW), of(OLD)).verified
        assert simruns.verify(path, of(NEW[1:]), of(OLD)).missing == (NEW[0]["id"],)


@pytest.mark.parametrize("question", ASK)
def test_a_number_that_was_changed_is_found(question: str, tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    told = sealed(path, question)
    name = next(n for n, v in told["numbers"].items() if type(v) in (int, float) and v)
    told["numbers"][name] += 1e-6
    path.write_text(json.dumps(told))
    edited = simruns.verify(path, *sides(question))
    assert (edited.verified, edited.broken) == (False, True)
    assert edited.numbers()["numbers"] == [name]
    assert edited.lines[0] == "seal: edited after sealing"
    assert edited.lines[1].startswith(f"number {name}: sealed ")
    whole = simruns.verify(resealed(path, told), *sides(question))
    assert (whole.verified, whole.broken, [*whole.differing]) == (False, False, [name])


def test_numbers_that_only_rounding_tells_apart_agree(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    told = sealed(path)
    told["numbers"]["success.low"] += 1e-12
    assert simruns.verify(resealed(path, told), *sides("gate")).verified


def test_a_turn_that_was_changed_is_found(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    sealed(path)
    turns = [{**NEW[3]["turns"][0], "text": "message 0."}, *NEW[3]["turns"][1:]]
    told = simruns.verify(path, of(OLD), of(changed(NEW, 3, turns=turns)))
    assert (told.verified, told.changed, told.missing, told.extra) == (
        False, (NEW[3]["id"],), (), (),
    )  # fmt: skip
    assert told.lines == [f"run {NEW[3]['id']}: changed"]


def test_a_run_that_is_missing_and_one_that_is_extra_are_found(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    sealed(path)
    more = made.make_run("s", batch="b9", id="more")
    told = simruns.verify(path, of([*OLD, more]), of(NEW[1:]))
    assert (told.missing, told.extra, told.changed) == ((NEW[0]["id"],), ("more",), ())
    assert told.lines[:2] == [f"run {NEW[0]['id']}: missing", "run more: not sealed"]
    other = of(made.make_runs({"s": "SF"}, batch="b9"))
    assert simruns.verify(path, other, of(NEW)).missing == tuple(sorted(r["id"] for r in OLD))


@pytest.mark.parametrize(
    ("option", "value", "number"),
    [
        ("confidence", 0.9, "confidence"),
        ("min_success", 0.6, "success.threshold"),
        ("criterion", None, "criterion.a.rate"),
        ("same_test", "tell", None),
        ("max_error_share", 0.2, "errors.threshold"),
    ],
)
def test_other_options_are_found(
    option: str, value: Any, number: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "seal.json"
    told = sealed(path)
    told["options"][option] = value
    path.write_text(json.dumps(told))
    assert simruns.verify(path, *sides("gate")).broken
    whole = simruns.verify(resealed(path, told), *sides("gate"))
    assert not whole.broken
    assert number is None or number in whole.numbers()["numbers"]
    assert whole.verified == (number is None)  # it changes no number of these runs


def test_a_digest_of_a_side_that_is_not_that_of_its_runs_is_found(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    for name, value in (("count", 1), ("digest", "0" * 64)):
        told = sealed(path)
        told["runs"]["new"][name] = value
        assert simruns.verify(resealed(path, told), *sides("gate")).broken


def test_a_seal_that_was_only_laid_out_anew_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    path.write_text("\n" + json.dumps(sealed(path), indent=2))
    assert simruns.verify(path, *sides("gate")).verified


def test_another_version_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    told = sealed(path)
    told["package"]["version"] = "0.0.7"
    verified = simruns.verify(resealed(path, told), *sides("gate"))
    assert verified.verified
    note = f"note: sealed by simruns 0.0.7, and this is {simruns.__version__}"
    assert verified.lines[0] == note


def test_runs_that_cannot_be_asked_leave_no_number(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    told = sealed(path)
    other = of(made.make_runs({"z": "SF"}, batch="b7"))
    verified = simruns.verify(path, of(OLD), other)
    assert not verified.verified
    assert [*verified.differing] == sorted(told["numbers"])
    assert verified.lines[-1].startswith("note: the numbers cannot be computed: no judged run has")


def test_a_number_of_sides_that_is_not_the_seals_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    sealed(path)
    with pytest.raises(simruns.InvalidArgumentError, match="two sides; give the old runs and"):
        simruns.verify(path, of(NEW))
    sealed(path, "summarize")
    with pytest.raises(simruns.InvalidArgumentError, match="one side; give its runs alone"):
        simruns.verify(path, of(OLD), of(NEW))
    odd: Any = "runs.jsonl"
    with pytest.raises(simruns.InvalidArgumentError, match="runs is of type str; give Runs"):
        simruns.verify(path, odd)


def test_a_seal_holds_after_parquet_and_after_an_archive(
    sim: simruns.Simulator, client: simruns.Client, tmp_path: Path
) -> None:
    suite = client.latest()
    runs = suite.read()
    runs.to_parquet(tmp_path / "runs.parquet")
    for batch in suite:
        batch.archive(tmp_path / "archives" / batch.scenario)
    simruns.open(tmp_path / "archives").to_parquet(tmp_path / "both.parquet")
    seals = {
        "summary": simruns.summarize(runs),
        "gate": simruns.gate(runs, min_success=0.2, min_scenario=0.1),
        "trend": simruns.trend(runs),
        "failures": simruns.failures(runs),
    }
    for name, result in seals.items():
        result.seal(tmp_path / f"{name}.json")
        for where in ("runs.parquet", "archives", "both.parquet"):
            told = simruns.verify(tmp_path / f"{name}.json", simruns.open(tmp_path / where))
            assert told.verified, told


# The page of a report


def test_a_report_carries_its_seal(tmp_path: Path) -> None:
    page = simruns.report(of(NEW), of(OLD), tmp_path / "report.html", confidence=0.9)
    told = simruns.verify(page, of(OLD), of(NEW))
    assert (told.verified, told.question) == (True, "report")
    assert f"Sealed: {told.sealed}." in page.read_text()
    markdown = simruns.report(of(NEW), of(OLD), tmp_path / "report.md", confidence=0.9)
    assert f"Sealed: {told.sealed}" in markdown.read_text()
    edited = simruns.verify(page, of(OLD), of(changed(NEW, 0, metrics=made.METRICS["failure"])))
    assert edited.changed == (NEW[0]["id"],)
    assert "summary.rate" in edited.differing
    assert "compare.difference" in edited.differing
    alone = simruns.report(of(NEW), None, tmp_path / "alone.html")
    assert simruns.verify(alone, of(NEW)).verified


def test_the_seal_of_a_report_has_the_labels_that_it_was_told(tmp_path: Path) -> None:
    ids = simruns.audit_sheet(of(NEW), 4, "s").ids
    labels = [{"run_id": one, "label": "success"} for one in ids]
    page = simruns.report(of(NEW), None, tmp_path / "a.html", labels=labels, sheet=(4, "s"))
    assert simruns.verify(page, of(NEW)).verified
    edited = simruns.verify(page, of(changed(NEW, 0, metrics=made.METRICS["failure"])))
    assert {name.partition(".")[0] for name in edited.differing} >= {"summary", "audit"}
    for wrong in ({"sheet": (4, "s")}, {"labels": labels, "sheet": (0, "s")}):
        with pytest.raises(simruns.InvalidArgumentError):
            simruns.report(of(NEW), None, tmp_path / "b.html", **wrong)


def test_a_report_of_runs_with_one_id_is_written_without_a_seal(tmp_path: Path) -> None:
    page = simruns.report(of([*NEW, NEW[0]]), None, tmp_path / "report.html")
    assert "Not sealed: 1 run with the id of another, as s-b2-1" in page.read_text()
    with pytest.raises(simruns.Error, match="a page without a seal"):
        simruns.verify(page, of(NEW))


# Files that are no seals


def page_of(content: bytes) -> bytes:
    packed = base64.b64encode(gzip.compress(content))
    return b'<html><script id="seal" type="text/plain">' + packed + b"</script>"


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not JSON"),
    "no UTF-8": (b'{"a": "\xff"}', "not UTF-8"),
    "deep": (b"[" * 200_000, "nested too deep"),
    "deep in a member": (
        b'{"seal":1,"package":{"version":"1"},"question":"gate","options":{},"completeness":{},'
        b'"runs":{"old":null,"new":{"each":[]}},"settings":{},"numbers":{"a":' + b"[" * 900
        + b"]" * 900 + b'},"sealed":""}',
        "its number a is no number",
    ),
    "an array": (b"[]", "no JSON object"),
    "nothing in it": (b"{}", "its member 'seal' is not there"),
    "another form": (b'{"seal":2,"package":{},"question":"","options":{},"completeness":{},'
                     b'"runs":{},"settings":{},"numbers":{},"sealed":""}', "of form 2"),
    "a member twice": (b'{"seal":1,"seal":1}', "'seal' is there twice"),
    "no number": (b'{"seal":NaN}', "NaN is no number"),
    "a long number": (b'{"seal":' + b"9" * 10_000 + b"}", ""),
    "a true form": (b'{"seal":true}', "its member 'seal'"),
    "a page": (b"<!doctype html><p>", "a page without a seal"),
    "a damaged page": (b'<script id="seal" type="text/plain">AAAA</script>', "damaged"),
    "a page of a number": (page_of(b"7"), "no text"),
    "a page that unpacks to no end": (page_of(b'"' + b"a" * (257 * 2**20)), "has more than"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_seal_is_an_error(name: str, tmp_path: Path) -> None:
    content, told = HOSTILE[name]
    path = tmp_path / "seal.json"
    path.write_bytes(content)
    with pytest.raises(simruns.Error, match=r"is no seal: .*; give a file of") as raised:
        simruns.verify(path, of(NEW))
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("package", {"version": 1}),
        ("question", ["gate"]),
        ("options", []),
        ("numbers", None),
        ("sealed", None),
        ("runs", {"old": None, "new": None}),
        ("runs", {"old": None, "new": []}),
        ("runs", {"old": None, "new": {"each": {"a": "b"}}}),
        ("runs", {"old": None, "new": {"each": [["a"]]}}),
        ("runs", {"old": None, "new": {"each": [["a", 1]]}}),
        ("runs", {"old": None, "new": {"each": [["a", "b"], ["a", "b"]]}}),
        ("options", {"left_out": "s"}),
    ],
)
def test_a_member_of_a_wrong_type_is_an_error(member: str, value: Any, tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    told = sealed(path, "summarize")
    path.write_text(json.dumps({**told, member: value}))
    with pytest.raises(simruns.Error, match="is no seal"):
        simruns.verify(path, of(NEW))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"confidence": "much"}, "the numbers cannot be computed: confidence is 'much'"),
        ({"min_success": [1]}, "the numbers cannot be computed: min_success is of type list"),
        ({"scenarios": [7]}, "the numbers cannot be computed: scenarios is no dict"),
        ({"planned": {"a": 1}}, "the numbers cannot be computed: planned is of type dict"),
    ],
)
def test_an_option_of_a_wrong_type_is_no_verified_seal(
    options: dict[str, Any], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "seal.json"
    seal = sealed(path)
    seal["options"] |= options
    verified = simruns.verify(resealed(path, seal), *sides("gate"))
    assert not verified.verified
    assert verified.lines[-1].startswith(f"note: {told}")


def test_a_question_or_an_option_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    told = sealed(path, "summarize")
    for member, value, words in (
        ("question", "open", "is a seal of open, which this version does not know"),
        ("options", {"runs": [], "x": 1}, "has the option runs, which summarize does not have"),
    ):
        with pytest.raises(simruns.Error, match=words):
            simruns.verify(resealed(path, {**told, member: value}), of(NEW))


def test_what_is_no_file_ends_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(simruns.Error, match="no regular file"):
        simruns.verify(pipe, of(NEW))
    with pytest.raises(simruns.Error, match="no regular file"):
        simruns.verify("/dev/zero", of(NEW))
    with pytest.raises(simruns.Error, match="no regular file"):
        simruns.verify(tmp_path, of(NEW))
    with pytest.raises(FileNotFoundError):
        simruns.verify(tmp_path / "none", of(NEW))
    huge = tmp_path / "huge"
    huge.touch()
    os.truncate(huge, 2**40)
    with pytest.raises(simruns.Error, match="more than the 268,435,456 that"):
        simruns.verify(huge, of(NEW))


# Commands


def test_a_gate_is_sealed_and_verified_by_commands(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    old, new = written(tmp_path / "old.jsonl", OLD), written(tmp_path / "new.jsonl", NEW)
    seal = tmp_path / "gate.json"
    how = ["--baseline", old, "--max-regression", 0.5]
    done = call_simruns("gate", new, "--min-success", 0.5, *how, "--seal", seal)
    assert done.returncode == 0, done.stderr
    digest = json.loads(seal.read_text())["sealed"]
    assert done.stderr.splitlines()[-1] == f"{seal}: a seal of 60 runs, {digest}"
    simruns.gate(
        simruns.open(new), simruns.open(old), min_success=0.5, max_regression=0.5, criterion={}
    ).seal(tmp_path / "own.json")
    assert (tmp_path / "own.json").read_text() == seal.read_text()
    done = call_simruns("verify", seal, old, new)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "verified: 120 runs and every number are those that were sealed\n"
    as_json = call_simruns("verify", seal, old, new, "--json")
    expected = simruns.verify(seal, simruns.open(old), simruns.open(new)).numbers()
    assert json.loads(as_json.stdout) == {**expected, "reasons": {}}


def test_what_does_not_agree_is_a_line_and_exit_code_6(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    seal = tmp_path / "seal.json"
    sealed(seal, "summarize")
    told = json.loads(seal.read_text())
    told["numbers"]["rate"] = 0.42
    seal.write_text(json.dumps(told))
    flipped = changed(NEW, 30, metrics={"status": "FAILED", "success": False})
    here = written(tmp_path / "runs.jsonl", flipped[25:])
    done = call_simruns("verify", seal, here)
    assert done.returncode == 6
    lines = done.stdout.splitlines()
    missing = sorted(run["id"] for run in NEW[:25])
    assert lines[0] == "seal: edited after sealing"
    assert lines[1:21] == [f"run {each}: missing" for each in missing[:20]]
    assert lines[21:23] == ["and 5 more", f"run {NEW[30]['id']}: changed"]
    assert "number rate: sealed 0.42, now 0.82" in lines
    assert "number judged: sealed 60, now 35" in lines
    assert lines[-1].startswith("and ")
    assert sum(line.startswith("number ") for line in lines) == 20


def test_scenarios_in_quarantine_are_left_out_of_the_seal(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = written(tmp_path / "runs.jsonl", NEW)
    quarantine, seal = tmp_path / "out.csv", tmp_path / "gate.json"
    quarantine.write_text("scenario,reason,until\nt,broken,2999-12-31\n")
    words = ["gate", data, "--min-success", 0.5, "--seal", seal]
    words += ["--report", tmp_path / "report.html"]
    assert call_simruns(*words, "--quarantine", quarantine).returncode == 0
    assert call_simruns("verify", tmp_path / "report.html", data).returncode == 0
    assert json.loads(seal.read_text())["options"]["left_out"] == ["t"]
    assert call_simruns("verify", seal, data).returncode == 0
    other = written(tmp_path / "other.jsonl", changed(NEW, 40, sequence=99))
    assert call_simruns("verify", seal, other).returncode == 0  # one of those left out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gate", "RUNS", "--min-success", 0.5, "--seal", "DIR"], "is a folder; give a file"),
        (["gate", "RUNS", "--min-success", 0.5, "--seal", "OUT", "--junit", "OUT"], "both name"),
        (["gate", "--scenario", "s", "--batch", "b", "--min-success", 0.5, "--wait", "--seal",
          "OUT"], "--seal goes without --wait"),
        (["verify", "SEAL", "nowhere"], "there is no file or directory nowhere"),
        (["verify", "nowhere", "RUNS"], "there is no file or directory nowhere"),
        (["verify", "SEAL", "RUNS", "RUNS"], "the seal is of one side"),
    ],
)  # fmt: skip
def test_a_mistake_is_exit_code_2(
    call_simruns: SimrunsCommand, tmp_path: Path, words: list[object], told: str
) -> None:
    sealed(tmp_path / "seal.json", "summarize")
    paths = {
        "RUNS": written(tmp_path / "runs.jsonl", NEW), "DIR": tmp_path,
        "OUT": tmp_path / "out.xml", "SEAL": tmp_path / "seal.json",
    }  # fmt: skip
    done = call_simruns(*(paths.get(str(word), word) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert not (tmp_path / "out.xml").exists()


def test_a_file_that_is_no_seal_is_exit_code_1(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = written(tmp_path / "runs.jsonl", NEW)
    done = call_simruns("verify", data, data)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"simruns: {data} is no seal: it is not JSON: ")


def test_a_seal_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    path.write_text("before")
    with pytest.raises(OSError, match="No such file"):
        simruns.summarize(of(NEW)).seal(tmp_path / "none" / "seal.json")
    odd = [json.dumps(made.make_run(successCriteria=[{"type": "t", "params": {}}]))]
    runs = simruns.read_json([odd[0].replace("{}", '{"x": 1e999}')])
    with pytest.raises(simruns.InvalidArgumentError, match="not finite"):
        simruns.summarize(runs).seal(path)
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]
