"""`simruns gate`: every exit code, what it writes, and what it waits for."""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import SimrunsCommand
from hostile import TEXTS
from project_file import written

import simruns

for library in ("pyarrow", "scipy", "statsmodels", "pandas"):
    pytest.importorskip(library)

from analysis_runs import make_run, make_runs, texts  # noqa: E402
from gates import main as gates  # noqa: E402

Start = Callable[..., "subprocess.Popen[str]"]
NO_SERVER = {
    "SIMRUNS_BASE_URL": "http://127.0.0.1:9",
    "SIMRUNS_PROJECT": "p",
    "SIMRUNS_API_KEY": "k",
}
FAR = "2999-12-31"


def runs_in(path: Path, scenarios: dict[str, str], **each: Any) -> Path:
    """A file of runs, a letter of their verdicts each."""
    path.write_text("".join(f"{text}\n" for text in texts(make_runs(scenarios, **each))))
    return path


def of_server(sim: simruns.Simulator, *batch: object) -> list[object]:
    where: list[object] = ["--base-url", sim.url, "--project", sim.project]
    scenario, name = batch or sim.pairs[0]
    return [*where, "--scenario", scenario, "--batch", name]


def properties(of: ET.Element) -> dict[str, str]:
    return {p.attrib["name"]: p.attrib["value"] for p in of.findall("properties/property")}


