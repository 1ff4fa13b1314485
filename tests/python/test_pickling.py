"""Runs, their parts and `Runs` leave their process by their own texts, and come back equal."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import LAST_PAGES
from servers import serving

import simruns
from simruns import _core

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


@pytest.fixture(scope="module")
def suite(sim: simruns.Simulator) -> simruns.Runs:
    with sim.client() as client:
        return client.batches(sim.pairs).read(page_size=50)


def again(thing: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> Any:
    return pickle.loads(pickle.dumps(thing, protocol))


def same(one: simruns.Runs, other: simruns.Runs) -> bool:
    """Whether all is equal that can be asked of runs."""
    tables = ("turns", "criteria", "issues")
    return (
        type(one) is type(other)
        and [run.to_json() for run in one] == [run.to_json() for run in other]
        and [run.issues for run in one] == [run.issues for run in other]
        and one.completeness == other.completeness
        and str(one.completeness) == str(other.completeness)
        and (one.read_at, one.batches, one.names) == (other.read_at, other.batches, other.names)
        and one.bad_runs == other.bad_runs
        and one.to_arrow() == other.to_arrow()
        and all(getattr(one, t).to_arrow() == getattr(other, t).to_arrow() for t in tables)
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_runs_come_back_as_they_were(suite: simruns.Runs, protocol: int, tmp_path: Path) -> None:
    named = suite[:3]
    named.names["s"] = "a name"
    for runs in (suite, named, suite.sort("duration_ms"), suite[:0], suite.sample(30, seed=2)):
        back = again(runs, protocol)
        assert back == runs
        assert same(back, runs)
        assert same(back.sort("id")[:9], runs.sort("id")[:9])
    suite.to_parquet(tmp_path / "runs.parquet")
    opened = simruns.open(tmp_path / "runs.parquet")
    assert same(again(opened, protocol), opened)


def test_archived_runs_know_which_are_gone(suite: simruns.Runs) -> None:
    walk = suite._held.walks[0]
    runs = simruns.ArchivedRuns([(suite.batches[0], walk)], gone=[suite[2].id])
    assert again(runs).gone == (suite[2].id,)
    assert same(again(runs), runs)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_parts_of_a_run_come_back_equal(suite: simruns.Runs, protocol: int) -> None:
    for run in suite[:5]:
        back = again(run, protocol)
        assert back == run
        assert back.to_json() == run.to_json()
        for part in ("turns", "criteria", "issues"):
            parts = getattr(run, part)
            assert again(parts, protocol) == parts
        turn = again(run.turns[1], protocol)
        assert (turn, hash(turn)) == (run.turns[1], hash(run.turns[1]))
        assert (turn.id, turn.text, turn.created_at) == (
            run.turns[1].id, run.turns[1].text, run.turns[1].created_at,
        )  # fmt: skip
        assert turn != run.turns[0]
        assert turn != suite[9].turns[1]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_tables_come_back_equal(suite: simruns.Runs, protocol: int) -> None:
    for table in (suite.turns, suite.criteria, suite.issues):
        len(table)
        back = again(table, protocol)
        assert back.to_arrow().equals(table.to_arrow(), check_metadata=True)
        assert (back.completeness, back.read_at) == (table.completeness, table.read_at)


@pytest.mark.odd_data
@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
@settings(deadline=None, max_examples=25)
@given(body=LAST_PAGES, protocol=st.sampled_from(PROTOCOLS))
def test_whatever_a_server_sends_comes_back_equal(body: bytes, protocol: int) -> None:
    with serving() as (server, client):
        server.body = body
        try:
            runs = client.batch(scenario="s", batch="b").read(bad="issue", max_runs=9)
        except simruns.RequestError as error:
            runs = error.runs
    for part in (runs, runs[::-1], runs[1:]):
        assert same(again(part, protocol), part)
        for run in part:
            assert again(run, protocol).issues == run.issues
            assert run.detach() == run
            assert run.detach().issues == run.issues


@pytest.mark.odd_data
def test_bad_runs_and_what_is_odd_about_a_page_come_back() -> None:
    with serving() as (server, client):
        server.body = (
            b'{"data":[{"id":"a","sequence":"x"},{"id":"b","sequence":NaN},{"id":"c"}],'
            b'"pagination":{"limit":"x","skip":0,"total":3,"hasNext":false,"hasPrevious":false}}'
        )
        runs = client.batch(scenario="s", batch="b").read(bad="issue", allow_incomplete=True)
    assert len(runs.bad_runs) == 1
    assert len(runs.issues) > 3
    back = again(runs)
    assert same(back, runs)
    assert back.completeness.bad == 1


def test_copies_are_the_same_objects(suite: simruns.Runs) -> None:
    run = suite[0]
    for thing in (suite, suite.turns, run, run.turns[0], run.criteria[0]):
        assert copy.copy(thing) is thing
        assert copy.deepcopy([thing])[0] is thing


def count_turns(run: simruns.Run) -> tuple[str, int]:
    return run.id, len(run.turns)


def chosen(runs: simruns.Runs) -> simruns.Runs:
    return runs.where(verdict="success")


def shown(turn: simruns.Turn) -> str | None:
    return turn.text


def test_pools_of_processes_take_and_give_runs(suite: simruns.Runs) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(count_turns, suite[:9])) == [count_turns(run) for run in suite[:9]]
        back = pool.submit(chosen, suite).result()
        assert same(back, suite.where(verdict="success"))
        turns = suite[0].turns
        assert list(pool.map(shown, turns)) == [turn.text for turn in turns]


def test_dill_takes_runs(suite: simruns.Runs) -> None:
    dill = pytest.importorskip("dill")

    def generate(runs: simruns.Runs = suite) -> Any:
        for run in runs:
            yield {"text": run.to_json()}

    back = dill.loads(dill.dumps(generate))
    assert list(back()) == list(generate())


def damaged() -> list[Callable[[], object]]:
    """Calls that unpickling makes for a pickle that was damaged, or made by hand."""
    core: Any = _core
    page: Any = (b'{"data":[{"id":"a"}]}', 1, [], [])
    key = simruns.BatchKey("p", "s", "b")
    pages = _core.Pages.of_texts(['{"id":"a"}'])
    told = simruns.read_json(['{"id":"a"}']).completeness
    restored: Any = simruns.Runs._restored

    def runs(**changed: Any) -> Callable[[], object]:
        sound: dict[str, Any] = {
            "completeness": told,
            "order": None,
            "names": {},
            "chosen": (None,),
        }
        return lambda: restored([key], [pages], {**sound, **changed})

    return [
        lambda: core.restored_pages([(b'{"data":[{"id":"a"}', 1, [], [])], []),
        lambda: core.restored_pages([(b"", 1, [], [])], []),
        lambda: core.restored_pages([(*page[:1], 2, [], [])], []),
        lambda: core.restored_pages([(*page[:2], [(1, b"/data/1", b"x")], [])], []),
        lambda: core.restored_pages([(*page[:2], [(2**63, b"/data/1", b"x")], [])], []),
        lambda: core.restored_pages(
            [(*page[:2], [(0, b"a", b""), (None, b"b", b""), (0, b"c", b"")], [])], []
        ),
        lambda: core.restored_pages([page, 3], []),
        lambda: core.restored_pages(None, []),
        lambda: core.restored_run((b'{"data":[{"id":"a"},{"id":"b"}]}', 2, [], [])),
        lambda: core.restored_run((b'{"data":[]}', 0, [], [])),
        lambda: core.restored_turn(pages[0], 0),
        lambda: core.restored_criterion(pages[0], 2**62),
        lambda: core.restored_turn(None, 0),
        runs(order=[1]),
        runs(order=[0, 0]),
        runs(order=["x"]),
        runs(order=[2**70]),
        runs(order=[-1]),
        runs(completeness=None, names=3),
        runs(completeness=simruns.Completeness([])),
        runs(more=1),
        lambda: restored([key, key], [pages], {}),
        lambda: restored([key], [None], {}),
    ]


@pytest.mark.parametrize("number", range(len(damaged())))
def test_a_damaged_pickle_raises(number: int) -> None:
    with pytest.raises((ValueError, TypeError)):
        damaged()[number]()


def test_a_pickle_that_is_cut_raises(suite: simruns.Runs) -> None:
    for thing in (suite[0], suite[0].turns[0], suite[0].criteria, suite[:1]):
        whole = pickle.dumps(thing)
        for size in range(0, len(whole), 7):
            with pytest.raises((pickle.UnpicklingError, EOFError, ValueError, TypeError)):
                pickle.loads(whole[:size])
