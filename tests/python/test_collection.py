"""`Runs` as a collection: cut, chosen, sorted, joined, looked up; what is told of a selection."""

from __future__ import annotations

import ast
import dataclasses
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import serving

import simruns
from simruns import _core
from simruns.hold.selection import TYPES, attribute_names


@pytest.fixture(scope="module")
def suite(sim: simruns.Simulator) -> simruns.Runs:
    """750 runs of three batches."""
    with sim.client() as client:
        return client.batches(sim.pairs).read()


@pytest.fixture(scope="module")
def one(suite: simruns.Runs) -> simruns.Runs:
    """250 runs of one batch."""
    return next(iter(suite.by_batch().values()))


def texts(runs: Any) -> list[str]:
    return [run.to_json() for run in runs]


BRIEF = settings(deadline=None, max_examples=30)
CUTS = st.slices(750)
NUMBERS = st.lists(st.integers(0, 749), unique=True, max_size=60)


@BRIEF
@given(cut=CUTS)
def test_a_slice_is_that_of_a_list(suite: simruns.Runs, cut: slice) -> None:
    part = suite[cut]
    assert type(part) is simruns.Runs
    assert texts(part) == texts(list(suite)[cut])
    assert len(part.to_arrow()) == len(part)
    assert part.to_arrow()["sequence"].to_pylist() == [run.sequence for run in part]


@BRIEF
@given(first=CUTS, then=CUTS)
def test_a_slice_of_a_slice_is_that_of_a_list(
    suite: simruns.Runs, first: slice, then: slice
) -> None:
    assert texts(suite[first][then]) == texts(list(suite)[first][then])


@BRIEF
@given(value=st.sampled_from(["success", "failure", "agent_error", "platform_error"]))
def test_where_parts_the_runs(suite: simruns.Runs, value: str) -> None:
    chosen = suite.where(verdict=value)
    others = suite.where(lambda run: run.verdict != value)
    assert texts(chosen) == [run.to_json() for run in suite if run.verdict == value]
    assert Counter(texts(chosen)) + Counter(texts(others)) == Counter(texts(suite))


@pytest.mark.parametrize("by", ["duration_ms", "created_by", "created_at", "max_turns", "id"])
@pytest.mark.parametrize("descending", [False, True])
def test_sort_is_that_of_a_list(suite: simruns.Runs, by: str, *, descending: bool) -> None:
    known = [run for run in suite if getattr(run, by) is not None]
    known.sort(key=attrgetter(by), reverse=descending)
    unknown = [run for run in suite if getattr(run, by) is None]
    assert texts(suite.sort(by, descending=descending)) == texts(known + unknown)


def test_runs_without_a_value_come_last_either_way_and_keep_their_order() -> None:
    durations: list[Any] = [7, None, 3, None, 7, float("nan")]
    runs = simruns.read_json([f'{{"id":"{i}"}}' for i in range(6)])
    by: Callable[[Any], Any] = lambda run: durations[int(run.id)]  # noqa: E731
    assert [run.id for run in runs.sort(by)] == ["2", "0", "4", "1", "3", "5"]
    assert [run.id for run in runs.sort(by, descending=True)] == ["0", "4", "2", "1", "3", "5"]


def test_of_several_keys_the_first_counts_most(suite: simruns.Runs) -> None:
    assert texts(suite.sort(["scenario", lambda run: len(run.turns), "id"])) == texts(
        sorted(suite, key=lambda run: (run.scenario, len(run.turns), run.id))
    )


def test_words_of_the_contract_sort_in_its_order_and_others_behind(suite: simruns.Runs) -> None:
    words = list(get_args(simruns.Verdict))
    assert texts(suite.sort("verdict")) == texts(
        sorted(suite, key=lambda run: words.index(run.verdict))
    )
    told = ["ODD", None, "ERROR", "SUCCESS", "EVEN", "FAILED"]
    runs = simruns.read_json([json.dumps({"metrics": {"status": word}}) for word in told])
    ordered = ["SUCCESS", "FAILED", "ERROR", "EVEN", "ODD"]
    assert [run.status for run in runs.sort("status")] == [*ordered, None]
    assert [run.status for run in runs.sort("status", descending=True)] == [*ordered[::-1], None]


@BRIEF
@given(numbers=NUMBERS)
def test_a_selection_of_mixed_batches_lays_out_as_its_runs(
    suite: simruns.Runs, numbers: list[int]
) -> None:
    place = {suite[number].id: i for i, number in enumerate(numbers)}
    mixed = suite.where(id=list(place)).sort(lambda run: place[run.id])
    assert texts(mixed) == [suite[number].to_json() for number in numbers]
    frame = mixed.to_arrow()
    assert frame["batch"].to_pylist() == [suite[number].batch for number in numbers]
    turns = mixed.turns.to_arrow()["run_id"].to_pylist()
    assert turns == [run.id for run in mixed for _ in run.turns]


def test_by_batch_and_by_scenario_have_all_runs(suite: simruns.Runs) -> None:
    parts = suite.by_batch()
    assert list(parts) == list(suite.batches)
    assert [text for part in parts.values() for text in texts(part)] == texts(suite)
    for key, part in parts.items():
        assert part.batches == (key,)
        assert part.completeness.verdict == "complete"
        assert {run.batch for run in part} == {key.batch}
        assert str(part.completeness).startswith("250 of 250 runs, complete")
    assert {s: texts(part) for s, part in suite.by_scenario().items()} == {
        key.scenario: texts(part) for key, part in parts.items()
    }
    whole = suite[:0]
    for part in parts.values():
        whole = whole + part
    assert whole == suite
    assert whole.completeness == suite.completeness


def test_by_batch_of_a_sorted_suite_keeps_its_order(suite: simruns.Runs) -> None:
    mixed = suite.sort("duration_ms")
    for key, part in mixed.by_batch().items():
        assert texts(part) == [run.to_json() for run in mixed if run.batch == key.batch]
    two = list(mixed.by_scenario().items())[:2]
    assert [len(part) for _, part in two] == [250, 250]


def test_one_scenario_of_two_batches_has_both_in_order(suite: simruns.Runs) -> None:
    told = [f'{{"id":"{i}","simulationReference":"s","simulationRunBatchReference":"b{i % 2}"}}'
            for i in range(6)]  # fmt: skip
    runs = simruns.read_json(told)
    assert texts(runs.by_scenario()["s"]) == told
    assert [texts(part) for part in runs.by_batch().values()] == [told[::2], told[1::2]]


def test_sample_is_in_order_without_repetition_and_the_same_for_a_seed(suite: simruns.Runs) -> None:
    some = suite.sample(40, seed=7)
    numbers = [texts(suite).index(text) for text in texts(some)]
    assert numbers == sorted(set(numbers))
    assert len(some) == 40
    assert suite.sample(40, seed=7) == some
    assert suite.sample(40, seed=8) != some
    assert suite.sample(750) == suite
    with pytest.raises(simruns.InvalidArgumentError, match="n is 751; there are 750 runs"):
        suite.sample(751)


def test_head_has_the_first_runs(one: simruns.Runs) -> None:
    assert (one.head(), one.head(3), one.head(0), one.head(999)) == (
        one[:5], one[:3], one[:0], one,
    )  # fmt: skip
    with pytest.raises(simruns.InvalidArgumentError, match="n is -1"):
        one.head(-1)


# What is asked of a run.


def test_where_takes_any_attribute_of_one_value(suite: simruns.Runs) -> None:
    for name in attribute_names():
        value = getattr(suite[400], name)
        chosen = suite.where(**{name: value})
        assert texts(chosen) == [r.to_json() for r in suite if getattr(r, name) == value], name
        assert suite.where(**{name: [value]}) == chosen


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset, iter])
def test_of_several_values_one_is_enough(suite: simruns.Runs, kind: Callable[..., Any]) -> None:
    wanted = ["failure", "agent_error"]
    chosen = suite.where(verdict=kind(wanted))
    assert len(chosen) > 0
    assert chosen == suite.where(lambda run: run.verdict in wanted)


def test_what_is_asked_has_to_be_true_all_at_once(suite: simruns.Runs) -> None:
    chosen = suite.where(lambda run: len(run.turns) > 8, success=True, endpoint_type="rest")
    assert 0 < len(chosen) < len(suite.where(success=True))
    assert texts(chosen) == [
        run.to_json()
        for run in suite
        if len(run.turns) > 8 and run.success is True and run.endpoint_type == "rest"
    ]