def told_of(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# Exit codes


@pytest.mark.parametrize(
    ("letters", "options", "code", "verdict", "why"),
    [
        ("S" * 60, [], 0, "pass", "success is 1.00 (likely 0.95 to 1.00), where 0.90 is required"),
        ("S" * 58 + "FF", [], 5, "cannot tell", "0.90 is required; 89 runs would settle it"),
        ("S" * 20 + "F" * 40, [], 4, "not good enough", "success is 0.33 (likely 0.23 to 0.45)"),
        (
            "S" * 60 + "P" * 10,
            [],
            5,
            "cannot tell",
            "0.14 of the runs are excluded, more than 0.10",
        ),
        ("S" * 60 + "P" * 10, ["--max-error-share", 0.2], 0, "pass", "success is 1.00"),
        ("S" * 60 + "P" * 10, ["--errors", "fail"], 5, "cannot tell", "success is 0.86"),
        ("S" * 60, ["--min-scenario", 1], 0, "pass", "success is 1.00"),
        ("S" * 60, ["--confidence", 0.999], 5, "cannot tell", "66 runs would settle it"),
    ],
)
def test_the_exit_code_is_that_of_the_gate_and_says_why(
    call_simruns: SimrunsCommand, tmp_path: Path, letters: str, options: list[object], code: int,
    verdict: str, why: str,
) -> None:  # fmt: skip
    path = runs_in(tmp_path / "runs.jsonl", {"refund": letters})
    done = call_simruns("gate", path, "--min-success", 0.9, *options)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(f"Gate: {verdict}\n")
    assert why in done.stdout.replace("Success is", "success is")
    as_json = call_simruns("gate", path, "--min-success", 0.9, *options, "--json")
    assert as_json.returncode == code
    assert json.loads(as_json.stdout)["exit"] == code


def test_every_requirement_is_the_argument_of_its_name(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    old = runs_in(tmp_path / "old.jsonl", {"refund": "S" * 40, "hours": "S" * 40}, batch="b0")
    criteria = {"polite": True, "a=b": True}
    new = runs_in(tmp_path / "new.jsonl", {"refund": "S" * 40, "hours": "SSSF" * 10},
                  criteria=criteria)  # fmt: skip
    simruns.open(old).to_parquet(tmp_path / "old.parquet")
    done = call_simruns(
        "gate", new, "--min-success", 0.5, "--criterion", "polite=0.8", "--criterion", "a=b=0.9",
        "--max-regression", 0.3, "--baseline", tmp_path / "old.parquet", "--min-scenario", 0.7,
        "--max-error-share", 0.2, "--errors", "exclude", "--confidence", 0.9, "--json",
    )  # fmt: skip
    expected = simruns.gate(
        simruns.open(new), simruns.open(old), min_success=0.5,
        criterion={"polite": 0.8, "a=b": 0.9}, max_regression=0.3, min_scenario=0.7,
        max_error_share=0.2, errors="exclude", confidence=0.9,
    )  # fmt: skip
    assert (done.returncode, expected.verdict) == (0, "pass"), done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads(json.dumps({**expected.numbers(), "reasons": expected.reasons}))
    assert done.stderr.count(": 80 of an unknown number of runs") == 2


def test_a_fall_below_what_was_approved_is_exit_code_4(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    old = runs_in(tmp_path / "old.jsonl", {"refund": "S" * 60}, batch="b0")
    new = runs_in(tmp_path / "new.jsonl", {"refund": "SF" * 30})
    fall = ["--max-regression", 0.05, "--baseline", old]
    done = call_simruns("gate", new, *fall)
    assert done.returncode == 4
    assert "the change is -0.50" in done.stdout.lower()
    assert "where -0.05 is allowed" in done.stdout
    assert call_simruns("gate", old, "--max-regression", 0.2, "--baseline", new).returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["FILE"], "nothing is required; give --min-success, --criterion, --max-regression or"),
        (["--min-success", ".9"], "no runs; give the path of a file or an archive, or --scenario"),
        (["FILE", "--min-success", "1"], "--min-success is 1.0; give a number between 0 and 1"),
        (["FILE", "--min-scenario", "2"], "--min-scenario is 2.0; give a number from 0 to 1"),
        (["FILE", "--min-success", ".9", "--max-error-share", "-1"], "--max-error-share is -1.0"),
        (["FILE", "--criterion", "polite"], "--criterion is 'polite'; give a name and a rate"),
        (["FILE", "--criterion", "=0.5"], "--criterion is '=0.5'; give a name and a rate"),
        (["FILE", "--criterion", "a=x"], "--criterion is 'a=x'; give a name and a rate"),
        (["FILE", "--criterion", "a=.5", "--criterion", "a=.6"], "--criterion has 'a' twice"),
        (["FILE", "--criterion", "a=2"], "criterion 'a' is 2.0; give a number between 0 and 1"),
        (["FILE", "--criterion", "a=.5"], "no judged run has a criterion 'a'; there is no"),
        (["FILE", "--max-regression", ".1"], "--baseline and --max-regression go together"),
        (["FILE", "--min-success", ".9", "--baseline", "FILE"], "--baseline and --max-regression"),
        (["FILE", "--max-regression", ".1", "--baseline", "no"], "there is no file or directory"),
        (["FILE", "--max-regression", ".1", "--baseline", "FILE"], "60 runs of old and new are"),
        (["FILE", "--min-success", ".9", "--planned", "0"], "--planned is 0; give 1 or more"),
        (["FILE", "--min-success", ".9", "--planned", "28"], "--min-success 0.9 takes at least 29"),
        (["FILE", "--min-success", ".9", "--wait"], "--wait is for the batches of a server"),
        (["FILE", "--min-success", ".9", "--deadline", "5"], "--deadline goes with --wait"),
        (["FILE", "--min-success", ".9", "--interval", "-1"], "--interval is -1"),
        (["--pairs", "PAIRS", "--min-scenario", ".9", "--wait"], "--wait goes with --min-success"),
        (["--all", "--latest", "--min-success", ".9", "--wait"], "--all finds finished batches"),
        (["--pairs", "PAIRS", "--min-success", ".9", "--planned", "14", "--wait"],
         "--min-success 0.9 takes at least 29 runs, all of which succeed, and 28 are announced"),
        (["FILE", "--min-success", ".9", "--quarantine", "no.csv"], "no.csv: No such file"),
    ],
)  # fmt: skip
def test_a_mistake_is_exit_code_2_before_anything_is_sent(
    call_simruns: SimrunsCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str], told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    runs_in(Path("FILE"), {"refund": "S" * 60})
    Path("PAIRS").write_text("scenario,batch\na,a-b\nb,b-b\n")
    done = call_simruns("gate", *words, **NO_SERVER)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"simruns: {told}")


def test_fewer_runs_than_could_show_it_are_refused_before_any_is_read(
    call_simruns: SimrunsCommand,
) -> None:
    with simruns.Simulator(scenarios=2, runs=14) as sim:
        pairs = [sim.pairs[0], sim.pairs[1]]
        done = call_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, SIMRUNS_API_KEY=sim.api_key
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith(
            "--min-success 0.9 takes at least 29 runs, all of which succeed, and 14 are announced; "
            "order more, or ask for less by --min-success or --confidence\n"
        )
        assert len(sim.requests()) == 1  # for the batch
        done = call_simruns(
            "gate", *of_server(sim, *pairs[1]), "--min-success", 0.8, SIMRUNS_API_KEY=sim.api_key
        )
        assert done.returncode in (4, 5)
        done = call_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, "--planned", 28,
            SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
        assert done.returncode == 2
        assert "28 are announced" in done.stderr
    with simruns.Simulator(scenarios=1, runs=14, neighbours=False) as sim:
        done = call_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, SIMRUNS_API_KEY=sim.api_key
        )
        assert done.returncode in (4, 5)  # a server that tells no numbers


