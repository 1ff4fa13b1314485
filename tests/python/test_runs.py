"""Runs, held: a sequence, a table of its own, and what is said when a library is missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import simruns

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def runs(sim: simruns.Simulator) -> Iterator[simruns.Runs]:
    with sim.client() as client:
        yield client.batches(sim.batches()).read()


def test_a_table_is_streamed_again_and_again(runs: simruns.Runs) -> None:
    first = pyarrow.RecordBatchReader.from_stream(runs).read_all()
    again = pyarrow.RecordBatchReader.from_stream(runs).read_all()
    assert first.equals(again)


def test_runs_are_a_sequence(runs: simruns.Runs) -> None:
    ids = [run.id for run in runs]
    assert ids == [run.id for run in runs]
    assert [runs[i].id for i in range(len(runs))] == ids
    assert [runs[i - len(runs)].id for i in range(len(runs))] == ids
    assert [run.id for run in runs[240:260]] == ids[240:260]
    assert [run.id for run in runs[::-7]] == ids[::-7]
    for index in (len(runs), -len(runs) - 1):
        with pytest.raises(IndexError, match=f"run {index} of 750"):
            runs[index]
    assert runs.read_at.utcoffset() is not None
    assert "750 of 750" in repr(runs)


def test_a_table_of_nothing_is_a_table(client: simruns.Client) -> None:
    with pytest.warns(simruns.IncompleteWarning, match="no such batch"):
        runs = client.batch(scenario="no-such", batch="no-such").read()
    assert len(runs) == 0
    assert list(runs) == []
    assert runs.to_arrow().num_rows == 0
    assert runs.to_arrow().schema.names == pyarrow.schema(runs).names
    assert runs.to_pandas().empty


def test_a_table_outlives_everything_it_came_from() -> None:
    with simruns.Simulator(scenarios=1, runs=150) as sim, sim.client() as client:
        batches = pyarrow.RecordBatchReader.from_stream(client.batches(sim.pairs).read().turns)
    texts = [text for batch in batches for text in batch["text"].to_pylist()]
    assert len(texts) > 150


@pytest.mark.parametrize(
    ("missing", "method", "extra"),
    [
        ("pyarrow", "to_arrow", "arrow"),
        ("pandas", "to_pandas", "pandas"),
        ("pyarrow", "to_pandas", "pandas"),
        ("polars", "to_polars", "polars"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, runs: simruns.Runs, missing: str, method: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(simruns.MissingExtraError) as caught:
        getattr(runs, method)()
    assert str(caught.value) == f"{method} needs {missing}: pip install 'simruns[{extra}]'"
    assert isinstance(caught.value, ImportError)


def test_a_command_without_its_library_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    code = "import sys; sys.modules['pyarrow'] = None; import simruns.cli; simruns.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "demo", "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "simruns: writing Parquet needs pyarrow: pip install 'simruns[arrow]'\n"
