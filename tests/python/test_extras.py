"""What works without each optional library, and what is said where one is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import simruns
from simruns.core.extras import require

PROGRAM = """
import json, sys
from pathlib import Path

HIDDEN, FOLDER = sys.argv[1].split(","), Path(sys.argv[2])

class Hides:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hides())

import simruns

sim = simruns.Simulator(scenarios=1, runs=3)
client = sim.client()
suite = client.batches(sim.pairs)
runs = suite.read(progress=True)
(batch,) = suite
CALLS = {
    "runs": lambda: [run.verdict for run in batch.runs()],
    "len(turns)": lambda: len(runs.turns),
    "to_jsonl": lambda: runs.to_jsonl(FOLDER / "runs.jsonl"),
    "open of JSON": lambda: simruns.open(FOLDER / "runs.jsonl"),
    "to_arrow": runs.to_arrow,
    "turns.to_arrow": runs.turns.to_arrow,
    "to_pandas": runs.to_pandas,
    "criteria.to_pandas": runs.criteria.to_pandas,
    "to_polars": runs.to_polars,
    "issues.to_polars": runs.issues.to_polars,
    "to_parquet": lambda: runs.to_parquet(FOLDER / "own.parquet"),
    "open of Parquet": lambda: simruns.open(FOLDER / "given.parquet"),
    "data of Parquet": lambda: simruns.Simulator(data=FOLDER / "given.parquet").close(),
    "plot": runs.plot,
    "plots": lambda: simruns.plots,
    "archive": lambda: batch.archive(FOLDER / "archive"),
    "faults in YAML": lambda: simruns.Simulator(faults=FOLDER / "faults.yaml").close(),
    "schedule in YAML": lambda: simruns.Simulator(live=FOLDER / "live.yaml").close(),
    "report": lambda: simruns.report(runs, out=FOLDER / "report.html"),
    "report in Markdown": lambda: simruns.report(runs, out=FOLDER / "report.md"),
}
told = {}
for name, call in CALLS.items():
    try:
        call()
    except simruns.MissingExtraError as error:
        told[name] = str(error)
print(json.dumps(told))
client.close()
sim.close()
"""

ARROW = "pip install 'simruns[arrow]'"
ANALYSIS = "pip install 'simruns[analysis]'"
REPORT = "pip install 'simruns[report]'"
PANDAS = "pip install 'simruns[pandas]'"
POLARS = "pip install 'simruns[polars]'"
PLOTS = "pip install 'simruns[plots]'"
YAML = "pip install 'simruns[yaml]'"

NEEDS = {
    "pyarrow": {
        "to_arrow": f"to_arrow needs pyarrow: {ARROW}",
        "turns.to_arrow": f"to_arrow needs pyarrow: {ARROW}",
        "to_pandas": f"to_pandas needs pyarrow: {PANDAS}",
        "criteria.to_pandas": f"to_pandas needs pyarrow: {PANDAS}",
        "to_parquet": ARROW,
        "open of Parquet": ARROW,
        "data of Parquet": ARROW,
        "archive": f"an archive needs pyarrow: {ARROW}",
        "report": f"analysis needs pyarrow: {ANALYSIS}",
        "report in Markdown": f"analysis needs pyarrow: {ANALYSIS}",
        "plot": f"simruns.plots needs pyarrow: {PLOTS}",
        "plots": f"simruns.plots needs pyarrow: {PLOTS}",
    },
    "matplotlib": {
        "plot": f"simruns.plots needs matplotlib: {PLOTS}",
        "plots": f"simruns.plots needs matplotlib: {PLOTS}",
    },
    "scipy": {
        "plot": f"simruns.plots needs scipy: {PLOTS}",
        "plots": f"simruns.plots needs scipy: {PLOTS}",
        "report": f"analysis needs scipy: {ANALYSIS}",
        "report in Markdown": f"analysis needs scipy: {ANALYSIS}",
    },
    "pandas": {
        "plot": f"simruns.plots needs pandas: {PLOTS}",
        "plots": f"simruns.plots needs pandas: {PLOTS}",
        "to_pandas": f"to_pandas needs pandas: {PANDAS}",
        "criteria.to_pandas": f"to_pandas needs pandas: {PANDAS}",
    },
    "polars": {
        "to_polars": f"to_polars needs polars: {POLARS}",
        "issues.to_polars": f"to_polars needs polars: {POLARS}",
    },
    "yaml": {
        "faults in YAML": f"a script in YAML needs yaml: {YAML}",
        "schedule in YAML": f"a script in YAML needs yaml: {YAML}",
    },
    "jinja2": {"report": f"a report needs jinja2: {REPORT}"},
    "duckdb": {},
    "ipywidgets": {},
}
"""What is said where a library is hidden, or how it ends; every other call goes on without it."""


@pytest.fixture
def folder(tmp_path: Path, batch: simruns.Batch) -> Path:
    pytest.importorskip("pyarrow")
    batch.read().to_parquet(tmp_path / "given.parquet")
    (tmp_path / "faults.yaml").write_text("seed: 1\nfaults: []\n")
    (tmp_path / "live.yaml").write_text("{}\n")
    return tmp_path


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("hidden", NEEDS)
def test_what_needs_a_library_that_is_absent_says_how_to_get_it(hidden: str, folder: Path) -> None:
    for library in ("pandas", "polars", "yaml", "scipy", "jinja2", "matplotlib"):
        pytest.importorskip(library)
    done = run(PROGRAM, hidden, folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.keys() == NEEDS[hidden].keys()
    for name, message in NEEDS[hidden].items():
        assert told[name].endswith(message)
        assert hidden in told[name]


BARE = "pandas,pyarrow,polars,duckdb,yaml,numpy,ipywidgets,matplotlib,IPython"
COMMAND = PROGRAM.partition("import simruns")[0].replace(
    'sys.argv[1].split(","), Path(sys.argv[2])', f'"{BARE}".split(","), None'
)


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{COMMAND}\nfrom simruns.cli import main\nmain()", *words],
        cwd=folder, env={**os.environ, "COLUMNS": "100"},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_the_demo_of_a_bare_install_prints_its_table_and_says_how_to_get_parquet(
    tmp_path: Path,
) -> None:
    done = demo(tmp_path, "demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1,500 runs" in done.stdout
    assert "success rate" in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last == f"no files written: writing Parquet needs pyarrow: {ARROW}"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_asked_for_is_not_left_out_in_silence(tmp_path: Path) -> None:
    done = demo(tmp_path, "demo", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.endswith(f"writing Parquet needs pyarrow: {ARROW}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_a_library_needs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needs_another.py").write_text("import absent_one.part\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(simruns.MissingExtraError) as error:
        require("needs_another", "analysis", "it")
    assert str(error.value) == "it needs absent_one: pip install 'simruns[analysis]'"
    assert error.value.name == "absent_one"
