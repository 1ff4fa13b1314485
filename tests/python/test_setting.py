"""Was it the same test? The six words of a setting, and what their changes do."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

for library in ("pyarrow", "scipy", "statsmodels", "pandas"):
    pytest.importorskip(library)

import analysis_runs as made  # noqa: E402
import plain_setting as plain  # noqa: E402
from conftest import SimrunsCommand  # noqa: E402
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

import simruns  # noqa: E402
from simruns.testing import assert_gate  # noqa: E402

drawn = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TEXTS = st.sampled_from(["calm", "angry", None])


def of(runs: list[made.Json]) -> simruns.Runs:
    return made.held(runs)


def side(batch: str, scenarios: dict[str, str], **each: Any) -> list[made.Json]:
    return made.make_runs(scenarios, batch=batch, **each)


def told(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in numbers.items() if name.startswith("setting")}


def fingerprint_of(run: made.Json) -> str:
    """The fingerprint of one run, which a trend tells."""
    (text,) = simruns.trend(of([run])).setting.fingerprints
    return text.rpartition(":")[2]


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@st.composite
def odd_sides(draw: st.DrawFn) -> tuple[list[made.Json], list[made.Json]]:
    """Two sides whose runs have odd settings, too."""
    sides = draw(made.two_sides())
    for run in (run for runs in sides for run in runs):
        run["persona"], run["mission"] = draw(TEXTS), draw(TEXTS)
        if draw(st.integers(0, 5)) == 0:
            del run["successCriteria"]
    return sides


@drawn
@given(odd_sides(), st.sampled_from(["agent", "exclude", "fail"]), st.booleans())
def test_every_number_is_that_of_a_plain_implementation(
    sides: Any, errors: Any, listed: bool
) -> None:
    old, new = sides
    scenarios: Any = {"s0": {"persona": "calm"}, "s1": {"mission": "x"}} if listed else None
    ours = simruns.compare(of(old), of(new), errors=errors, scenarios=scenarios)
    assert told(ours.numbers()) == plain.setting(old, new, errors, scenarios)
    gate = simruns.gate(of(new), of(old), min_success=0.5, errors=errors, scenarios=scenarios)
    assert told(gate.numbers()) == plain.setting(old, new, errors, scenarios)


@drawn
@given(made.run_sets(), st.sampled_from(["day", "batch"]))
def test_a_trend_has_the_fingerprints_of_a_plain_implementation(
    runs: list[made.Json], by: Any
) -> None:
    trend = simruns.trend(of(runs), by)
    prints: dict[str, set[str]] = {}
    for run in runs:
        batch = run["simulationRunBatchReference"]
        if plain.judged_of([run], "agent") and batch not in trend.undated:
            prints.setdefault(run["simulationReference"], set()).add(plain.fingerprint(run, {}))
    expected = [f"{name}:{'+'.join(sorted(some))}" for name, some in sorted(prints.items())]
    assert trend.numbers()["setting.fingerprints"] == expected


def test_a_fingerprint_is_that_of_the_canonical_object() -> None:
    run = made.make_run(
        successCriteria=[
            {"type": "text", "params": {"name": "é", "n": 1.0, "many": 12345678901234567890}},
            {"type": "text", "params": {"b": -0.0, "a": [1e21, 5e-324]}, "more": 1},
            {"type": "end"},
        ],
        maxTurns=30.0,
        persona="calm\u007f\n\U0001f600",
    )
    assert fingerprint_of(run) == hashed(
        '{"criteria":[{"params":null,"type":"end"},'
        '{"params":{"a":[1e+21,5e-324],"b":0},"type":"text"},'
        '{"params":{"many":12345678901234567000,"n":1,"name":"é"},"type":"text"}],'
        '"endpoint":"rest","max_turns":30,"mission":null,"model":"model-1",'
        '"persona":"calm\u007f\\n\U0001f600"}'
    )


def test_half_of_a_surrogate_pair_in_a_criterion_is_kept() -> None:
    text = json.dumps(made.make_run(successCriteria=[{"type": "t", "params": {"x": "\ud800"}}]))
    (print_,) = simruns.trend(simruns.read_json([text])).setting.fingerprints
    assert print_ == "s1:" + hashed(
        '{"criteria":[{"params":{"x":"\\ud800"},"type":"t"}],"endpoint":"rest","max_turns":null,'
        '"mission":null,"model":"model-1","persona":null}'
    )


def test_no_criterion_is_known_and_an_absent_array_is_not() -> None:
    none = made.make_run(successCriteria=[])
    absent = made.make_run(without=["successCriteria"])
    odd = made.make_run(successCriteria={"type": "t"})
    escaped = json.dumps(none).replace("successCriteria", "success\\u0043riteria")
    ends = '"endpoint":"rest","max_turns":null,"mission":null,"model":"model-1","persona":null}'
    assert fingerprint_of(none) == hashed('{"criteria":[],' + ends)
    assert fingerprint_of(absent) == fingerprint_of(odd) == hashed('{"criteria":null,' + ends)
    (print_,) = simruns.trend(simruns.read_json([escaped])).setting.fingerprints
    assert print_ == f"s1:{fingerprint_of(none)}"


def test_order_and_spelling_of_criteria_change_nothing() -> None:
    text = json.dumps(made.make_run(criteria={"a": True, "b": True}))
    turned = json.dumps(made.make_run(id="2", criteria={"b": True, "a": True}))
    spelled = turned.replace('"id": "2"', '"id": "3"').replace(
        '{"name": "a"}', '{ "name" : "\\u0061" }'
    )
    sides = [simruns.read_json([one]) for one in (text, turned, spelled)]
    for new in sides[1:]:
        assert simruns.compare(sides[0], new).setting.changed == 0


def test_a_number_beyond_all_doubles_is_refused_with_its_run() -> None:
    text = json.dumps(made.make_run(successCriteria=[{"type": "t", "params": {"x": 7}}]))
    odd = simruns.read_json([text.replace('"x": 7', '"x": 1e999')])
    with pytest.raises(simruns.InvalidArgumentError, match=r"run s1-b1-1: .* not finite"):
        simruns.trend(odd)


@pytest.mark.parametrize(
    ("word", "before", "now"),
    [
        ("criteria", {"criteria": {"a": True}}, {"criteria": {"a": True, "b": True}}),
        ("endpoint", {"endpoint": "rest"}, {"endpoint": "voice"}),
        ("max_turns", {"maxTurns": 30}, {"maxTurns": 31}),
        ("mission", {"mission": "a refund"}, {"mission": "a change"}),
        ("model", {"model": "one"}, {"model": "two"}),
        ("persona", {"persona": "calm"}, {"persona": "angry"}),
    ],
)
def test_each_word_that_changes_is_told_of(word: str, before: Any, now: Any) -> None:
    old, new = side("b1", {"s": "SF", "t": "SS"}, **before), side("b2", {"s": "SF", "t": "SS"})
    new = [*side("b2", {"s": "SF"}, **now), *side("b2", {"t": "SS"}, **before)]
    result = simruns.compare(of(old), of(new))
    numbers = result.numbers()
    assert numbers["setting.scenario.s"] == [word]
    assert numbers["setting.scenario.t"] == []
    assert (numbers[f"setting.{word}"], numbers["setting.changed"]) == (1, 1)
    assert numbers["setting.same"] == 1
    assert result._view().sentences[0] == f"The test changed in 1 of 2 scenarios: {word} 1."


def test_words_that_changed_most_are_told_of_first() -> None:
    old = side("b1", {"s": "S", "t": "S", "u": "S"})
    new = [*side("b2", {"s": "S"}, model="other", endpoint="voice"),
           *side("b2", {"t": "S"}, model="other"), *side("b2", {"u": "S"})]  # fmt: skip
    told_first = simruns.compare(of(old), of(new))._view().sentences[0]
    assert told_first == "The test changed in 2 of 3 scenarios: model 2, endpoint 1."


def test_what_a_side_does_not_know_is_no_change() -> None:
    old = side("b1", {"s": "SS"}, model=None)
    new = side("b2", {"s": "SS"}, model="one")
    numbers = simruns.compare(of(old), of(new)).numbers()
    assert (numbers["setting.changed"], numbers["setting.unknown.model"]) == (0, 1)
    known = [old[0], {**old[1], "largeLanguageModelReferenceId": "two"}]
    numbers = simruns.compare(of(known), of(new)).numbers()
    assert (numbers["setting.scenario.s"], numbers["setting.unknown.model"]) == (["model"], 0)
    assert numbers["setting.mixed"] == 1


def test_runs_that_are_not_judged_say_nothing_of_a_setting() -> None:
    old = side("b1", {"s": "SS"})
    new = [*side("b2", {"s": "SS"}), *side("b3", {"s": "P_X"}, model="other")]
    numbers = simruns.compare(of(old), of(new)).numbers()
    assert (numbers["setting.changed"], numbers["setting.mixed"]) == (0, 0)
    assert simruns.compare(of(old), of(new), errors="fail").setting.changed == 1


def test_a_persona_is_the_runs_own_or_else_its_scenarios() -> None:
    runs = of([made.make_run("s", persona="own"), made.make_run("s", sequence=2, persona=7)])
    listed: Any = {"s": {"persona": "listed", "mission": None}}
    assert simruns.trend(runs, scenarios=listed).setting.fingerprints == (
        "s:" + "+".join(sorted([
            plain.fingerprint(made.make_run("s", persona="own"), {}),
            plain.fingerprint(made.make_run("s", persona="listed"), {}),
        ])),
    )  # fmt: skip


def test_scenarios_that_were_listed_with_the_runs_are_known(client: simruns.Client) -> None:
    runs = client.latest().read()
    numbers = simruns.compare(runs[:300], runs[300:]).numbers()
    assert (numbers["setting.unknown.persona"], numbers["setting.unknown.mission"]) == (0, 0)
    numbers = simruns.compare(runs[:300], runs[300:], scenarios={}).numbers()
    assert numbers["setting.unknown.persona"] == 1


# What is done where the test changed

OLD = side("b1", {"s": "S" * 30, "t": "SF" * 15, "u": "S" * 30}, criteria={"a": True})
NEW = [
    *side("b2", {"s": "S" * 30}, criteria={"a": True}),
    *side("b2", {"t": "F" * 30}, model="other", criteria={"a": True, "b": False}),
    *side("b2", {"u": "F" * 30}, endpoint="voice", criteria={"a": False}),
]


def without(names: str) -> list[list[made.Json]]:
    return [[run for run in runs if run["simulationReference"] not in names]
            for runs in (OLD, NEW)]  # fmt: skip


@pytest.mark.parametrize(
    ("same_test", "left_out"),
    [("require", "tu"), (["model"], "t"), (("endpoint", "max_turns"), "u"), (["persona"], "")],
)
def test_scenarios_with_a_change_are_left_out_of_all_numbers(same_test: Any, left_out: str) -> None:
    ours = simruns.compare(of(OLD), of(NEW), same_test=same_test).numbers()
    rest = simruns.compare(*map(of, without(left_out))).numbers()
    assert ours["setting.left_out"] == [*left_out]
    assert {name: value for name, value in ours.items() if not name.startswith("setting")} == {
        name: value for name, value in rest.items() if not name.startswith("setting")
    }
    tell = simruns.compare(of(OLD), of(NEW)).numbers()
    assert {**told(ours), "setting.left_out": []} == told(tell)


def test_telling_changes_no_number() -> None:
    numbers = simruns.compare(of(OLD), of(NEW), same_test="tell").numbers()
    assert numbers == simruns.compare(of(OLD), of(NEW)).numbers()
    assert numbers["scenarios"] == 3
    assert numbers["setting.left_out"] == []


def test_a_comparison_of_which_all_is_left_out_cannot_tell() -> None:
    old, new = side("b1", {"s": "SS"}), side("b2", {"s": "FF"}, model="other")
    result = simruns.compare(of(old), of(new), same_test="require")
    assert (result.verdict, result.scenarios, result.old.rate) == ("cannot tell", 0, None)
    assert "No scenario is judged on both sides with the same test." in str(result)
    assert "Left out, the test changed: s." in str(result)


def test_a_gate_that_requires_the_same_test_keeps_its_numbers_and_cannot_tell() -> None:
    how: Any = {"min_success": 0.99, "max_regression": 0.01}
    tell = simruns.gate(of(NEW), of(OLD), **how)
    assert (tell.verdict, tell.exit) == ("not good enough", 4)
    assert tell._view().sentences[0].startswith("The test changed in 2 of 3 scenarios: ")
    strict = simruns.gate(of(NEW), of(OLD), **how, same_test="require")
    assert (strict.verdict, strict.exit) == ("cannot tell", 5)
    verdict = {"verdict": "not good enough", "exit": 4}
    assert {**strict.numbers(), **verdict} == tell.numbers()
    assert strict.why == "the test changed in 2 scenarios, and was not to"
    assert simruns.gate(of(NEW), of(OLD), **how, same_test=["persona"]).exit == 4
    with pytest.raises(AssertionError, match="cannot tell"):
        assert_gate(of(NEW), of(OLD), min_success=0.1, same_test=["model"])


@pytest.mark.parametrize("value", ["maybe", "model", "", [], ["model", "colour"], 3, None, [None]])
def test_another_word_is_refused(value: Any) -> None:
    for ask in (
        lambda: simruns.compare(of(OLD), of(NEW), same_test=value),
        lambda: simruns.gate(of(NEW), of(OLD), min_success=0.5, same_test=value),
    ):
        with pytest.raises(simruns.InvalidArgumentError, match=r"same_test is .*give 'tell'"):
            ask()


def test_the_same_test_as_nothing_is_refused() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="same_test needs a baseline"):
        simruns.gate(of(NEW), min_success=0.5, same_test="require")
    assert simruns.gate(of(NEW), min_success=0.5).numbers()["setting"] is None


@pytest.mark.parametrize("value", [[], "s", {"s": "persona"}, {1: {}}])
def test_scenarios_that_are_none_are_refused(value: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="scenarios is no dict"):
        simruns.compare(of(OLD), of(NEW), scenarios=value)


# Over time


def test_a_trend_says_when_the_test_changed_against_when_it_was_last_judged() -> None:
    runs = [
        *side("b1", {"s": "SS", "t": "SS"}),
        *side("b2", {"s": "SS", "t": "PP"}, day=1, model="other"),
        *side("b3", {"s": "SS"}, day=2, model="other"),
        *side("b4", {"s": "SS", "t": "SS"}, day=3, model="other", endpoint="voice"),
    ]
    trend = simruns.trend(of(runs))
    numbers = trend.numbers()
    assert numbers["setting.at"] == ["2024-06-11", "2024-06-13"]
    assert numbers["setting.at.words"] == ["model", "endpoint+model"]
    assert [text.count("+") for text in numbers["setting.fingerprints"]] == [2, 1]
    assert trend._view().sentences[0] == (
        "The test changed at 2024-06-11: model, 2024-06-13: endpoint+model."
    )
    assert simruns.trend(of(runs), "batch").setting.at == (2, 3, 4)
    assert simruns.trend(of(runs[:4])).setting.at == ()


# Commands


def test_a_command_requires_the_same_test(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    for path, runs in ((old, OLD), (new, NEW)):
        path.write_text("".join(f"{text}\n" for text in made.texts(runs)))
    compared = call_simruns("compare", old, new, "--same-test", "endpoint,model", "--json")
    expected = simruns.compare(of(OLD), of(NEW), same_test=["model", "endpoint"])
    assert json.loads(compared.stdout)["setting.left_out"] == ["t", "u"]
    assert json.loads(compared.stdout)["old.rate"] == expected.old.rate
    plainly = call_simruns("compare", old, new)
    assert plainly.stdout.split("\n")[1].startswith("The test changed in 2 of 3 scenarios: ")
    how = ["--baseline", old, "--same-test", "require"]
    junit = tmp_path / "gate.xml"
    done = call_simruns("gate", new, "--min-success", 0.1, *how, "--junit", junit)
    assert done.returncode == 5
    assert 'name="same-test"' in junit.read_text()
    assert call_simruns("gate", old, "--min-success", 0.1, "--baseline", old).returncode == 2
    live = ["--scenario", "s", "--batch", "b", "--wait"]
    waiting = call_simruns("gate", *live, "--min-success", 0.1, *how)
    assert waiting.returncode == 2
    assert "leave out --baseline" in waiting.stderr
    wrong = call_simruns("gate", new, "--min-success", 0.1, "--baseline", old, "--same-test", "x,y")
    assert wrong.returncode == 2
    assert "--same-test is a list of 'x', 'y'; give 'tell', 'require'" in wrong.stderr