@pytest.mark.odd_data
def test_runs_that_are_missing_are_exit_code_3_and_no_pass(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "S"}, runs=40)
    junit = tmp_path / "junit.xml"
    with simruns.Simulator(data=data, faults=[{"every": 1, "total": 41}]) as sim:
        words = ["gate", *of_server(sim), "--min-success", 0.9, "--junit", junit]
        done = call_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 3, done.stderr
        (case,) = [
            c for c in ET.parse(junit).iter("testcase") if c.attrib["name"] == "completeness"
        ]
        (error,) = case.findall("error")
        assert "40 of 41 runs, incomplete" in error.attrib["message"]
        with sim.client() as client, pytest.warns(simruns.IncompleteWarning):
            client.batches(sim.pairs).read(allow_incomplete=True).to_parquet(tmp_path / "k.parquet")
    new = runs_in(tmp_path / "new.jsonl", {"s": "S" * 40})
    assert call_simruns("gate", tmp_path / "k.parquet", "--min-success", 0.9).returncode == 3
    fall = ["--max-regression", 0.9, "--baseline", tmp_path / "k.parquet"]
    assert call_simruns("gate", new, *fall).returncode == 3


@pytest.mark.odd_data
def test_a_batch_that_still_runs_is_exit_code_3(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "S"}, runs=40, status="IN_PROGRESS")
    with simruns.Simulator(data=data) as sim:
        done = call_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, SIMRUNS_API_KEY=sim.api_key
        )
    assert done.returncode == 3, done.stderr
    assert "still running" in done.stderr


def test_a_request_that_fails_is_exit_code_1(
    call_simruns: SimrunsCommand, sim: simruns.Simulator
) -> None:
    for more in ([], ["--wait"]):
        done = call_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, *more, SIMRUNS_API_KEY="wrong"
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert "HTTP 401" in done.stderr


# What it writes