def test_none_is_what_a_run_has_not() -> None:
    runs = simruns.read_json(
        ['{"id":"a","sequence":1}', '{"id":"b","sequence":null}', '{"id":"c"}']
    )
    assert [run.id for run in runs.where(sequence=None)] == ["b", "c"]
    assert [run.id for run in runs.where(sequence=[None, 1])] == ["a", "b", "c"]


NEVER: list[tuple[str, Any, str]] = [
    ("success", "true", "of type bool or None, and none of type str"),
    ("success", 1, "of type bool or None, and none of type int"),
    ("sequence", "7", "of type int or None, and none of type str"),
    ("sequence", True, "of type int or None, and none of type bool"),
    ("sequence", [1, 7.5], "of type int or None, and none of type float"),
    ("success_percentage", "80", "of type float or None, and none of type str"),
    ("success_percentage", float("nan"), "nan, which equals no value"),
    ("created_at", "2025-06-02", "of type datetime or None, and none of type str"),
    ("created_at", datetime(2025, 6, 2), "give times with a time zone, not"),
    ("summary", str.strip, "of type str or None, and none of type method_descriptor"),
    ("summary", b"x", "of type str or None, and none of type bytes"),
    ("batch", [("p", "s", "b")], "of type str or None, and none of type tuple"),
    ("batch", simruns.BatchKey("p", "s", "b"), "of type str or None, and none of type BatchKey"),
    ("verdict", 3, "of type str or None, and none of type int"),
    ("status", "Failed", "no status 'Failed'; there are SUCCESS, FAILED, ERROR"),
    (
        "sentiment",
        ["positive", "Negative"],
        "no sentiment 'Negative'; there are positive, negative",
    ),
    (
        "error_category",
        "TIMEOUT",
        "no error_category 'TIMEOUT'; there are NONE, LLM_PROVIDER_ERROR",
    ),
]


@pytest.mark.parametrize(("name", "wanted", "says"), NEVER)
def test_a_value_that_no_run_could_have_is_refused(
    one: simruns.Runs, name: str, wanted: Any, says: str
) -> None:
    asks: list[Callable[[], object]] = [
        lambda: one.where(**{name: wanted}), lambda: one.turns.to_arrow(where={name: wanted}),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(simruns.InvalidArgumentError) as caught:
            ask()
        assert says in str(caught.value)
        assert name in str(caught.value)


def test_a_word_that_only_the_runs_have_is_found() -> None:
    runs = simruns.read_json(['{"id":"a","metrics":{"status":"ODD"}}', '{"id":"b"}'])
    assert [run.id for run in runs.where(status="ODD")] == ["a"]
    assert len(runs.where(status="SUCCESS")) == 0
    with pytest.raises(simruns.InvalidArgumentError, match="SUCCESS, FAILED, ERROR, ODD"):
        runs.where(status="EVEN")


def test_numbers_of_other_libraries_are_numbers(one: simruns.Runs) -> None:
    numpy = pytest.importorskip("numpy")
    assert one.where(sequence=numpy.array([3, 5])) == one.where(sequence=[3, 5])
    assert one.where(success_percentage=100) == one.where(success_percentage=100.0)


def test_the_types_of_attributes_are_those_of_the_stub() -> None:
    stub = ast.parse((Path(simruns.__file__).parent / "_core.pyi").read_text())
    (run,) = (n for n in stub.body if isinstance(n, ast.ClassDef) and n.name == "Run")
    said = {n.name: ast.unparse(n.returns) for n in run.body
            if isinstance(n, ast.FunctionDef) and n.returns}  # fmt: skip
    for name in attribute_names():
        kind = said[name].removesuffix(" | None").replace("Verdict", "str")
        assert kind == TYPES.get(name, str).__name__, name
    assert TYPES.keys() <= set(attribute_names())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [("run_id", "did you mean id? there are batch, "), ("duration", "did you mean duration_ms? "),
     ("verdit", "did you mean verdict? "), ("qqq", "one value; there are batch, "),
     ("turns", "one value; give a function of a run, as lambda run: len(run.turns); there are ")],
)  # fmt: skip
def test_what_was_meant_is_told_first(one: simruns.Runs, wrong: str, says: str) -> None:
    for ask in (lambda: one.where(**{wrong: 1}), lambda: one.sort(wrong)):
        with pytest.raises(simruns.InvalidArgumentError) as caught:
            ask()
        assert says in str(caught.value)


@pytest.mark.parametrize("wrong", ["verdit", "turns", "to_json", "_x", "read_at"])
def test_what_no_run_has_is_refused_and_says_what_there_is(one: simruns.Runs, wrong: str) -> None:
    asks: list[Callable[[], object]] = [lambda: one.where(**{wrong: 1}), lambda: one.sort(wrong)]
    for ask in asks:
        with pytest.raises(simruns.InvalidArgumentError) as caught:
            ask()
        assert f"no attribute '{wrong}' of one value; " in str(caught.value)
        assert "there are batch, contradictory, " in str(caught.value)
        assert "duration_ms" in str(caught.value)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda runs: runs.where("failure"), "where takes a function of a run"),
        (lambda runs: runs.where(verdict="failed"), "no verdict 'failed'; there are success, fail"),
        (lambda runs: runs.where(scenario=[["a"]]), "scenario has one value in a run"),
        (lambda runs: runs.sort([]), "nothing to sort by"),
        (lambda runs: runs.sort("id", descending=1), "descending is 1; give True or False"),
        (lambda runs: runs.sort(3), "no attribute of type int of one value"),
        (lambda runs: runs.sample(2, seed="x"), "seed is 'x'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    one: simruns.Runs, ask: Callable[[Any], object], says: str
) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=says):
        ask(one)


# Found by its id.


def test_a_run_is_found_by_its_id(suite: simruns.Runs) -> None:
    for number in (0, 249, 250, 749):
        run = suite[number]
        assert suite[run.id] == run
        assert run.id in suite
        assert run in suite
        assert run.detach() in suite
    assert suite[749] not in suite[:749]
    assert suite[749].id not in suite[:749]
    assert 3 not in suite
    with pytest.raises(KeyError, match="no run has the id 'nobody'"):
        suite["nobody"]


def test_an_id_that_stands_twice_names_no_run() -> None:
    runs = simruns.read_json(
        [f'{{"id":"r","simulationRunBatchReference":"{b}"}}' for b in "ab"] + ['{"sequence":1}']
    )
    with pytest.raises(KeyError, match=r"2 runs have the id 'r'; runs\.where\(id='r'\) gives them"):
        runs["r"]
    assert "r" in runs
    assert [part["r"].batch for part in list(runs.by_batch().values())[:2]] == ["a", "b"]
    assert "" not in runs
    with pytest.raises(KeyError):
        runs[""]
    assert runs[2] in runs


def test_a_run_is_found_by_no_other_type(suite: simruns.Runs) -> None:
    for wrong in (1.5, None, b"x"):
        with pytest.raises(TypeError, match="by a whole number, its id, or a slice, not by"):
            suite[wrong]  # type: ignore[call-overload]


# What is told of a selection.

SELECTIONS: dict[str, Callable[[simruns.Runs], simruns.Runs]] = {
    "slice": lambda runs: runs[:5],
    "head": lambda runs: runs.head(5),
    "where": lambda runs: runs.where(verdict="success"),
    "sample": lambda runs: runs.sample(9, seed=1),
    "nothing": lambda runs: runs[:0],
}


@pytest.mark.parametrize("which", SELECTIONS)
def test_a_selection_never_reads_as_the_whole(
    suite: simruns.Runs, one: simruns.Runs, which: str
) -> None:
    for runs in (one, suite):
        part = SELECTIONS[which](runs)
        told = part.completeness
        assert told.verdict == "unverified"
        assert told.selected == len(part)
        assert (told.received, told.total) == (runs.completeness.received, len(runs))
        assert str(told) == f"a selection of {len(part)} runs, from {runs.completeness}"
        assert f"a selection of {len(part)} runs" in repr(part)
        assert (told.to_dict()["verdict"], told.to_dict()["selected"]) == ("unverified", len(part))
        assert simruns.Completeness.of_dict(told.to_dict()) == told
        assert part.batches == runs.batches
        assert part.read_at == runs.read_at
        for batch in told.batches:
            assert batch.verdict == "unverified"
            assert batch.text.startswith("a selection of ")
            assert batch.text.count("a selection") == 1


def test_a_selection_of_a_selection_says_so_once(one: simruns.Runs) -> None:
    told = one.where(lambda run: True)[:20].sort("id").head(3).completeness
    assert str(told) == f"a selection of 3 runs, from {one.completeness}"
    assert told.verdict == "unverified"


def test_runs_in_another_order_are_all_there(suite: simruns.Runs, one: simruns.Runs) -> None:
    for runs in (suite, one):
        told = runs.sort("duration_ms").completeness
        assert told.verdict == "complete"
        assert str(told) == f"a selection of {len(runs)} runs, from {runs.completeness}"
        assert simruns.Completeness.of_dict(told.to_dict()) == told


@pytest.mark.odd_data
def test_a_selection_of_an_incomplete_read_stays_incomplete() -> None:
    with serving() as (server, client):
        server.body = b'{"data":[{"id":"a"},{"id":"b"}],"pagination":{"total":9,"hasNext":false}}'
        with pytest.raises(simruns.IncompleteError) as caught:
            client.batch(scenario="s", batch="b").read()
    runs = caught.value.runs
    for part in (runs[:1], runs[:], runs[:0], runs.sort("id")):
        assert part.completeness.verdict == "incomplete"


def test_selections_of_one_read_join_to_one(one: simruns.Runs) -> None:
    joined = one[:5] + one[3:8]
    assert joined == one[:8]
    assert str(joined.completeness) == f"a selection of 8 runs, from {one.completeness}"
    assert joined.completeness.verdict == "unverified"
    assert (one + one[:5]).completeness == one.completeness
    assert (one[:5] + one).completeness == one.completeness
    assert len(one[:5] + one) == 250


def test_the_parts_of_a_read_are_the_whole_again(suite: simruns.Runs, one: simruns.Runs) -> None:
    for runs in (one, suite):
        for cut in (100, 250):
            joined = runs[:cut] + runs[cut:]
            assert joined == runs
            assert joined.completeness == runs[:].completeness
            assert joined.completeness.verdict == "complete"
        assert (runs[:100] + runs[101:]).completeness.verdict == "unverified"


@pytest.mark.odd_data
def test_parts_of_reads_that_brought_unlike_runs_prove_nothing() -> None:
    body = '{"data":[%s],"pagination":{"limit":100,"skip":0,"total":3,"hasNext":false}}'
    reads = []
    with serving() as (server, client):
        for names in ("abc", "bcd"):
            server.body = (body % ",".join(f'{{"id":"{name}"}}' for name in names)).encode()
            reads.append(client.batch(scenario="s", batch="b").read())
    first, later = reads
    assert first.completeness == later.completeness
    joined = first[:1] + later[1:]
    assert [run.id for run in joined] == ["a", "c", "d"]
    assert joined.completeness.verdict == "unverified"


def test_selections_of_two_reads_prove_nothing(one: simruns.Runs, client: simruns.Client) -> None:
    again = client.batch(one.batches[0]).read(page_size=50)
    for joined in (one[:5] + again, again + one[:5], one[:5] + again[200:]):
        assert joined.completeness.verdict == "unverified"
        assert str(joined.completeness).startswith(
            f"a selection of {len(joined)} runs, from 250 of"
        )


def test_of_a_sum_one_part_may_be_a_selection(suite: simruns.Runs) -> None:
    first, second, _ = suite.by_batch().values()
    joined = first + second[:7]
    assert joined.completeness.selected == 257
    assert [batch.verdict for batch in joined.completeness.batches] == ["complete", "unverified"]
    assert joined.completeness.verdict == "unverified"
    assert joined.by_scenario()[first.batches[0].scenario].completeness.verdict == "complete"


def test_mixed_runs_join_in_their_order(suite: simruns.Runs) -> None:
    mixed = suite.sort("id")
    assert mixed[:400] + mixed[300:] == mixed
    assert texts(mixed[:10] + suite) == texts(mixed[:10]) + [
        run.to_json() for run in suite if run not in mixed[:10]
    ]


def test_a_file_keeps_what_is_told_of_a_selection(suite: simruns.Runs, tmp_path: Path) -> None:
    for name, part in (
        ("cut", suite[200:300]), ("mixed", suite.sort("id")), ("some", suite.sample(50, seed=3)),
        ("few", suite.sort("duration_ms").head(30)), ("none", suite[:0]),
    ):  # fmt: skip
        part.names["s"] = "a name"
        path = tmp_path / f"{name}.parquet"
        part.to_parquet(path)
        again = simruns.open(path)
        assert again == part
        assert again.batches == part.batches
        assert again.completeness == part.completeness
        assert str(again.completeness) == str(part.completeness)
        assert again.names == {"s": "a name"}
        assert {k: texts(v) for k, v in again.by_batch().items()} == {
            k: texts(v) for k, v in part.by_batch().items()
        }


def test_a_selection_of_archived_runs_knows_which_are_gone(
    suite: simruns.Runs, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    suite.to_jsonl(path)
    opened = simruns.open(path)
    gone = simruns.ArchivedRuns(
        [(opened.batches[0], next(iter(opened.by_batch().values()))._held.walks[0])],
        gone=(opened[3].id, opened[100].id),
    )
    assert type(gone[:10]) is simruns.ArchivedRuns
    assert gone[:10].gone == (opened[3].id,)
    assert gone.gone == (opened[3].id, opened[100].id)


def test_names_go_along(suite: simruns.Runs) -> None:
    runs = suite[:]
    assert runs.names == {}
    runs.names["ref"] = "Refund"
    for made in (runs[:3], runs.sort("id"), runs + suite, next(iter(runs.by_batch().values()))):
        assert made.names == {"ref": "Refund"}
    assert suite.names == {}


@pytest.mark.parametrize("names", [None, ["a"], "a", {"a": 1}, {1: "a"}, {"a": None}])
def test_names_are_a_dict_of_texts(suite: simruns.Runs, names: Any) -> None:
    runs = suite[:1]
    with pytest.raises(simruns.InvalidArgumentError, match="no dict of texts; give") as caught:
        runs.names = names
    assert caught.value.field == "names"
    assert runs.names == {}
    runs.names = {"a": "b"}
    assert runs[:1].names == {"a": "b"}


# Batches of things that are at hand.


def test_a_batch_is_that_of_anything_that_has_one(
    sim: simruns.Simulator, client: simruns.Client, one: simruns.Runs
) -> None:
    @dataclasses.dataclass
    class Mine:
        scenario: str
        batch: str

    key = one.batches[0]
    for thing in (one[0], key, client.batch(key), Mine(key.scenario, key.batch)):
        assert client.batch(thing).key == key
        other = simruns.AsyncClient(sim.url, project=sim.project, api_key=sim.api_key)
        assert other.batch(thing).key == key
    assert client.batch(tuple(key)).key == client.batch(tuple(key)[1:]).key == key  # type: ignore[arg-type]
    assert client.batch(key, project="other").key == key._replace(project="other")
    assert client.batch(Mine("s", "b"), project="p").key == ("p", "s", "b")
    with simruns.Client(sim.url, project="q", api_key=sim.api_key) as mine:
        assert mine.batch(Mine("s", "b")).key == ("q", "s", "b")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((3,), "batch is of type int; give scenario= and batch=, or an object"),
        (("sb",), "batch is of type str; give scenario= and batch=, or an object"),
        ((("s",),), r"or a tuple \(scenario, batch\)"),
        ((("s", 3),), r"batch\(tuple\): batch is int; give the reference as text"),
        ((simruns.BatchKey("p", "s", "b"), "s"), "give an object with .scenario and .batch, or"),
        ((simruns.read_json(['{"id":"x"}'])[0],), "scenario is None; give the reference as text"),
    ],
)
def test_what_names_no_batch_is_refused(
    client: simruns.Client, arguments: tuple[Any, ...], says: str
) -> None:
    of, *scenario = arguments
    how = {"scenario": scenario[0]} if scenario else {}
    with pytest.raises(simruns.InvalidArgumentError, match=says):
        client.batch(of, **how)


def test_a_suite_takes_several_batches_of_a_scenario(client: simruns.Client) -> None:
    keys = client.batches({"s": ["b1", "b2"], "t": "b3"}).keys
    assert [(key.scenario, key.batch) for key in keys] == [("s", "b1"), ("s", "b2"), ("t", "b3")]
    for wrong, says in (
        ({"s": []}, r"pairs\['s'\] is a list without a batch"),
        ({"s": ["b", "b"]}, r"pairs\['s'\]\[1\]: scenario s, batch b stands at pairs\['s'\]\[0\]"),
        ({"s": ["b", 3]}, r"pairs\['s'\]\[1\]: batch is int"),
    ):
        with pytest.raises(simruns.InvalidArgumentError, match=says):
            client.batches(wrong)  # type: ignore[arg-type]


# Texts.


def test_runs_are_made_of_texts_in_their_order(suite: simruns.Runs) -> None:
    mixed = texts(suite.sort("id"))
    for given_texts in (mixed, iter(mixed), [text.encode() for text in mixed]):
        runs = simruns.read_json(given_texts)
        assert texts(runs) == mixed
        assert {key: len(part) for key, part in runs.by_batch().items()} == dict.fromkeys(
            suite.batches, 250
        )
        assert runs.completeness.verdict == "unverified"
        assert "texts do not tell" in str(runs.completeness)
    assert simruns.read_json([mixed[0], mixed[0]]).completeness.verdict == "unverified"
    assert "1 of the runs have the id of another" in str(
        simruns.read_json([mixed[0], mixed[0]]).completeness
    )
    assert len(simruns.read_json([])) == 0
    assert simruns.read_json(f"{text}\r\n" for text in mixed) == runs


@pytest.mark.parametrize("before", [0, 1, 99, 100, 250])
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('{"id":', "text"), ("", "text"), ("3", "nothing that a run has"), ('"x"', "nothing"),
        ('{"data":[],"pagination":{}}', "it has nothing that a run has"), ("{},{}", "text"),
        (b"\xff", "text"), (None, "it is of type NoneType; give str or bytes"), ("\ud800", "half"),
        ('{"id":"a"}]', "text"), ('{"id":"a"}],"x":[{"id":"b"}', "text"), ("[]", "nothing"),
    ],
)  # fmt: skip
def test_what_is_no_run_is_refused_by_its_number(before: int, wrong: Any, says: str) -> None:
    sound = [f'{{"id":"{i}"}}' for i in range(before)]
    with pytest.raises(simruns.InvalidArgumentError) as caught:
        simruns.read_json([*sound, wrong, '{"id":"z"}'])
    assert f"texts[{before}]: not the JSON of a run: " in str(caught.value)
    if says != "text":
        assert says in str(caught.value)
    with pytest.raises(simruns.InvalidArgumentError, match="not the JSON of a run"):
        simruns.Run.from_json(wrong)


@pytest.mark.parametrize("wrong", ["abc", b"abc", 3, None])
def test_texts_are_several(wrong: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="texts is of type"):
        simruns.read_json(wrong)


def test_a_run_is_made_of_its_text(one: simruns.Runs) -> None:
    text = one[7].to_json()
    for given_text in (text, text.encode(), f" \n{text}\r\n"):
        run = simruns.Run.from_json(given_text)
        assert run == one[7]
        assert run.to_json() == text
    with pytest.raises(simruns.InvalidArgumentError, match="byte 6"):
        simruns.Run.from_json('{"id":')


def test_runs_are_equal_if_they_have_equal_runs_in_one_order(suite: simruns.Runs) -> None:
    assert suite[:5] == suite.head(5)
    assert hash(suite[:5]) == hash(suite.head(5))
    assert suite[:5] != suite[1:6]
    assert suite[:5] != suite[:4]
    assert suite[:5] != list(suite[:5])


@pytest.fixture
def odd() -> simruns.Runs:
    return simruns.read_json(
        ['{"id":"a","sequence":"x"}', '{"id":"b"}', '{"id":"c","turns":3,"sequence":false}']
    )


def test_the_issues_of_a_selection_are_those_of_its_runs(odd: simruns.Runs) -> None:
    told = odd.issues.to_arrow().to_pylist()
    rows = [row for row in told if row["run_id"] in ("a", "c")]
    assert odd.where(id=["a", "c"]).issues.to_arrow()["message"].to_pylist() == [
        row["message"] for row in rows
    ]
    assert odd[1:2].issues.to_arrow()["run_id"].to_pylist() == [
        row["run_id"] for row in told if row["run_id"] == "b"
    ]
    assert [run.issues for run in odd.sort("id", descending=True)] == [
        run.issues for run in reversed(list(odd))
    ]


def test_pages_select_runs_that_are_there(one: simruns.Runs) -> None:
    pages = one._held.runs
    assert [pages.select([3, 1])[i].id for i in range(2)] == [one[3].id, one[1].id]
    for index in (250, 10**6):
        with pytest.raises(IndexError):
            pages.select([index])
    with pytest.raises(TypeError):
        pages.select([-1])
    assert isinstance(pages, _core.Pages)
