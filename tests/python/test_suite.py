"""Many batches, read together."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import simruns
from simruns.request.pairs import read_pairs

PAIRS = [("s1", "b1"), ("s2", "b2")]
KEYS = [simruns.BatchKey("p", "s1", "b1"), simruns.BatchKey("p", "s2", "b2")]


def test_a_suite_gives_the_runs_of_all_batches_in_their_order(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    runs = client.batches(sim.pairs).read()
    assert len(runs) == 750
    assert list(runs.batches) == sim.batches()
    assert [run.batch for run in runs] == [b for _, b in sim.pairs for _ in range(250)]
    assert str(runs.completeness) == (
        "750 of 750 runs in 3 batches, 3 complete, no duplicate, 9 requests"
    )


def test_a_suite_of_one_is_what_the_batch_reads(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    scenario, batch = sim.pairs[1]
    alone = client.batch(scenario=scenario, batch=batch).read()
    suite = client.batches({scenario: batch}).read()
    assert [run.to_json() for run in alone] == [run.to_json() for run in suite]


def test_a_suite_knows_its_batches(sim: simruns.Simulator, client: simruns.Client) -> None:
    suite = client.batches(sim.batches())
    assert len(suite) == 3
    assert [batch.key for batch in suite] == sim.batches()


def test_the_failure_of_one_batch_ends_all_and_says_which_it_is(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    scenario, batch = sim.pairs[1]
    pairs = [*sim.batches(), ("not-mine", scenario, batch)]
    with pytest.raises(simruns.AuthError, match=f"^scenario {scenario}, batch {batch}: HTTP 403"):
        client.batches(pairs).read()


def test_a_deadline_ends_a_suite_with_a_timeout(slow_sim: simruns.Simulator) -> None:
    with slow_sim.client(attempt_timeout=0.3) as client, pytest.raises(TimeoutError) as caught:
        client.batches(slow_sim.pairs).read()
    assert isinstance(caught.value, simruns.RequestError)
    assert caught.value.kind == "timeout"


@pytest.mark.parametrize(
    "pairs",
    [
        {"s1": "b1", "s2": "b2"},
        PAIRS,
        tuple(PAIRS),
        iter(PAIRS),
        [list(pair) for pair in PAIRS],
        [("p", *pair) for pair in PAIRS],
        KEYS,
        [SimpleNamespace(scenario=s, batch=b) for s, b in PAIRS],
        [SimpleNamespace(scenario=s, batch=b, project="p") for s, b in PAIRS],
    ],
)
def test_pairs_come_in_every_form_that_people_have(pairs: Any) -> None:
    assert read_pairs(pairs, "p") == KEYS


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_pairs_come_as_a_frame(library: str) -> None:
    frames = pytest.importorskip(library)
    columns = {"batch": ["b1", "b2"], "more": [1, 2], "scenario": ["s1", "s2"]}
    assert read_pairs(frames.DataFrame(columns), "p") == KEYS
    columns["project"] = ["p", None]  # type: ignore[list-item]
    assert read_pairs(frames.DataFrame(columns), "p") == KEYS


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_says_what_is_wrong_with_it(library: str) -> None:
    frames = pytest.importorskip(library)
    with pytest.raises(simruns.InvalidArgumentError, match="has no column batch; its columns: sc"):
        read_pairs(frames.DataFrame({"scenario": ["s1"]}), "p")
    with pytest.raises(simruns.InvalidArgumentError, match="row 1: batch is"):
        read_pairs(frames.DataFrame({"scenario": ["s1", "s2"], "batch": ["b1", None]}), "p")
    with pytest.raises(simruns.InvalidArgumentError, match="no batches"):
        read_pairs(frames.DataFrame({"scenario": [], "batch": []}), "p")


@pytest.mark.parametrize(
    "text", ["scenario,batch\ns1,b1\ns2,b2\n", "\ufeffbatch,n,scenario\nb1,,s1\nb2,1,s2"]
)
def test_pairs_come_as_the_path_of_a_csv_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    assert read_pairs(path, "p") == KEYS
    assert read_pairs(str(path), "p") == KEYS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scenario;batch\ns1;b1\n", "has no column scenario and no column batch"),
        ("", "has no column"),
        ("scenario,batch\ns1,b1\ns2\n", "line 3: batch is None"),
        ("scenario,batch\n", "no batches"),
    ],
)
def test_a_csv_file_says_what_is_wrong_with_it(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(simruns.InvalidArgumentError, match=message):
        read_pairs(path, "p")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "no batches; give"),
        ({}, "no batches; give"),
        (5, "pairs is of type int; give"),
        (None, "pairs is of type NoneType; give"),
        (b"s1", "pairs is of type bytes; give"),
        ("no-such-file.csv", "cannot read pairs from 'no-such-file.csv'"),
        (["s1"], r"pairs\[0\] is str; give"),
        ([("s1",)], r"pairs\[0\] is 1 values; give"),
        ([("p", "s", "b", "x")], r"pairs\[0\] is 4 values; give"),
        ([("s1", 5)], r"pairs\[0\]: batch is int"),
        ([("s1", "")], r"pairs\[0\]: batch is ''"),
        ([("", "b1")], r"pairs\[0\]: scenario is ''"),
        ({"s1": [["b1"]]}, r"pairs\['s1'\]\[0\]: batch is list"),
        ([("s1", "b1"), ("s1", "b1")], r"pairs\[1\]: .* stands at pairs\[0\] already"),
    ],
)
def test_pairs_say_what_is_wrong_with_them(pairs: Any, message: str) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=message):
        read_pairs(pairs, "p")


def test_pairs_without_a_project_are_refused() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="set SIMRUNS_PROJECT"):
        read_pairs(PAIRS, None)
