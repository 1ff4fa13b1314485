"""What runs, turns and criteria give as attributes: values, roles, what results say."""

from __future__ import annotations

import gc
import json
import random
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plain_tables import joined, run_extra

import simruns
from simruns import _core

NAMES = {"user": "user", "assistant": "agent", "tool": "tool"}
"""Our names of the roles that the Simulator's runs and the real ones tell."""


def runs_of(*runs: dict[str, Any]) -> list[simruns.Run]:
    """The runs of these members, and what the contract requires beside them."""
    whole = {
        "id": "r", "organisationReference": "o", "projectReference": "p",
        "simulationReference": "s", "simulationRunBatchReference": "b", "sequence": 1,
        "largeLanguageModelReferenceId": "m", "turns": [], "totalTurns": 0, "successCriteria": [],
        "metrics": {}, "createdAt": 1718000000123, "createdBy": "u",
    }  # fmt: skip
    return _core.Pages.of_texts(json.dumps({**whole, **run}) for run in runs)[:]


def run_of(**members: Any) -> simruns.Run:
    (run,) = runs_of(members)
    return run


def talk(*data: Any) -> simruns.Run:
    """A run with a turn for each of these, which is its `data`; None is of none."""
    return run_of(turns=[{} if one is None else {"data": one} for one in data])


def roles(run: simruns.Run) -> list[tuple[str | None, bool]]:
    return [(turn.role, turn.role_is_inferred) for turn in run.turns]


@pytest.fixture(scope="module")
def generated() -> Iterator[list[simruns.Run]]:
    with simruns.Simulator(scenarios=10, runs=20) as sim, sim.client() as client:
        yield list(client.batches(sim.pairs).read())


@pytest.fixture(scope="module")
def real(real_data: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in real_data.read_text(encoding="utf-8").splitlines()]


def test_a_turn_says_who_spoke() -> None:
    run = talk({"role": "user"}, {"role": "assistant"}, {"role": "tool"}, {"role": "SYSTEM"})
    assert roles(run) == [
        ("user", False), ("agent", False), ("tool", False), ("system", False),
    ]  # fmt: skip


def test_who_spoke_is_inferred_from_the_turns_around_or_not_known() -> None:
    assert roles(talk(None, {"role": "bot"}, {})) == [
        ("user", True), ("agent", False), ("user", True),
    ]  # fmt: skip
    unknown = (None, False)
    assert roles(talk(None, {}, {"role": "narrator"})) == [unknown] * 3
    contradicted = talk({"role": "user"}, None, {"role": "agent"})
    assert roles(contradicted)[1] == unknown


def test_every_role_of_the_generated_runs_is_the_one_told(generated: list[simruns.Run]) -> None:
    told = inferred = 0
    for run in generated:
        for turn, plain in zip(run.turns, run.to_dict()["turns"], strict=True):
            if "data" in plain:
                told += 1
                assert (turn.role, turn.role_is_inferred) == (NAMES[plain["data"]["role"]], False)
            else:
                inferred += turn.role is not None
                assert turn.role_is_inferred == (turn.role is not None)
    assert told > 1000
    assert inferred > 0


def test_every_role_of_the_real_runs_is_the_one_told(real: list[dict[str, Any]]) -> None:
    turns = [turn for run in runs_of(*real) for turn in run.turns]
    told = [turn["data"]["role"] for run in real for turn in run["turns"]]
    assert [(turn.role, turn.role_is_inferred) for turn in turns] == [
        (NAMES[role], False) for role in told
    ]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_role_that_a_real_run_does_not_tell_is_inferred_right_or_not_at_all(
    real: list[dict[str, Any]], share: float
) -> None:
    chance = random.Random(share)
    found = 0
    for told in real:
        right = [NAMES[turn["data"]["role"]] for turn in told["turns"]]
        turns = [
            {"text": "x"} if role != "tool" and chance.random() < share else turn
            for role, turn in zip(right, told["turns"], strict=True)
        ]
        for turn, plain, role in zip(run_of(turns=turns).turns, turns, right, strict=True):
            assert turn.role in (role, None)
            assert turn.role_is_inferred == ("data" not in plain and turn.role is not None)
            found += turn.role_is_inferred
    assert found > 50


def test_a_criterion_has_what_its_result_says(generated: list[simruns.Run]) -> None:
    said = 0
    for run in generated:
        plain = run.to_dict()
        results = joined(plain["successCriteria"], plain["metrics"].get("results") or [])
        for criterion, result in zip(run.criteria, results, strict=True):
            of_it = result or {}
            assert criterion.name == (criterion.params or {}).get("name")
            assert criterion.success == of_it.get("success", of_it.get("passed"))
            assert criterion.reason == of_it.get("reason", of_it.get("explanation"))
            said += criterion.success is not None
    assert said > 100


def test_a_criterion_without_a_result_says_nothing() -> None:
    run = run_of(successCriteria=[{"type": "t", "params": {"name": "a"}}, 7])
    assert [(c.name, c.success, c.reason) for c in run.criteria] == [
        ("a", None, None), (None, None, None),
    ]  # fmt: skip


def test_values_are_parsed_and_their_texts_are_beside_them() -> None:
    data = {"role": "user", "n": [1, 2.5, None, True, "ü\ud800"], "big": 10**30}
    run = run_of(
        turns=[{"data": data}],
        successCriteria=[{"type": "t", "params": {"name": "a", "deep": [[{}]]}}],
        metrics={"results": [{"success": True}, 3, None, "x", []]},
    )
    (turn,), (criterion,) = run.turns, run.criteria
    assert turn.data == data
    assert turn.data_json == json.dumps(data)
    assert criterion.params == {"name": "a", "deep": [[{}]]}
    assert criterion.params_json == '{"name": "a", "deep": [[{}]]}'
    assert run.results == [{"success": True}, 3, None, "x", []]
    assert run.results_json == ['{"success": true}', "3", "null", '"x"', "[]"]


@pytest.mark.parametrize("value", [None, [], "{}", 7, True])
def test_a_value_that_is_no_object_is_none_and_an_issue(value: Any) -> None:
    run = run_of(turns=[{"data": value}], successCriteria=[{"type": "t", "params": value}])
    (turn,), (criterion,) = run.turns, run.criteria
    assert (turn.data, turn.data_json) == (None, None)
    assert (criterion.params, criterion.params_json) == (None, None)
    assert [issue.path for issue in run.issues] == [
        *([] if value is None else ["/data/0/turns/0/data"]),
        "/data/0/successCriteria/0/params",
    ]


def test_without_results_there_are_none() -> None:
    assert (run_of().results, run_of().results_json) == (None, None)
    assert run_of(metrics={"results": []}).results == []


def test_a_parsed_value_may_be_changed_and_the_run_does_not() -> None:
    run = talk({"role": "user"})
    data = run.turns[0].data
    assert data is not None
    data["role"] = "agent"
    assert run.turns[0].data == {"role": "user"}
    assert run.turns[0].role == "user"


def test_turns_and_criteria_are_made_once() -> None:
    run = run_of(turns=[{}, {}], successCriteria=[{}])
    assert run.turns is run.turns
    assert run.criteria is run.criteria
    assert run.turns[0] is run.turns[0]
    assert (len(run.turns), run.turns[1:], run.turns[::-1]) == (
        2, (run.turns[1],), (run.turns[1], run.turns[0]),
    )  # fmt: skip
    assert list(run.turns) == [run.turns[0], run.turns[1]]
    assert not run_of().turns


def test_turns_are_the_same_for_all_threads() -> None:
    for run in runs_of(*[{"turns": [{}] * 50}] * 50):
        ready = threading.Barrier(4)
        seen: list[Any] = []

        def look(run: simruns.Run = run, ready: Any = ready, seen: list[Any] = seen) -> None:
            ready.wait()
            seen.append(run.turns)

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(turns is run.turns for turns in seen)


def test_a_turn_and_a_criterion_outlive_their_run() -> None:
    run = run_of(turns=[{"text": "hi" * 1000}], successCriteria=[{"type": "t"}])
    (turn,), (criterion,) = run.turns, run.criteria
    del run
    gc.collect()
    assert (turn.text, criterion.type) == ("hi" * 1000, "t")


def test_runs_and_their_parts_go_when_nobody_holds_them() -> None:
    run = run_of(turns=[{}], successCriteria=[{}])
    gone = [weakref.ref(thing) for thing in (run, run.turns[0], run.criteria[0])]
    gc.disable()
    try:
        del run
        assert [reference() for reference in gone] == [None] * 3
    finally:
        gc.enable()


def test_runs_and_their_parts_are_not_made_derived_or_changed_by_a_program() -> None:
    run = run_of(turns=[{}], successCriteria=[{}])
    for thing in (run, run.turns[0], run.criteria[0]):
        with pytest.raises(TypeError, match="cannot create"):
            type(thing)()
        with pytest.raises(TypeError, match="not an acceptable base type"):
            type("More", (type(thing),), {})
        with pytest.raises(AttributeError):
            thing.id = "x"
        with pytest.raises(AttributeError):
            thing.new = "x"
        assert type(thing).__module__ == "simruns"


def test_every_attribute_is_documented_or_says_itself_what_it_is() -> None:
    for cls in (simruns.Run, simruns.Turn, simruns.Criterion):
        assert cls.__doc__
    assert "as user and agent take turns" in (simruns.Turn.role.__doc__ or "")
    assert "parsed anew" in (simruns.Run.results.__doc__ or "")
    with pytest.raises(TypeError):
        _core.document(int.real, "not ours")  # type: ignore[arg-type]


def test_the_dict_with_our_names_has_each_attribute_with_its_value(
    generated: list[simruns.Run],
) -> None:
    other_forms = {"created_at_ms", "expires_at_ms", "results_json", "data_json", "params_json"}

    def same(plain: dict[str, Any], thing: Any, but: set[str]) -> None:
        attributes = {n for n in dir(thing) if n[0] != "_" and not callable(getattr(thing, n))}
        assert plain.keys() - {"extra"} == attributes - other_forms
        for name in plain.keys() - {"extra"} - but:
            assert plain[name] == getattr(thing, name), name

    for run in generated:
        plain = run.to_dict(names="python")
        same(plain, run, {"turns", "criteria", "issues"})
        for parts, things in ((plain["turns"], run.turns), (plain["criteria"], run.criteria)):
            for part, thing in zip(parts, things, strict=True):
                same(part, thing, set())
        assert plain["extra"] == (run_extra(run.to_dict()) or {})


def test_the_dict_with_our_names_has_what_is_unknown_and_what_is_odd() -> None:
    run = run_of(
        turns=[{"text": 7, "mood": "good"}],
        successCriteria=[{"type": "t", "params": {}, "weight": 2}],
        metrics={"cost": 1.5, "successRate": {"of": 3}, "errorInfo": {"retries": []}},
        newThing={"a": [1]},
    )
    plain = run.to_dict(names="python")
    assert plain["extra"] == {
        "newThing": {"a": [1]},
        "metrics": {"cost": 1.5, "successRate": {"of": 3}, "errorInfo": {"retries": []}},
    }
    assert plain["turns"][0]["extra"] == {"mood": "good"}
    assert plain["criteria"][0]["extra"] == {"weight": 2}
    assert plain["turns"][0]["text"] is None
    assert [issue["path"] for issue in plain["issues"]] == ["/data/0/turns/0/text"]
    assert run.to_dict(names="api") == run.to_dict() == json.loads(run.to_json())


def test_a_dict_with_other_names_is_refused() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="names is 'snake'; give 'api' or 'py"):
        run_of().to_dict(names="snake")  # type: ignore[arg-type]
