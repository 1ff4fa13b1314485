"""`simruns audit-sheet`, `simruns audit` and `gate --labels`: the judge checked from a terminal."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

for library in ("pyarrow", "scipy", "statsmodels", "pandas", "jinja2"):
    pytest.importorskip(library)

from analysis_runs import held, make_runs  # noqa: E402
from conftest import SimrunsCommand  # noqa: E402

import simruns  # noqa: E402

LETTERS = {f"s{n:02}": "SSSSSSSF" for n in range(12)}
SHEET = ["--sheet-seed", "autumn", "-n", "40"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "runs.parquet"
    held(make_runs(LETTERS)).to_parquet(path)
    return path


@pytest.fixture(scope="module")
def labels(data: Path) -> Path:
    """A sheet that a person filled in, who takes every fifth run for a failure."""
    runs = simruns.open(data)
    path = simruns.audit_sheet(runs, 40, "autumn").to_csv(data.with_name("labels.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        for row in rows:
            is_bad = row["run_id"][-1] in "58"
            writer.writerow({**row, "label": "Failure" if is_bad else "Success"})
    return path


def plain(result: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps({**result.numbers(), "reasons": result.reasons}))
    return told


@pytest.mark.parametrize("ending", ["csv", "html"])
def test_the_command_writes_the_sheet_that_the_function_draws(
    call_simruns: SimrunsCommand, data: Path, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"sheet.{ending}"
    done = call_simruns("audit-sheet", data, "-n", 40, "--seed", "autumn", "-o", out)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.splitlines()[-1] == f"{out}: 40 conversations to label"
    sheet = simruns.audit_sheet(simruns.open(data), 40, "autumn")
    wanted = getattr(sheet, f"to_{ending}")(tmp_path / "wanted")
    assert out.read_bytes() == wanted.read_bytes()
    assert "success" not in done.stderr


def test_a_sheet_that_is_there_is_not_written_over(
    call_simruns: SimrunsCommand, data: Path, tmp_path: Path
) -> None:
    for out in (tmp_path / "sheet.csv", tmp_path / "sheet.html"):
        out.write_text("an hour of labels")
        done = call_simruns("audit-sheet", data, "-n", 40, "--seed", 1, "-o", out)
        assert done.returncode == 2
        assert "may hold somebody's labels; give another --output" in " ".join(done.stderr.split())
        assert out.read_text() == "an hour of labels"


def test_the_command_prints_what_the_function_says(
    call_simruns: SimrunsCommand, data: Path, labels: Path
) -> None:
    runs = simruns.open(data)
    for how, drawn in ((SHEET, (40, "autumn")), ([], (None, None))):
        wanted = simruns.audit(runs, labels, *drawn, errors="exclude", confidence=0.9)
        asked = [
            "audit",
            data,
            "--labels",
            labels,
            *how,
            "--errors",
            "exclude",
            "--confidence",
            0.9,
        ]
        done = call_simruns(*asked, "--json")
        assert (done.returncode, json.loads(done.stdout)) == (0, plain(wanted))
        text = call_simruns(*asked, COLUMNS="500").stdout
        assert str(wanted).splitlines()[1] in text
        assert ("random sample" in text) == (not how)
        rows = list(csv.DictReader(call_simruns(*asked, "--csv").stdout.splitlines()))
        assert {row["name"] for row in rows} >= {"corrected", "kappa", "labelled"}


def test_runs_that_are_missing_are_exit_code_3(
    call_simruns: SimrunsCommand, labels: Path, tmp_path: Path
) -> None:
    with simruns.Simulator(seed=5, scenarios=2, runs=20) as sim, sim.client() as client:
        runs = client.batches(sim.batches()).read(allow_incomplete=True)
    lost = [one._replace(verdict="incomplete") for one in runs.completeness.batches]
    runs.completeness = simruns.Completeness(lost)
    runs.to_parquet(tmp_path / "part.parquet")
    out = tmp_path / "sheet.csv"
    for words in (["audit-sheet", "-n", 9, "--seed", 1, "-o", out], ["audit", "--labels", labels]):
        done = call_simruns(words[0], tmp_path / "part.parquet", *words[1:])
        assert done.returncode == 3, done.stderr
    assert out.is_file()


def test_a_sheet_is_of_the_runs_of_a_server_too(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.csv"
    with simruns.Simulator(seed=5, scenarios=2, runs=20) as sim:
        of_server = ["--base-url", sim.url, "--project", sim.project, "--all", "--latest"]
        words = ["audit-sheet", *of_server, "-n", 9, "--seed", 1, "-o", out]
        done = run_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        words = ["audit", *of_server, "--labels", out, "--sheet-seed", 1, "-n", 9, "--json"]
        done = run_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
    told = json.loads(done.stdout)
    assert (done.returncode, told["labels"], told["unlabelled"]) == (0, 9, 9)


def test_a_gate_takes_labels_and_says_so_in_every_form(
    call_simruns: SimrunsCommand, data: Path, labels: Path, tmp_path: Path
) -> None:
    junit = tmp_path / "gate.xml"
    for theta, code in ((0.5, 0), (0.9, 4)):
        wanted = simruns.gate(simruns.open(data), min_success=theta, labels=labels,
                              sheet=(40, "autumn"))  # fmt: skip
        asked = ["gate", data, "--min-success", theta, "--labels", labels, *SHEET]
        done = call_simruns(*asked, "--junit", junit, "--json")
        told = json.loads(done.stdout)
        assert (done.returncode, wanted.exit) == (code, code)
        assert told == plain(wanted)
        assert told["success.judge.rate"] == 0.875
        assert 'name="success.labelled" value="40"' in junit.read_text(encoding="utf-8")
        assert "by labels of 40 of 40 rows, 0.88 by the judge" in call_simruns(
            *asked, COLUMNS="500"
        ).stdout  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["audit-sheet", "RUNS"], "no --seed; give any word"),
        (["audit-sheet", "RUNS", "--seed", "1", "-n", "1"], "-n is 1; give 2 or more"),
        (["audit-sheet", "RUNS", "--seed", "1", "-o", "sheet.txt"], "ends in .html or .csv"),
        (["audit-sheet", "RUNS", "--seed", "1", "-o", "no/sheet.csv"], "there is no folder no"),
        (["audit-sheet", "--seed", "1"], "no runs; give the path of a file or an archive"),
        (["audit", "RUNS"], "no --labels; give the sheet of simruns audit-sheet"),
        (["audit", "RUNS", "--labels", "none.csv"], "--labels is none.csv, and there is no such"),
        (["audit", "RUNS", "--labels", "LABELS", "-n", "5"], "--sheet-seed and -n go together"),
        (["audit", "RUNS", "--labels", "LABELS", "--sheet-seed", "1", "-n", "0"], "-n is 0"),
        (["audit", "RUNS", "--labels", "RUNS"], "is no sheet of labels as CSV"),
        (["audit", "RUNS", "--labels", "."], "cannot read the file of --labels, .: Is a directory"),
        (["gate", "RUNS", "--min-success", "0.5", "--labels", "LABELS"],
         "--labels goes with the --sheet-seed and -n of its sheet"),
        (["gate", "RUNS", "--min-success", "0.5", "-n", "5", "--sheet-seed", "1"],
         "--sheet-seed and -n go with --labels"),
        (["gate", "RUNS", "--min-scenario", "0.5", "--labels", "LABELS", *SHEET],
         "--labels goes with --min-success"),
        (["gate", "RUNS", "--min-success", "0.5", "--labels", "LABELS", *SHEET, "--planned", "40"],
         "leave out --wait and --planned"),
        (["gate", "RUNS", "--min-success", "0.5", "--labels", "LABELS", *SHEET, "--quarantine",
          "q.csv"], "leave out --quarantine"),
    ],
)  # fmt: skip
def test_a_mistake_is_exit_code_2_and_writes_nothing(
    call_simruns: SimrunsCommand, data: Path, labels: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, words: list[str], told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    given = {"RUNS": data, "LABELS": labels}
    done = call_simruns(*(given.get(word, word) for word in words))
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []
