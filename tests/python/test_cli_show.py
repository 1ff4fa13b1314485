"""`simruns show`: conversations of a file, of an archive, and of a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SimrunsCommand
from hostile import TEXTS, run_of
from rich.cells import cell_len

import simruns


@pytest.fixture(scope="module")
def kept(sim: simruns.Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the runs of one batch: as JSON lines, as Parquet, and as an archive."""
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("kept")
    with sim.client() as client:
        key = sim.batches()[0]
        batch = client.batch(scenario=key.scenario, batch=key.batch)
        runs = batch.read()
        runs.to_jsonl(folder / "runs.jsonl")
        runs.to_parquet(folder / "runs.parquet")
        batch.archive(folder / "archive")
    return folder


def unspaced(text: str) -> str:
    """A text however it was folded."""
    return "".join(text.split())


def arguments(sim: simruns.Simulator) -> tuple[list[str], dict[str, str]]:
    key = sim.batches()[0]
    where = ["--base-url", sim.url, "--project", key.project, "--scenario", key.scenario]
    return [*where, "--batch", key.batch], {"SIMRUNS_API_KEY": sim.api_key}


@pytest.mark.parametrize("name", ["runs.jsonl", "runs.parquet", "archive"])
@pytest.mark.parametrize("by", ["--data", "a word"])
def test_show_prints_the_conversation_of_a_run_of_what_is_kept(
    kept: Path, run_simruns: SimrunsCommand, name: str, by: str
) -> None:
    run = simruns.open(kept / name)[41]
    where = ["--data", kept / name, run.id] if by == "--data" else [kept / name, run.id]
    done = run_simruns("show", *where)
    assert (done.returncode, done.stderr) == (0, "")
    assert unspaced(done.stdout) == unspaced(str(run.transcript()))
    assert max(map(cell_len, done.stdout.splitlines())) <= 80


def test_show_reads_a_run_of_a_server_and_no_page_behind_it(
    own_sim: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    where, environment = arguments(own_sim)
    with own_sim.client() as client:
        key = own_sim.batches()[0]
        run = client.batch(scenario=key.scenario, batch=key.batch).head(1)[0]
    done = run_simruns("show", *where, run.id, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert unspaced(done.stdout) == unspaced(str(run.transcript()))


def test_show_without_an_id_lists_the_runs(
    sim: simruns.Simulator, kept: Path, run_simruns: SimrunsCommand
) -> None:
    where, environment = arguments(sim)
    runs = simruns.open(kept / "runs.parquet")
    for words in (where, [kept / "runs.parquet"], ["--data", kept / "archive"]):
        done = run_simruns("show", *words, **environment)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert [line.split()[:2] for line in lines] == [[run.id, run.verdict] for run in runs]
        assert "250 of 250 runs, complete" in done.stderr


def test_show_puts_two_conversations_side_by_side_where_there_is_room(
    kept: Path, run_simruns: SimrunsCommand
) -> None:
    ids = [run.id for run in simruns.open(kept / "runs.jsonl")[5:7]][::-1]
    wide = run_simruns("show", kept / "runs.jsonl", *ids, COLUMNS="200").stdout.splitlines()
    assert [word for word in wide[0].split() if word in ids] == ids
    narrow = run_simruns("show", kept / "runs.jsonl", *ids).stdout
    assert narrow.index(ids[0]) < narrow.index(ids[1])
    assert ids[1] not in narrow.splitlines()[0]


def test_show_says_which_run_is_not_there(kept: Path, run_simruns: SimrunsCommand) -> None:
    done = run_simruns("show", kept / "runs.jsonl", "no\x1b[2Jsuch")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "simruns: there is no run no\\x1b[2Jsuch; without an id, show lists the runs\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no runs; give the path of a file or an archive, or --scenario and --batch"),
        (["--scenario", "s"], "no batch; give --scenario and --batch, or --pairs"),
        (["--data", "x", "--scenario", "s"], "--data has runs of its own"),
        (["no-such.jsonl"], "no-such.jsonl: No such file or directory; give one that is there"),
    ],
)
def test_show_says_what_is_missing(
    call_simruns: SimrunsCommand, words: list[str], told: str
) -> None:
    done = call_simruns("show", *words)
    assert done.returncode in (1, 2)
    assert done.stderr.startswith(f"simruns: {told}")
    assert done.stderr.count("\n") == 1


def test_show_obeys_no_text(tmp_path: Path, run_simruns: SimrunsCommand) -> None:
    run = run_of(TEXTS)
    (tmp_path / "runs.jsonl").write_text(run.to_json() + "\n")
    for words in ([], [run.id]):
        done = run_simruns("show", tmp_path / "runs.jsonl", *words, PYTHONIOENCODING="utf-8")
        assert done.returncode == 0, done.stderr
        assert not set(done.stdout) & set("\x1b\x07\x00\r\u202e\u2066\u2069\u2028")
    assert "[b red]markup[/b] [/end] :smile:" in done.stdout