def test_junit_has_every_number(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    old = runs_in(tmp_path / "old.jsonl", {"refund": "S" * 40, "hours": "S" * 40}, batch="b0")
    new = runs_in(tmp_path / "new.jsonl", {"refund": "S" * 40, "hours": "F" * 40},
                  criteria={"polite": True, "polite.n": True})  # fmt: skip
    done = call_simruns(
        "gate", new, "--min-success", 0.9, "--criterion", "polite=0.8", "--criterion",
        "polite.n=0.99", "--max-regression", 0.3, "--baseline", old, "--min-scenario", 0.7,
        "--junit", tmp_path / "junit.xml",
    )  # fmt: skip
    expected = simruns.gate(
        simruns.open(new), simruns.open(old), min_success=0.9, max_regression=0.3, min_scenario=0.7,
        criterion={"polite": 0.8, "polite.n": 0.99},
    )  # fmt: skip
    assert done.returncode == expected.exit == 4, done.stderr
    root = ET.parse(tmp_path / "junit.xml").getroot()
    (suite,) = root.findall("testsuite")
    cases = {case.attrib["name"]: case for case in suite.findall("testcase")}
    assert [*cases] == [
        "success", "criterion polite", "criterion polite.n", "regression", "min-scenario", "errors",
        "completeness",
    ]  # fmt: skip
    parts = [properties(each) for each in (suite, *cases.values())]
    assert sum(map(len, parts)) == len(expected.numbers())
    found = {name: value for part in parts for name, value in part.items()}
    assert found == {name: told_of(value) for name, value in expected.numbers().items()}
    endings = {name: [c.tag for c in case if c.tag in ("failure", "error")]
               for name, case in cases.items()}  # fmt: skip
    assert endings == {
        "success": ["failure"], "criterion polite": [], "criterion polite.n": ["error"],
        "regression": ["failure"], "min-scenario": ["failure"], "errors": [], "completeness": [],
    }  # fmt: skip
    counts = {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "7", "failures": "3", "errors": "1", "skipped": "0"}
    (failure,) = cases["success"].findall("failure")
    assert failure.attrib["message"].startswith("success is 0.50 (likely 0.4")


def test_too_many_errors_are_an_error_of_junit(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    for letters in ({"a": "S" * 40 + "P" * 10}, {"a": "S" * 60, "b": "SPP"}):
        runs = runs_in(tmp_path / "runs.jsonl", letters)
        junit = tmp_path / "junit.xml"
        assert call_simruns("gate", runs, "--min-scenario", 0.2, "--junit", junit).returncode == 5
        (suite,) = ET.parse(junit).getroot()
        (case,) = [case for case in suite.iter("testcase") if case.find("error") is not None]
        assert case.attrib["name"] == "errors"
        assert suite.attrib["errors"] == "1"


def test_junit_is_whole_or_not_there(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    runs = runs_in(tmp_path / "runs.jsonl", {"a": "S" * 40})
    junit = tmp_path / "no-such-folder" / "junit.xml"
    done = call_simruns("gate", runs, "--min-success", 0.5, "--junit", junit)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"simruns: there is no folder {junit.parent}\n"
    kept = tmp_path / "junit.xml"
    kept.write_text("before")
    done = call_simruns("gate", runs, "--min-success", 2, "--junit", kept)
    assert (done.returncode, kept.read_text()) == (2, "before")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["junit.xml", "runs.jsonl"]


def test_a_report_is_of_the_same_runs(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    old = runs_in(tmp_path / "old.jsonl", {"refund": "S" * 60, "phone": "S" * 60}, batch="b0")
    new = runs_in(tmp_path / "new.jsonl", {"refund": "S" * 60, "phone": "F" * 60})
    quarantine = listed(tmp_path / "q.csv", [("phone", "noisy", FAR)])
    words = ["gate", new, "--max-regression", 0.1, "--baseline", old, "--quarantine", quarantine]
    done = call_simruns(*words, "--report", tmp_path / "gate.md")
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith(f"{tmp_path / 'gate.md'}: a report of 60 runs\n")
    only = [simruns.open(path).by_scenario()["refund"] for path in (new, old)]
    expected = simruns.report(*only, tmp_path / "report.md").read_text()
    left_out = f"- Left out until {FAR}: scenario phone, noisy."
    written = (tmp_path / "gate.md").read_text()
    assert left_out in written.splitlines()
    # The seal also says which scenarios were left out, and so is another one.
    lines, wanted = (
        re.sub(r"Sealed: \w{64}", "", text).splitlines() for text in (written, expected)
    )
    told = lines[lines.index("- The gate: pass.") : lines.index(left_out) + 1]
    assert [line for line in lines if line not in told] == [w for w in wanted if w not in told]
    done = call_simruns(*words, "--report", tmp_path / "gate.txt")
    assert (done.returncode, done.stdout) == (2, "")


def test_the_report_of_a_gate_says_how_often_the_gate_is_wrong_and_what_people_say(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = runs_in(tmp_path / "runs.jsonl", {"refund": "S" * 50 + "F" * 10})
    runs = simruns.open(data)
    ids = simruns.audit_sheet(runs, 20, "s").ids
    labels = tmp_path / "sheet.csv"
    labels.write_text("run_id,label\n" + "".join(f"{one},success\n" for one in ids))
    words = ["gate", data, "--min-success", 0.6, "--report", tmp_path / "gate.md"]
    assert call_simruns(*words).returncode == 0
    lines = (tmp_path / "gate.md").read_text().splitlines()
    gate = simruns.gate(runs, min_success=0.6)
    for sentence in ["The gate: pass.", *gate._view().sentences]:
        assert f"- {sentence}" in lines
    assert any(line.startswith("- An agent truly at 0.55 passes this gate in") for line in lines)
    assert "## Is the judge right?" not in lines
    call_simruns(*words, "--labels", labels, "--sheet-seed", "s", "-n", 20)
    lines = (tmp_path / "gate.md").read_text().splitlines()
    assert "## Is the judge right?" in lines
    with labels.open("a") as more:
        more.write("nobody,success\n")
    done = call_simruns(*words, "--labels", labels, "--sheet-seed", "s", "-n", 20)
    assert "Labels left out, since they are of no run: nobody." in done.stdout


ODD = [text[:300] for text in TEXTS if text.strip()] + [
    "a|b`c`",
    "line\nbreak",
    "\x1b[31mred",
    "\x00\ufffe\x85",
]


def odd_runs(path: Path, batch: str) -> Path:
    """Runs whose scenarios and criteria have odd names; each scenario fails."""
    runs = [
        make_run(text, "failure" if batch == "b1" else "success", batch=f"{number}-{batch}",
                 id=f"{number}-{batch}", criteria=dict.fromkeys(ODD, True))
        for number, text in enumerate(ODD)
    ]  # fmt: skip
    path.write_text("".join(f"{text}\n" for text in texts(runs)))
    return path


def test_odd_names_break_neither_xml_nor_markdown(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    old = odd_runs(tmp_path / "old.jsonl", "b0")
    new = odd_runs(tmp_path / "new.jsonl", "b1")
    given = [text for text in ODD if "\x00" not in text]  # the system passes no NUL
    criteria = [word for text in given for word in ("--criterion", f"{text}=0.5")]
    junit, summary = tmp_path / "junit.xml", tmp_path / "summary.md"
    summary.write_text("before\n")
    done = run_simruns(
        "gate", new, *criteria, "--min-scenario", 0.5, "--max-regression", 0.1, "--baseline", old,
        "--junit", junit, GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    names = [case.attrib["name"] for case in ET.parse(junit).iter("testcase")]
    plain = [text for text in given if text.isprintable()]
    assert {f"criterion {text}" for text in plain} < set(names)
    assert any("\\x1b[31mred" in name for name in names)
    assert len(names) == len(given) + 4
    markdown = summary.read_text()
    assert markdown.startswith("before\n## Gate: not good enough\n")
    assert not re.search(r"[<>]|(?<!\\)`|https?://|\x1b|\u202e", markdown)
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len(rows) == len(given) + 4  # a head, a rule, a regression, each scenario
    assert {len(re.findall(r"(?<!\\)[|]", row)) for row in rows} == {6}
    assert "criterion a\\|b\\`c\\`" in markdown


def test_the_summary_of_a_step_is_appended_and_changes_no_answer(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    runs = runs_in(tmp_path / "runs.jsonl", {"a": "S" * 40})
    summary = tmp_path / "summary.md"
    for _ in range(2):
        done = call_simruns("gate", runs, "--min-success", 0.9, GITHUB_STEP_SUMMARY=str(summary))
        assert done.returncode == 0
    view = simruns.gate(simruns.open(runs), min_success=0.9)._view()
    row = f"| {' | '.join(view.tables[0].rows[0])} |"
    assert summary.read_text().splitlines().count(row) == 2
    done = call_simruns("gate", runs, "--min-success", 0.9, GITHUB_STEP_SUMMARY=str(tmp_path))
    assert done.returncode == 0
    assert "simruns: warning: GITHUB_STEP_SUMMARY: " in done.stderr


# Quarantine


def listed(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("scenario", "reason", "until"), *rows])
    return path


@pytest.mark.parametrize("ending", ["csv", "yaml"])
def test_scenarios_in_quarantine_are_left_out_and_shown(
    call_simruns: SimrunsCommand, tmp_path: Path, ending: str
) -> None:
    pytest.importorskip("yaml")
    old = runs_in(tmp_path / "old.jsonl", {"refund": "S" * 60, "phone": "S" * 60}, batch="b0")
    new = runs_in(tmp_path / "new.jsonl", {"refund": "S" * 60, "phone": "F" * 60})
    path = tmp_path / f"quarantine.{ending}"
    if ending == "csv":
        listed(path, [("phone", "the line | is <b>noisy</b>", FAR), ("gone", "no reason", FAR)])
    else:
        path.write_text(
            f"- {{scenario: phone, reason: 'the line | is <b>noisy</b>', until: {FAR}}}\n"
            f"- {{scenario: gone, reason: no reason, until: '{FAR}'}}\n"
        )
    words = ["gate", new, "--min-success", 0.9, "--max-regression", 0.1, "--baseline", old]
    assert call_simruns(*words).returncode == 4
    junit, summary = tmp_path / "junit.xml", tmp_path / "summary.md"
    done = call_simruns(
        *words, "--quarantine", path, "--junit", junit, GITHUB_STEP_SUMMARY=str(summary)
    )
    assert done.returncode == 0, done.stderr
    assert re.search(rf"phone +{FAR} +the line \| is <b>noisy</b>", done.stdout)
    assert f"warning: {path}: there is no scenario gone to leave out\n" in done.stderr
    skipped = {
        case.attrib["name"]: case.find("skipped") for case in ET.parse(junit).iter("testcase")
    }
    assert skipped["scenario phone"] is not None
    assert skipped["scenario phone"].attrib["message"] == (
        f"the line | is <b>noisy</b>; left out until {FAR}"
    )
    shown = f"| phone | {FAR} | the line \\| is &lt;b&gt;noisy&lt;/b&gt; |"
    assert shown in summary.read_text().splitlines()
    told = json.loads(call_simruns(*words, "--quarantine", path, "--json").stdout)
    only = simruns.gate(
        *(simruns.open(p).by_scenario()["refund"] for p in (new, old)), min_success=0.9,
        max_regression=0.1,
    )  # fmt: skip
    assert told["quarantine.phone.reason"] == "the line | is <b>noisy</b>"
    assert {name: told[name] for name in only.numbers()} == only.numbers()


def test_a_quarantine_of_everything_judges_nothing(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    runs = runs_in(tmp_path / "runs.jsonl", {"a": "S" * 60})
    path = listed(tmp_path / "q.csv", [("a", "all of it", FAR)])
    done = call_simruns("gate", runs, "--min-success", 0.9, "--quarantine", path)
    assert done.returncode == 5, done.stderr
    assert "No run is judged." in done.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scenario,reason,until\na,x,2020-02-29\n",
         "{path}, line 2: scenario a was left out until 2020-02-29, which is past; take it out"),
        (f"scenario,reason,until\na,x,{FAR}\na,y,{FAR}\n", "{path}, line 3: scenario a stands"),
        ("scenario,reason,until\na,x,soon\n", "{path}, line 2: until is 'soon'; give a day as"),
        (f"scenario,reason,until\na,,{FAR}\n", "{path}, line 2: no reason; give rows with"),
        ("scenario,reason,until\na,x\n", "{path}, line 2: no until; give rows with"),
        ("scenario,until\n", "{path} has no column reason"),
        ("", "{path} has no column scenario and no column reason and no column until"),
        ("scenario,reason,until\n\udcff", "{path} is not CSV or YAML in UTF-8"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_quarantine_is_exit_code_2(
    call_simruns: SimrunsCommand, tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "q.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    done = call_simruns(
        "gate", "--scenario", "s", "--batch", "b", "--min-success", 0.9, "--quarantine", path,
        **NO_SERVER,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"simruns: {told.format(path=path)}")
    other = path.rename(tmp_path / "q.txt")
    done = call_simruns("gate", "x", "--min-success", 0.9, "--quarantine", other)
    assert (done.returncode, done.stderr.startswith("simruns: --quarantine is ")) == (2, True)


@pytest.mark.parametrize(
    "text", ["{a: 1}", "- a\n", "- [", "- {scenario: 2999-13-40, until: 2999-13-40}"]
)
def test_a_mistake_in_yaml_is_exit_code_2(
    call_simruns: SimrunsCommand, tmp_path: Path, text: str
) -> None:
    pytest.importorskip("yaml")
    path = tmp_path / "q.yaml"
    path.write_text(text)
    done = call_simruns("gate", "x", "--min-success", 0.9, "--quarantine", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"simruns: {path}")


def test_a_scenario_in_quarantine_may_be_named(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    with simruns.Simulator(scenarios=2, runs=40, seed=6) as sim, sim.client() as client:
        first, second = client.scenarios()
        client.latest().read().to_parquet(tmp_path / "runs.parquet")
        path = listed(tmp_path / "q.csv", [(first.name or "", "named", FAR)])
        words = ["--min-success", 0.9, "--quarantine", path, "--json"]
        for where in ([tmp_path / "runs.parquet"], [*of_server(sim)[:4], "--all", "--latest"]):
            done = call_simruns("gate", *where, *words, SIMRUNS_API_KEY=sim.api_key)
            told = json.loads(done.stdout)
            only = simruns.open(tmp_path / "runs.parquet").by_scenario()[second.reference]
            assert (
                told["success.rate"]
                == simruns.gate(only, min_success=0.9).numbers()["success.rate"]
            )


# Waiting

AT_ONCE, LATER = 0, 100


def live(path: Path, letters: str, order: str, scenarios: int = 1) -> dict[str, Any]:
    """A Simulator's arguments: a batch a scenario of these runs, those of `order` settling first.

    The others settle at `LATER` on its clock.
    """
    runs = make_runs({f"s{number}": letters for number in range(scenarios)})
    path.write_text("".join(f"{text}\n" for text in texts(runs)))
    settles = {
        run["id"]: {"appears": 0, "settles": AT_ONCE if letter in order else LATER}
        for run, letter in zip(runs, itertools.cycle(letters), strict=False)
    }
    schedule = {"appear_every": 0, "settle_after": 0, "expire_after": 10_000, "runs": settles}
    return {"data": path, "live": schedule, "speed": 0}


def listed_pairs(path: Path, sim: simruns.Simulator) -> Path:
    """A file that names all batches of a Simulator."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("scenario", "batch"), *sim.pairs])
    return path


def polled(sim: simruns.Simulator, process: subprocess.Popen[str], more: int) -> bool:
    """Waits until so many more requests came; False if the command ended first."""
    target = len(sim.requests()) + more
    while len(sim.requests()) < target:
        if process.poll() is not None:
            return False
        os.sched_yield()
    return True


@pytest.mark.parametrize(
    ("letters", "code"),
    [
        ("S" * 98 + "FF", 0),
        ("S" * 60 + "F" * 40, 4),
        ("S" * 93 + "F" * 7, 5),
        ("S" * 98 + "PP", 0),
        ("S" * 85 + "P" * 15, 5),
    ],
)
def test_the_order_in_which_runs_come_changes_no_answer(
    start_simruns: Start, tmp_path: Path, letters: str, code: int
) -> None:
    full = runs_in(tmp_path / "full.jsonl", {"s0": letters})
    assert simruns.gate(simruns.open(full), min_success=0.9).exit == code
    for order in ("S", "FP"):
        with simruns.Simulator(**live(tmp_path / "live.jsonl", letters, order)) as sim:
            process = start_simruns(
                "gate", *of_server(sim), "--min-success", 0.9, "--wait", "--interval", 0.02,
                "--json", SIMRUNS_API_KEY=sim.api_key,
            )  # fmt: skip
            if polled(sim, process, 8):
                sim.clock.advance(LATER)
            told, errors = process.communicate(timeout=60)
        assert process.returncode == code, errors
        document = json.loads(told)
        assert (document["exit"], document["wait.planned"]) == (code, 100)
        assert document["wait.verdict"] == document["verdict"]


@pytest.mark.parametrize(
    ("letters", "order", "code", "why"),
    [
        ("S" * 98 + "FF", "S", 0, "whatever the 2 runs yet to settle come to, it is 'pass'"),
        ("S" * 60 + "F" * 40, "F", 4,
         "whatever the 60 runs yet to settle come to, it is 'not good enough'"),
    ],
)  # fmt: skip
def test_waiting_ends_as_soon_as_the_rest_cannot_matter(
    call_simruns: SimrunsCommand, tmp_path: Path, letters: str, order: str, code: int, why: str
) -> None:
    junit = tmp_path / "junit.xml"
    with simruns.Simulator(**live(tmp_path / "live.jsonl", letters, order)) as sim:
        done = call_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, "--wait", "--junit", junit,
            SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert sim.clock.now == 0
    assert why in done.stdout
    assert "That is over 100 runs, if all scenarios have one rate" in done.stdout
    assert done.stderr.startswith("waiting for 100 runs of 1 batch\nbatch s0-b1: ")
    cases = {case.attrib["name"]: case for case in ET.parse(junit).iter("testcase")}
    bad = {name for name, case in cases.items() if case.find("failure") is not None}
    assert bad == ({"success"} if code else set())
    assert not [case for case in cases.values() if case.find("error") is not None]


@pytest.mark.odd_data
def test_agents_of_a_known_rate_pass_as_often_as_they_ought_to(tmp_path: Path) -> None:
    """The short form of `make gates`."""
    passed = {}
    for rate in (0.8, 0.97):
        found = list(gates.answers(rate, 12, tmp_path))
        assert [code for code, _, _ in found] == [whole for _, whole, _ in found]
        passed[rate] = sum(code == 0 for code, _, _ in found)
    assert passed == {0.8: 0, 0.97: 10}


def test_several_batches_are_waited_for_together(start_simruns: Start, tmp_path: Path) -> None:
    with simruns.Simulator(**live(tmp_path / "live.jsonl", "S" * 19 + "F", "F", 3)) as sim:
        pairs = listed_pairs(tmp_path / "pairs.csv", sim)
        process = start_simruns(
            "gate", *of_server(sim)[:4], "--pairs", pairs, "--min-success", 0.7,
            "--wait", "--interval", 0.02, SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
        assert polled(sim, process, 12)
        sim.clock.advance(LATER)
        told, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert told.startswith("Gate: pass\n")
    assert "waiting for 60 runs of 3 batches\n" in errors


def test_a_scenario_in_quarantine_is_not_waited_for(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    made = live(tmp_path / "live.jsonl", "S" * 40, "S", 2)
    for name, own in made["live"]["runs"].items():
        own["settles"] = LATER if name.startswith("s1-") else AT_ONCE
    quarantine = listed(tmp_path / "q.csv", [("s1", "slow", FAR), ("s2", "not there", FAR)])
    with simruns.Simulator(**made) as sim:
        pairs = listed_pairs(tmp_path / "pairs.csv", sim)
        done = call_simruns(
            "gate", *of_server(sim)[:4], "--pairs", pairs, "--min-success", 0.9, "--wait",
            "--quarantine", quarantine, SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "waiting for 40 runs of 1 batch\n" in done.stderr
    assert f"{quarantine}: there is no scenario s2 to leave out\n" in done.stderr


def test_a_deadline_that_comes_first_cannot_tell(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    junit = tmp_path / "junit.xml"
    with simruns.Simulator(**live(tmp_path / "live.jsonl", "S" * 60 + "F" * 40, "S")) as sim:
        done = call_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, "--wait", "--deadline", 2,
            "--interval", 0.05, "--junit", junit, SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "where 0.90 is required; the 40 runs yet to settle decide" in done.stdout
    assert "ended by deadline" in done.stderr
    (case,) = [case for case in ET.parse(junit).iter("testcase") if case.find("error") is not None]
    assert case.attrib["name"] == "success"


def test_runs_that_expire_while_they_are_waited_for_are_exit_code_3(
    start_simruns: Start, tmp_path: Path
) -> None:
    made = live(tmp_path / "live.jsonl", "S" * 60 + "F" * 40, "S")
    for own in made["live"]["runs"].values():
        if own["settles"] == LATER:
            own["expires"] = 50
    with simruns.Simulator(**made) as sim:
        process = start_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, "--wait", "--interval", 0.02,
            SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
        assert polled(sim, process, 8)
        sim.clock.advance(LATER)
        told, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors
    assert told.startswith("Gate: incomplete\n")
    assert "40 of 100 runs have not settled" in told
    assert "40 lost" in errors


def test_runs_that_are_planned_and_have_not_come_are_no_pass(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "S"}, runs=40)
    done = call_simruns("gate", data, "--min-success", 0.9, "--planned", 400)
    assert done.returncode == 3
    assert call_simruns("gate", data, "--min-success", 0.9, "--planned", 40).returncode == 0
    pending = runs_in(tmp_path / "p.jsonl", {"s": "S" * 40 + "_"})
    assert call_simruns("gate", pending, "--min-success", 0.9).returncode == 3


def test_one_file_is_not_written_twice(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "S"}, runs=40)
    out = tmp_path / "out.md"
    done = call_simruns("gate", data, "--min-success", 0.9, "--junit", out, "--report", out)
    assert (done.returncode, out.exists()) == (2, False)


def test_planned_is_for_a_server_that_does_not_tell(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    made = live(tmp_path / "live.jsonl", "S" * 40, "S")
    words = ["--min-success", 0.9, "--wait", "--interval", 0.02]
    with simruns.Simulator(**made, neighbours=False) as sim:
        key = {"SIMRUNS_API_KEY": sim.api_key}
        done = call_simruns("gate", *of_server(sim), *words, **key)
        assert done.returncode == 2
        assert "does not say how many runs were ordered; give --planned" in done.stderr
        assert call_simruns("gate", *of_server(sim), *words, "--planned", 40, **key).returncode == 0
    with simruns.Simulator(**made) as sim:
        key = {"SIMRUNS_API_KEY": sim.api_key}
        done = call_simruns("gate", *of_server(sim), *words, "--planned", 50, **key)
        assert done.returncode == 2
        assert "--planned is 50, and scenario s0 was ordered with 40 runs" in done.stderr
        assert call_simruns("gate", *of_server(sim), *words, "--planned", 40, **key).returncode == 0


def test_ctrl_c_ends_the_waiting_with_130(start_simruns: Start, tmp_path: Path) -> None:
    with simruns.Simulator(**live(tmp_path / "live.jsonl", "S" * 60 + "F" * 40, "S")) as sim:
        process = start_simruns(
            "gate", *of_server(sim), "--min-success", 0.9, "--wait", "--interval", 600, "--junit",
            tmp_path / "junit.xml", SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline() == "waiting for 100 runs of 1 batch\n"
        process.send_signal(signal.SIGINT)
        told, errors = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "")
    assert errors.endswith("simruns: interrupted\n")
    assert "Traceback" not in errors
    assert not (tmp_path / "junit.xml").exists()
