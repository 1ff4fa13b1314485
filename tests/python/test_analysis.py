"""What results of the analysis are: objects with numbers, frames and words, also at every edge."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")
pytest.importorskip("statsmodels")

import analysis_runs as made
from hostile import TEXTS

import simruns
from simruns.analysis.result import Result


def runs_of(scenarios: dict[str, str], **more: Any) -> simruns.Runs:
    return made.held(made.make_runs(scenarios, **more))


TEN = {f"s{i}": "SS" for i in range(10)}
OLD = {"a": "SSS", "b": "SF", "c": "S", "e": "P"}
NEW = {"a": "FFF", "b": "SF", "d": "S", "e": "S"}


def every_result(runs: simruns.Runs, other: simruns.Runs) -> list[Any]:
    return [
        simruns.summarize(runs),
        simruns.reliability(runs),
        simruns.compare(runs, other),
        simruns.compare(runs, {"b": other}),
        simruns.plan(runs, detect=0.1),
        simruns.plan(min_success=0.9, expect=0.95),
        simruns.trend(runs),
        simruns.gate(runs, other, min_success=0.5, max_regression=0.1, min_scenario=0.2),
        simruns.gate(runs, min_success=0.5, planned=5),
        simruns.failures(runs),
        simruns.suspects(runs),
        simruns.error_rates(0.5, scenarios=3, runs_per_scenario=4),
    ]


# Edges, with their numbers.


def close(numbers: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        found = numbers[name]
        same = found == pytest.approx(value, abs=1e-9) if isinstance(value, float) else (
            found == value)  # fmt: skip
        assert same, (name, found, value)


def test_nothing_judged_has_no_rate_and_says_why() -> None:
    summary = simruns.summarize(runs_of({"a": "PX_"}))
    close(summary.numbers(), {
        "runs": 3, "judged": 0, "excluded": 3, "error_share": 1.0, "scenarios": 0, "blank": ["a"],
        "rate": None, "these.low": None, "like.low": None, "pooled.rate": None, "worst": 0.0,
        "best": 1.0, "verdict.pending": 1, "scenario.a.rate": None, "read_first": [],
    })  # fmt: skip
    assert summary.reasons["rate"] == "no run is judged"
    assert "no run is judged; 3 runs excluded (1 platform error, 1 stopped, 1 pending)" in str(
        summary
    )
    assert simruns.reliability(runs_of({"a": "PX_"})).k == 0


def test_no_runs_at_all() -> None:
    none = made.held([])
    close(simruns.summarize(none).numbers(), {
        "runs": 0, "rate": None, "worst": None, "best": None, "error_share": None, "batches": 0,
    })  # fmt: skip
    assert simruns.trend(none).occasions == ()
    assert simruns.gate(none, min_success=0.5).verdict == "cannot tell"
    assert simruns.plan(none, detect=0.1).runs is None
    for result in every_result(none, runs_of({"a": "S"})):
        assert repr(result)


def test_one_run() -> None:
    passed, failed = (simruns.summarize(runs_of({"a": word})).numbers() for word in "SF")
    z2 = 1.959963984540054**2
    close(passed, {"rate": 1.0, "these.n": 1.0, "these.low": 1 / (1 + z2), "these.high": 1.0,
                   "like.se": None, "like.low": None, "scenario.a.flip": None})  # fmt: skip
    close(failed, {"rate": 0.0, "these.low": 0.0, "these.high": z2 / (1 + z2)})
    close(passed, {"these.low": 0.20654931437723742})


@pytest.mark.parametrize(("word", "mirrored"), [("S", False), ("F", True)])
def test_all_pass_and_all_fail(word: str, mirrored: bool) -> None:
    numbers = simruns.summarize(runs_of(dict.fromkeys(TEN, 2 * word))).numbers()
    low, high = ("high", "low") if mirrored else ("low", "high")
    end = 1.0 if mirrored else 0.0

    def turned(value: float) -> float:
        return abs(end - value)

    close(numbers, {
        "rate": turned(1.0), "these.n": 20.0, "like.n": 7.506727203360065, "like.se": 0.0,
        f"these.{low}": turned(0.8388748419471806), f"these.{high}": turned(1.0),
        f"like.{low}": turned(0.6614913773398167), f"like.{high}": turned(1.0),
    })  # fmt: skip


def test_unequal_scenarios() -> None:
    numbers = simruns.summarize(
        runs_of({"a": "S", "b": "SFSF", "c": "SSSSSSSF", "d": "PFF"})
    ).numbers()
    close(numbers, {
        "rate": 0.59375, "these.n": 8.533333333333333, "these.low": 0.2894655559811066,
        "these.high": 0.8398295449050339, "pooled.rate": 10 / 15, "like.se": 0.2246235276338315,
        "worst": (1 + 1 / 2 + 7 / 8 + 0) / 4, "best": (1 + 1 / 2 + 7 / 8 + 1 / 3) / 4,
    })  # fmt: skip


def test_scenarios_that_never_differ_within_themselves() -> None:
    numbers = simruns.summarize(runs_of({"a": "SS", "b": "FFF"})).numbers()
    close(numbers, {"rate": 0.5, "these.n": 8.0, "these.low": 0.21521606221387754})
    plan = simruns.plan(runs_of({"a": "SS", "b": "FFF"}), detect=0.1)
    assert (plan.runs, plan.within_variance) == (None, 0.0)
    assert plan.reasons["runs"] == "the runs of a scenario never differ"


def test_names_that_stand_twice_and_names_that_are_missing() -> None:
    criteria = [("greets", True), ("greets", False), ("asks", True), ("asks", None), (None, False)]
    run = made.make_run("a", "failure", criteria=criteria)
    numbers = simruns.summarize(made.held([run])).numbers()
    close(numbers, {
        "criterion.greets.met": 0, "criterion.greets.runs": 1, "criterion.asks.runs": 0,
        "criterion.asks.unsaid": 1, "criterion.asks.rate": None, "criterion.text@4.met": 0,
        "criterion.text@4.only": 0, "cofail.greets&text@4": 1,
        "signatures": ["failure:greets+text@4"],
    })  # fmt: skip


def test_scenarios_of_one_name_stay_two() -> None:
    runs = runs_of({"a": "S", "b": "F"})
    runs.names = {"a": "Refund", "b": "Refund"}
    summary = simruns.summarize(runs)
    assert (summary.scenarios, summary.rate) == (2, 0.5)
    assert "Refund [a]" in str(summary)
    assert "Refund [b]" in str(summary)


def test_scenarios_of_one_side_are_named_and_left_out() -> None:
    result = simruns.compare(runs_of(OLD, batch="o"), runs_of(NEW, batch="n"))
    close(result.numbers(), {
        "scenarios": 2, "only_old": ["c"], "only_new": ["d"], "unjudged": ["e"],
        "old.rate": 0.75, "new.rate": 0.25, "difference": -0.5, "p": 7 / 30,
        "within_variance": 0.25, "runs_to_detect": 785, "screen": ["a", "b"],
        "these.low": -0.7890832680847557, "these.high": 0.13548840058295142, "like.low": None,
    })  # fmt: skip
    assert result.verdict == "cannot tell"
    assert "Left out, old only: c." in str(result)
    assert "785 runs of each scenario and side would find 0.05" in str(result)


def test_two_sides_without_a_scenario_in_common() -> None:
    result = simruns.compare(runs_of({"a": "S"}), runs_of({"b": "S"}))
    close(result.numbers(), {"verdict": "cannot tell", "p": None, "difference": None,
                             "these.low": None, "screen": [], "same_setting": True})  # fmt: skip
    assert result.reasons["difference"] == "no scenario is judged on both sides"


def test_one_run_a_side_is_mcnemars_test() -> None:
    eight = {f"s{i}": "S" for i in range(8)}
    result = simruns.compare(
        runs_of(eight, batch="o"), runs_of(dict.fromkeys(eight, "F"), batch="n")
    )
    assert result.p == pytest.approx(2 * 0.5**8)
    assert result.verdict == "worse"


def test_several_sides_share_the_risk() -> None:
    old = runs_of({f"s{i}": "S" for i in range(8)}, batch="o")
    sides = {
        label: runs_of(dict.fromkeys([f"s{i}" for i in range(8)], "F"), batch=label)
        for label in ("x", "y", "z", "same")
    }
    sides["same"] = runs_of({f"s{i}": "S" for i in range(8)}, batch="same")
    result = simruns.compare(old, sides)
    assert list(result) == ["x", "y", "z", "same"]
    assert result["x"].p == pytest.approx(4 * 2 * 0.5**8)
    assert result["same"].p == 1.0
    assert result.numbers()["x.verdict"] == "worse"
    assert result.to_frame().set_index("label")["p"].to_dict() == {
        label: one.p for label, one in result.items()
    }
    assert "worse" in str(result)
    assert "same" in result._repr_html_()


def test_reliability_of_unequal_scenarios() -> None:
    result = simruns.reliability(runs_of({"a": "SSFF", "b": "SS", "c": "F"}))
    close(result.numbers(), {
        "k": 4, "pass^1": 0.5, "pass^2": (1 / 6 + 1) / 2, "pass^2.scenarios": 2, "pass^3": 0.0,
        "pass@2": (5 / 6 + 1) / 2, "common.scenarios": 1, "common.pass^1": 0.5, "always": 1,
        "never": 0, "sometimes": 1, "once": 1, "flip": (2 / 3 + 0) / 2, "flaky": ["a"],
    })  # fmt: skip
    assert "The same over the 1 scenario with 4 judged runs or more" in str(result)
    assert result.pass_hat[2].rate == result.numbers()["pass^2"]


def test_fewer_runs_than_can_show_anything() -> None:
    enough, short = (simruns.gate(runs_of({"a": "S" * n}), min_success=0.9) for n in (29, 28))
    assert (enough.verdict, enough.exit) == ("pass", 0)
    assert (short.verdict, short.exit) == ("cannot tell", 5)
    assert short.success is not None
    assert (short.success.least_runs, short.success.settle_runs) == (29, 29)
    assert "29 runs would settle it" in short.why


def test_a_gate_cannot_tell_of_too_many_errors_or_too_few_judged() -> None:
    outage = simruns.gate(runs_of({"a": "S" * 40 + "P" * 10}), min_success=0.5)
    assert (outage.verdict, outage.errors.share) == ("cannot tell", 0.2)
    assert "0.20 of the runs are excluded, more than 0.10" in str(outage)
    nothing = simruns.gate(runs_of({"a": "PP"}), criterion={"greets": 0.5})
    assert (nothing.verdict, nothing.why) == ("cannot tell", "no run is judged")
    thin = simruns.gate(runs_of({"a": "S" * 60, "b": "SPP"}), min_success=0.5)
    assert (thin.verdict, thin.thin, thin.errors.verdict) == ("cannot tell", 1, "pass")


def test_a_gate_of_runs_that_are_not_all_is_no_pass(tmp_path: Path) -> None:
    data = tmp_path / "runs.jsonl"
    data.write_text("\n".join(made.texts(made.make_runs({"a": "S" * 40}))), encoding="utf-8")
    with (
        simruns.Simulator(data=data, faults=[{"every": 1, "total": 41}]) as sim,
        sim.client() as client,
        pytest.warns(simruns.IncompleteWarning),
    ):
        runs = client.batches(sim.pairs).read(allow_incomplete=True)
    gate = simruns.gate(runs, min_success=0.9)
    assert (gate.verdict, gate.exit) == ("pass", 3)
    assert str(gate).startswith(
        "Gate: incomplete\nRuns are missing, still to come, or there twice: 40 of 41 runs"
    )


def test_a_run_that_is_there_twice_is_no_pass() -> None:
    gate = simruns.gate(made.held([made.make_run("s1")] * 40), min_success=0.9)
    assert gate.exit == 3
    assert "39 runs with the id of another" in str(gate)


def test_a_gate_shows_what_its_baseline_leaves_out() -> None:
    old, new = runs_of({"a": "FF" + "P" * 18}, batch="o"), runs_of({"a": "S" * 20}, batch="n")
    gate = simruns.gate(new, old, max_regression=0.1)
    assert "Baseline: 2 of 20 runs judged" in str(gate)
    assert "18 excluded, worst case 0.00, best 0.90" in str(gate)
    assert "Completeness: unverified" in str(gate) or "unverified" in str(gate)


def test_a_baseline_that_nothing_asks_for_is_said_to_be_of_no_use() -> None:
    old, new = runs_of({"a": "F" * 40}, batch="o"), runs_of({"a": "S" * 40}, batch="n")
    gate = simruns.gate(new, old, min_success=0.5)
    assert "Baseline: only its setting is looked at, as max_regression is not given." in str(gate)


def test_what_is_waited_for_does_not_make_up_for_a_run_that_is_there_twice() -> None:
    from simruns.analysis.gate import Waiting, waited

    twice = simruns.gate(made.held([made.make_run("s1")] * 40), min_success=0.9)
    assert waited(twice, Waiting(50, 10, "pass")).exit == 3


def test_a_rate_over_time_leaves_out_what_has_no_time() -> None:
    dated = made.make_runs({"a": "SSSSSPPPPP"}, batch="b1")
    undated = made.make_runs({"a": "F" * 50}, batch="b2", without=["createdAt"])
    assert "5 of 10 runs judged" in str(simruns.trend(made.held([*dated, *undated])))


def test_endpoints_are_told_apart_by_more_than_their_names() -> None:
    pairs = [("a|b", "c"), ("a", "b|c")]
    runs = [made.make_run("s", endpoint=e, model=m, sequence=i) for i, (e, m) in enumerate(pairs)]
    assert simruns.summarize(made.held(runs)).mixed
    same = [made.make_run("s", model=m, sequence=i) for i, m in enumerate(["", None])]
    assert not simruns.summarize(made.held(same)).mixed


def test_a_gate_that_misses_a_scenario_of_its_baseline_cannot_tell() -> None:
    twenty = "S" * 20
    gate = simruns.gate(
        runs_of({"a": twenty}, batch="n"),
        runs_of({"a": twenty, "b": twenty}, batch="o"),
        max_regression=0.5,
    )
    assert gate.regression is not None
    assert (gate.verdict, gate.regression.missing) == ("cannot tell", ("b",))


def test_a_trend_of_one_occasion_says_nothing_of_change() -> None:
    trend = simruns.trend(runs_of({"a": "SF"}))
    close(trend.numbers(), {"occasions": ["2024-06-10"], "change.p": None, "latest.p": None})
    by_batch = simruns.trend(runs_of({"a": "SF"}), by="batch")
    assert by_batch.occasions == (1,)


def test_a_trend_finds_the_day_on_which_it_changed() -> None:
    days = [
        made.make_runs({f"s{i}": word * 4 for i in range(6)}, batch=f"b{day}", day=day)
        for day, word in enumerate("SSF")
    ]
    trend = simruns.trend(made.held([run for day in days for run in day]))
    assert trend.rates == (1.0, 1.0, 0.0)
    assert trend.change.at == "2024-06-12"
    assert trend.latest is not None
    assert trend.latest.verdict == "worse"
    assert "It changed at 2024-06-12: -1.00" in str(trend)


def test_batches_without_a_time_are_named() -> None:
    runs = [*made.make_runs({"a": "SF"}), *made.make_runs({"b": "S"}, without=["createdAt"])]
    trend = simruns.trend(made.held(runs))
    assert (trend.undated, trend.judged) == (("b-b1",), (2,))
    assert "Without a time, and left out: b-b1." in str(trend)


# What every result can do.


def test_numbers_are_json_and_a_pickle_has_the_same() -> None:
    for result in every_result(runs_of(OLD, batch="o"), runs_of(NEW, batch="n")):
        numbers = result.numbers()
        assert json.loads(json.dumps(numbers, allow_nan=False)) == numbers
        copy = pickle.loads(pickle.dumps(result))
        assert copy.numbers() == numbers
        assert type(result).__module__ == "simruns"
        assert "basis" not in numbers


def test_numbers_are_the_attributes() -> None:
    summary = simruns.summarize(runs_of(OLD))
    numbers = summary.numbers()
    assert numbers["these.low"] == summary.these.low
    assert numbers["scenario.b.rate"] == summary.by_scenario["b"].rate == 0.5
    assert numbers["read_first.beside"] == list(summary.read_first_beside)
    assert numbers["verdict.platform_error"] == summary.verdicts["platform_error"] == 1


def test_frames() -> None:
    pytest.importorskip("pandas")
    runs = runs_of(OLD, criteria={"greets": True})
    frames = simruns.summarize(runs).to_frames()
    assert list(frames["scenario"]["scenario"]) == ["a", "b", "c", "e"]
    assert frames["scenario"].loc[1, "rate"] == 0.5
    assert list(frames["criterion"]["criterion"]) == ["greets"]
    assert set(frames["numbers"]["name"]) >= {"rate", "these.low", "messages.p50"}
    assert simruns.trend(runs).to_frame()["judged"].tolist() == [6]
    assert list(simruns.failures(runs).to_frame()["run"]) == ["b-b1-2"]
    for result in every_result(runs, runs_of(NEW, batch="n")):
        if isinstance(result, Result):
            assert not result.to_frame().empty


def test_a_headline_names_what_it_leaves_out() -> None:
    summary = simruns.summarize(runs_of({"a": "SSSSFPPX", "b": "SSSF"}))
    assert str(summary).splitlines()[1] == (
        "0.78 of these 2 scenarios' runs succeed (95%: 0.43 to 0.94); 3 runs excluded "
        "(2 platform errors, 1 stopped); worst case 0.62, best 0.81."
    )


def test_one_headline_names_two_endpoints() -> None:
    runs = [*made.make_runs({"a": "S"}), *made.make_runs({"b": "F"}, endpoint="voice")]
    summary = simruns.summarize(made.held(runs))
    assert summary.mixed
    assert "Mixed: more than one endpoint or language model is judged" in str(summary)


def test_runs_that_are_not_proven_to_be_all_say_so() -> None:
    assert "Completeness: unverified" in str(simruns.summarize(runs_of(OLD)))


@pytest.mark.parametrize("text", TEXTS)
def test_texts_from_a_server_run_nothing_and_stay_on_their_line(text: str) -> None:
    old = made.make_run(text, "failure", batch="o", id="o" + text, criteria={text: False},
                        endpoint=text, model=text)  # fmt: skip
    new = made.make_run(text, "success", batch="n", id="n" + text, criteria={text: True})
    for result in every_result(made.held([old]), made.held([new])):
        shown = result._repr_html_()
        assert "<script" not in shown.lower().replace("&lt;script", "")
        assert "onerror" not in shown.lower() or "<img" not in shown.lower()
        assert not any(c in repr(result) for c in "\x1b\x07\r\u202e")


def test_a_long_list_is_cut_and_says_so() -> None:
    many = runs_of({f"scenario-{i:03}": "SF" for i in range(60)})
    text = str(simruns.summarize(many))
    assert "... 40 more; see .by_scenario" in text
    assert len(text.splitlines()) < 60


# Arguments.

RUNS: Callable[[], simruns.Runs] = lambda: runs_of({"a": "SF"})  # noqa: E731


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda r: simruns.summarize([]), "runs is of type list; give Runs"),
        (lambda r: simruns.summarize(r, errors="none"), "errors is 'none'; give 'agent'"),
        (lambda r: simruns.summarize(r, confidence=95), "confidence is 95; give a number between"),
        (lambda r: simruns.summarize(r, confidence=True), "confidence is True"),
        (lambda r: simruns.summarize(r, confidence=math.nan), "confidence is nan"),
        (lambda r: simruns.summarize(r, confidence=0.1), "confidence is 0.1; give a number from"),
        (lambda r: simruns.gate(r, min_success=0.5, confidence=1 - 1e-16), "confidence is "),
        (lambda r: simruns.plan(r, detect=1e-200), "detect is 1e-200; give 0.0001 or more"),
        (lambda r: simruns.plan(r, detect=0.1, power=0.01), "power is 0.01"),
        (lambda r: simruns.reliability(r, 0), "k is 0; give 1 or more"),
        (lambda r: simruns.compare(r, r), "2 runs of old and new are the same, as a-b1-1"),
        (lambda r: simruns.compare(r, {}), "new is empty"),
        (lambda r: simruns.compare(r, r[:0], power=1), "power is 1"),
        (lambda r: simruns.plan(), r"give plan\(min_success=, expect=\), or plan\(runs, detect=\)"),
        (lambda r: simruns.plan(r), "give plan"),
        (lambda r: simruns.plan(min_success=0.9, expect=0.9), "which is not above min_success"),
        (lambda r: simruns.trend(r, by="week"), "by is 'week'; give 'day' or 'batch'"),
        (lambda r: simruns.gate(r), "nothing is required; give min_success"),
        (lambda r: simruns.gate(r, max_regression=0.1), "max_regression needs a baseline"),
        (lambda r: simruns.gate(r, criterion={"x": 0.5}), "no judged run has a criterion 'x'"),
        (lambda r: simruns.gate(r, min_success=1.5), "min_success is 1.5"),
        (lambda r: simruns.gate(r, min_scenario=0.5, planned=3), "planned goes with min_success"),
        (lambda r: simruns.failures(r, errors=None), "errors is None"),
    ],
)
def test_wrong_arguments_are_named(call: Callable[[Any], object], said: str) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=said):
        call(RUNS())


def test_a_plan_beyond_all_reason_is_refused_at_once() -> None:
    with pytest.raises(simruns.Error, match="it takes more than 1,000,000,000 runs"):
        simruns.plan(min_success=0.5, expect=0.5 + 1e-6)
    with pytest.raises(simruns.Error, match="it takes more than 1,000,000,000 runs"):
        simruns.plan(min_success=0.9999999999, expect=1)
    far = simruns.plan(min_success=0.5, expect=0.5001)
    assert (far.runs, far.successes) == (154_567_325, 77_293_888)
