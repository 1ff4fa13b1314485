"""The plain analysis gives the numbers that are known: of real runs, of edges worked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import plain_rates as rates
import pytest
from analysis_runs import DAY, START, Json, make_run, make_runs, read_lines, run_sets, two_sides
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_analysis import compare, compare_many, gate, plan, reliability, summarize, trend
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

drawn = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def holds(numbers: dict[str, Any], **expected: Any) -> None:
    """Whether the numbers are these; `a__b` is the name `a.b`."""
    for name, value in expected.items():
        told = numbers[name.replace("__", ".")]
        if isinstance(value, float):
            assert told == pytest.approx(value, abs=1e-9), name
        else:
            assert told == value, name


# Real runs


@pytest.fixture(scope="module")
def real(real_data: Path) -> list[Json]:
    return read_lines(real_data)


def test_the_rates_of_200_real_runs(real: list[Json]) -> None:
    numbers = summarize(real)
    holds(numbers, runs=200, judged=200, excluded=0, scenarios=50, batches=50, rate=0.42)
    holds(numbers, verdict__success=84, pooled__rate=0.42)
    holds(numbers, pooled__low=0.3537359916, pooled__high=0.4892792606)
    holds(numbers, these__n=332.1818181818)
    holds(numbers, these__low=0.3681348278, these__high=0.4736943116)
    holds(numbers, like__low=0.3207630018, like__high=0.5261562969, like__se=0.0522161911)
    holds(numbers, messages__p50=23, messages__passed__p50=18, messages__failed__p50=27)


def test_the_published_table_of_real_runs(real: list[Json]) -> None:
    numbers = reliability(real)
    assert numbers["k"] == 4
    every = (0.42, 0.2733333333, 0.22, 0.20), (0.42, 0.5666666667, 0.66, 0.72)
    for sign, row in zip("^@", every, strict=True):
        for k, value in enumerate(row, 1):
            assert numbers[f"pass{sign}{k}"] == pytest.approx(value, abs=1e-9)
            assert numbers[f"common.pass{sign}{k}"] == numbers[f"pass{sign}{k}"]
    holds(numbers, always=10, never=14, sometimes=26, once=0, flip=0.2933333333)


def test_the_first_half_of_real_runs_against_the_second(real: list[Json]) -> None:
    old = [run for run in real if run["sequence"] <= 2]
    new = [run for run in real if run["sequence"] > 2]
    holds(compare(old, new), difference=-0.02, p=0.8533613699, verdict="cannot tell")


# How many runs


def test_a_plan_for_0_95_to_pass_0_9_has_179_runs() -> None:
    numbers = plan(min_success=0.9, expect=0.95, power=0.8)
    assert numbers == {"runs": 179, "successes": 168, "least_runs": 29}
    assert rates.binomial_at_least(168, 179, 0.95) == pytest.approx(0.8129406533)
    assert rates.binomial_at_least(179, 190, 0.95) == pytest.approx(0.7561629753)


def test_a_plan_to_detect_counts_runs_of_a_scenario() -> None:
    # Both scenarios: m p (1-p) / (m-1) = 4/3 * 1/4 = 1/3. 2/3 * 2.8015852^2 / (2 * 0.2^2) = 65.4...
    numbers = plan(make_runs({"a": "SSFF", "b": "FSFS"}), detect=0.2)
    holds(numbers, scenarios=2, within_variance=1 / 3, runs_per_scenario=66, runs=132)
    # All pass: there is nothing within the scenarios to average out.
    numbers = plan(make_runs({"a": "SS"}), detect=0.2)
    holds(numbers, scenarios=1, within_variance=0.0, runs_per_scenario=None, runs=None)
    # What gives ten runs exactly gives ten.
    exact = (2 / 3 * (1.959963984540054 + 0.8416212335729143) ** 2 / 20) ** 0.5
    numbers = plan(make_runs({"a": "SSFF", "b": "FSFS"}), detect=exact)
    holds(numbers, runs_per_scenario=10)
    # One run each: q (1-q) = 1/4.
    assert plan(make_runs({"a": "S", "b": "F"}), detect=0.2)["within_variance"] == 0.25


@pytest.mark.parametrize("expect", [0.9, 0.5])
def test_a_plan_that_expects_too_little_is_refused(expect: float) -> None:
    with pytest.raises(ValueError, match="not above"):
        plan(min_success=0.9, expect=expect)


# One set of runs


@pytest.mark.parametrize("runs", [[], make_runs({"a": "PX_U"})])
def test_without_a_judged_run_there_is_no_rate(runs: list[Json]) -> None:
    numbers = summarize(runs)
    for name in (
        "rate",
        "pooled.rate",
        "pooled.low",
        "these.n",
        "these.low",
        "like.se",
        "like.low",
    ):
        assert numbers[name] is None, name
    holds(numbers, scenarios=0, judged=0, messages__p50=None, signatures=[], read_first=[])
    holds(numbers, error_share=1.0 if runs else None, blank=["a"] if runs else [])
    holds(numbers, worst=0.0 if runs else None, best=1.0 if runs else None)
    holds(reliability(runs), k=0, common__scenarios=0, flip=None, once=0, flaky=[])


def test_one_run_is_plain_wilson() -> None:
    # n* = n0 = 1: low = 1 / (1 + z^2).
    numbers = summarize(make_runs({"a": "S"}))
    holds(numbers, rate=1.0, these__n=1.0, these__low=0.2065493143773774, these__high=1.0)
    holds(numbers, like__se=None, scenario__a__flip=None)
    numbers = summarize(make_runs({"a": "F"}))
    holds(numbers, rate=0.0, these__low=0.0, these__high=1 - 0.2065493143773774)


def test_all_pass_and_all_fail_have_the_harmonic_runs() -> None:
    # n* = n0 = 4 / (1/4 + 1/2) = 16/3: n / (n + z^2).
    numbers = summarize(make_runs({"a": "SSSS", "b": "SS"}))
    holds(numbers, these__n=16 / 3, these__low=0.581302905155422, these__high=1.0, like__se=0.0)
    numbers = summarize(make_runs({"a": "FFFF", "b": "FF"}))
    holds(numbers, these__n=16 / 3, these__low=0.0, these__high=0.4186970948445781)


@pytest.mark.parametrize(
    ("scenarios", "n"),
    [
        ({"a": "SSSS", "b": "SSFF"}, 9.0),  # V = (0 + 1/12)/4 = 1/48; 3/16 * 48
        ({"a": "SSSS", "b": "FF"}, 8.0),  # V = 0: max(16/3, 2 * 4)
        ({"a": "S", "b": "FF"}, 4.0),  # v = 1/4 and 0, V = 1/16; 1/4 * 16; most max(8/3, 4)
        ({"a": "S", "b": "F"}, 2.0),  # v = 1/4 twice, V = 1/8
        ({"a": "SSF", "b": "SFFF"}, 6.0),  # 143/576 / (25/576) = 5.72, below a = 2 * 3
        (
            {"a": "SF", "b": "SSFF", "c": "SSSFFF"},
            6.0,
        ),  # 5.87, below a = 6
        # v = 2/9, 0, 0: V = 2/81, 2/9 * 81/2 = 9, above n0 = 9 / 1.2 and 2 * 3.
        ({"a": "S", "b": "S" * 10, "c": "F" * 10}, 7.5),
    ],
)
def test_the_effective_runs_of_unequal_sizes(scenarios: dict[str, str], n: float) -> None:
    assert summarize(make_runs(scenarios))["these.n"] == pytest.approx(n, abs=1e-9)


def test_ten_scenarios_are_needed_to_speak_of_scenarios_like_these() -> None:
    nine = summarize(make_runs({f"s{i}": "SSSS" for i in range(9)}))
    holds(nine, like__n=None, like__low=None, like__high=None, like__se=0.0)
    # All pass: n = G = 10, times (1.959963985 / 2.262157163)^2; n / (n + z^2).
    ten = summarize(make_runs({f"s{i}": "SSSS" for i in range(10)}))
    holds(ten, like__n=7.506727203739773, like__low=0.6614913773511432, like__high=1.0)


def test_scenarios_of_one_rate_have_no_error_between_them() -> None:
    # se = 0: n = min(n0, n*), both 20. V = 10/4/100 = 1/40, and 1/4 * 40 = 10 is below a = 20.
    numbers = summarize(make_runs({f"s{i}": "SF" for i in range(10)}))
    holds(numbers, like__se=0.0, these__n=20.0, like__n=15.013454406720122)


def test_runs_that_say_nothing_of_the_agent_bound_the_rate() -> None:
    # a: 2 of 3 judged of 5; b: 1 of 2. worst (2/5 + 1/2)/2, best (4/5 + 1/2)/2.
    runs = make_runs({"a": "SSFPX", "b": "SA", "c": "_"})
    numbers = summarize(runs)
    holds(numbers, runs=8, judged=5, excluded=3, error_share=3 / 8, scenarios=2, blank=["c"])
    holds(numbers, rate=7 / 12, worst=0.9 / 3, best=(0.8 + 0.5 + 1) / 3)
    holds(numbers, pooled__rate=0.6, scenario__c__rate=None, scenario__c__runs=1)
    holds(summarize(runs, errors="exclude"), judged=4, rate=(2 / 3 + 1) / 2)
    holds(summarize(runs, errors="fail"), judged=6, rate=(2 / 4 + 1 / 2) / 2)


def test_batches_of_a_scenario_are_pooled() -> None:
    runs = [*make_runs({"a": "SS"}), *make_runs({"a": "FF"}, batch="b2")]
    numbers = summarize(runs)
    holds(numbers, batches=2, scenarios=1, rate=0.5, scenario__a__runs=4, scenario__a__flip=2 / 3)


def test_groups_are_of_an_endpoint_and_a_model() -> None:
    runs = [
        *make_runs({"a": "SF"}),
        *make_runs({"a": "S", "b": "F"}, batch="b2", endpoint="voice", model=None),
        *make_runs({"a": "P"}, batch="b3", endpoint=None),
    ]
    numbers = summarize(runs)
    assert numbers["group.rest|model-1.judged"] == 2
    assert numbers["group.voice|unknown.rate"] == 0.5
    assert numbers["group.unknown|model-1.judged"] == 0
    assert numbers["group.unknown|model-1.rate"] is None
    assert numbers["mixed"] is True
    assert summarize(runs[:2])["mixed"] is False


@pytest.mark.parametrize(
    ("words", "met", "unsaid", "only"),
    [
        ([True, True], 1, 0, 0),
        ([True, None], 0, 1, 0),
        ([None, False], 0, 0, 1),
        ([True, False], 0, 0, 1),
    ],
)
def test_a_doubled_name_is_one_key(
    words: list[bool | None], met: int, unsaid: int, only: int
) -> None:
    run = make_run("a", "failure", criteria=[("greets", word) for word in words])
    numbers = summarize([run])
    holds(numbers, criterion__greets__met=met, criterion__greets__unsaid=unsaid)
    holds(numbers, criterion__greets__only=only, criterion__greets__runs=1 - unsaid)
    assert not [name for name in numbers if name.startswith("cofail")]


def test_a_criterion_without_a_name_has_its_type_and_position() -> None:
    run = make_run("a", criteria=[("greets", True), (None, False)])
    del run["successCriteria"][0]["type"], run["successCriteria"][0]["params"]["name"]
    numbers = summarize([run])
    assert numbers["criterion.criterion@0.met"] == 1
    assert numbers["criterion.text@1.only"] == 1
    assert numbers["cofail.criterion@0&text@1"] == 0


def test_results_are_joined_by_name_then_by_position() -> None:
    results: list[Json] = [{"name": "b", "passed": False}, {"success": True}]
    run = make_run("a", "failure", criteria=[("a", None), ("b", None)], results=results)
    # b takes the first result by its name; a finds its own position taken.
    numbers = summarize([run])
    holds(numbers, criterion__b__only=1, criterion__a__unsaid=1, criterion__a__rate=None)
    run["metrics"]["results"] = results[::-1]
    holds(summarize([run]), criterion__b__only=1, criterion__a__met=1)
    run["metrics"]["results"] = results[1:]
    holds(summarize([run]), criterion__b__unsaid=1, criterion__a__unsaid=1)


def test_criteria_have_the_limits_of_scenarios_with_a_said_result() -> None:
    runs = [
        *(make_run("a", sequence=i, criteria={"x": True}) for i in range(4)),
        *(make_run("b", sequence=i, criteria={"x": i < 2, "y": None}) for i in range(4)),
        make_run("c", criteria={"y": True}),
    ]
    numbers = summarize(runs)  # n* = 9, as above; W(0.75, 9).
    holds(numbers, criterion__x__rate=0.75, criterion__x__runs=8, criterion__x__met=6)
    holds(numbers, criterion__x__low=0.426853754044484, criterion__x__high=0.9235737217457439)
    holds(numbers, criterion__y__rate=1.0, criterion__y__unsaid=4, criterion__y__runs=1)
    assert numbers["cofail.x&y"] == 0


def test_quantiles_are_of_type_7() -> None:
    runs = [make_run("a", sequence=i, messages=i, duration=10 * i) for i in range(1, 5)]
    runs.append(make_run("a", "failure", sequence=5, messages=10, duration=None))
    numbers = summarize(runs)  # 1 2 3 4 10
    holds(numbers, messages__p50=3.0, messages__p90=7.6, messages__p95=8.8)
    holds(numbers, messages__passed__p50=2.5, messages__failed__p50=10.0)
    holds(numbers, duration__p50=25.0, duration__missing=1, user_turns__p50=2.0)


def test_a_reply_is_the_first_text_before_the_next_user_turn() -> None:
    def turn(role: str, at: int, text: str = "words") -> Json:
        return {"data": {"role": role}, "text": text, "createdAt": START + at}

    turns = [
        turn("user", 0),
        turn("tool", 100),
        turn("Assistant", 200, "  "),
        turn("BOT", 300),
        turn("agent", 400),
        turn("user", 1000),
        turn("user", 1500),
        turn("agent", 1400),
        turn("USER", 2000),
    ]
    numbers = summarize([make_run(turns=turns)])
    holds(numbers, reply__count=1, reply__p50=300.0, reply__dropped=1, user_turns__p50=4.0)
    turns.append({"text": "who?"})
    holds(summarize([make_run(turns=turns)]), user_turns__p50=None)
    assert summarize([make_run(turns=turns)])["reply.p95"] == 300.0


def test_a_repeated_reply_stands_in_two_successive_agent_turns() -> None:
    def repeated(*talk: str) -> int:
        return int(summarize([make_run(talk=talk)])["repeated_reply"])

    assert repeated("agent:Hello ", "user:Hi", "agent:", "tool:x", "bot:HELLO") == 1
    assert repeated("agent:Hello", "agent:Bye", "agent:Hello") == 0
    assert repeated("agent: ", "agent: ", "user:a", "user:a") == 0


def test_what_is_odd_of_runs() -> None:
    open_end = {"isConversationEnded": False}
    runs = [
        make_run(sequence=1, metrics={**open_end, "sentiment": "negative"}, maxTurns=2),
        make_run(sequence=2, metrics=open_end, maxTurns=3),
        make_run(sequence=3, maxTurns=2),
        make_run(
            sequence=4,
            metrics={"successRate": {"percentage": 50.5, "numerator": 1, "denominator": 2}},
        ),
        make_run(
            sequence=5,
            metrics={"successRate": {"percentage": 50.6, "numerator": 1, "denominator": 2}},
        ),
        make_run(sequence=6, metrics={"successRate": {"denominator": 0}, "success": False}),
    ]
    numbers = summarize(runs)
    holds(numbers, max_turns_hit=1, percentage_off=2, contradictory=1)
    holds(numbers, sentiment__negative=1, sentiment__missing=5, sentiment__positive=0)


def test_signatures_and_what_to_read_first() -> None:
    def failed(scenario: str, sequence: int, messages: int, **criteria: bool) -> Json:
        return make_run(
            scenario, "failure", sequence=sequence, messages=messages, criteria=criteria
        )

    runs = [
        failed("a", 1, 9, x=False, y=False),
        failed("a", 2, 4, x=False),
        failed("b", 1, 5, x=False, y=True),
        failed("b", 2, 4),
        make_run("a", "agent_error", sequence=3, messages=2),
        make_run("a", sequence=4, messages=6),
        make_run("a", sequence=5, messages=2),
        make_run("a", sequence=None, id="last", messages=2),
    ]
    numbers = summarize(runs)
    assert numbers["signatures"] == [
        "failure:x",
        "agent_error:AI_AGENT_TIMEOUT",
        "failure:NONE",
        "failure:x+y",
    ]
    assert numbers["signature.failure:x.runs"] == numbers["signature.failure:x.scenarios"] == 2
    holds(numbers, criterion__x__only=2, criterion__y__only=0, criterion__y__met=1)
    # The second round starts with failure:x again: b has one run taken, as much as is left of it.
    assert numbers["read_first"] == ["a-b1-2", "a-b1-3", "b-b1-2", "a-b1-1", "b-b1-1"]
    assert numbers["read_first.beside"] == ["a-b1-5", "a-b1-5", None, "a-b1-4", None]


def test_the_next_to_read_is_of_another_scenario() -> None:
    runs = [
        make_run("a", "failure", sequence=1, messages=2),
        make_run("a", "failure", sequence=2, messages=3),
        make_run("b", "failure", sequence=1, messages=9),
    ]
    assert summarize(runs)["read_first"] == ["a-b1-1", "b-b1-1", "a-b1-2"]


# Reliability


def test_pass_at_k_where_scenarios_have_unequal_runs() -> None:
    numbers = reliability(make_runs({"a": "SSF", "b": "S", "c": "P"}))
    assert numbers["k"] == 3
    expected: dict[str, Any] = {
        "pass^1": 5 / 6,
        "pass^2": 1 / 3,
        "pass^3": 0.0,
        "pass@1": 5 / 6,
        "pass@2": 1.0,
        "pass@3": 1.0,
        "pass^1.scenarios": 2,
        "pass^2.scenarios": 1,
        "pass^1.low": None,
        "common.pass^1": 2 / 3,
        "common.scenarios": 1,
    }
    assert {name: numbers[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    holds(numbers, always=0, never=0, sometimes=1, once=1, flip=2 / 3, flaky=["a"])
    assert reliability(make_runs({"a": "S" * 20}))["k"] == 8
    assert reliability(make_runs({"a": "S" * 20}), k=10)["k"] == 10


def test_the_limits_of_k_rest_on_the_scenarios_if_all_agree() -> None:
    # pass@2 of SF is 1 in each of ten: n = 10, as if all passed. pass^2 is 0 in each.
    numbers = reliability(make_runs({f"s{i}": "SF" for i in range(10)}))
    assert numbers["pass@2.low"] == pytest.approx(0.6614913773511432, abs=1e-9)
    assert numbers["pass@2.high"] == 1
    assert numbers["pass^2.low"] == 0
    assert numbers["pass^2.high"] == pytest.approx(0.33850862264885684, abs=1e-9)


def test_the_limits_of_k_rest_on_a_kth_of_the_runs() -> None:
    # pass^2: 1/6 nine times, and 1/2. se^2 = 0.1/90, 0.16/se^2 = 144; n* = 40; n0/2 = 20.
    numbers = reliability(make_runs({**{f"s{i}": "SSFF" for i in range(9)}, "t": "SSSF"}))
    assert numbers["pass^2"] == pytest.approx(0.2, abs=1e-12)
    assert numbers["pass^2.low"] == pytest.approx(0.0705068929416603, abs=1e-9)
    assert numbers["pass^2.high"] == pytest.approx(0.4517357959810578, abs=1e-9)


def test_the_flakiest_come_first() -> None:
    # 1, 1, then 2/3 of four runs before 2/3 of three, then 1/2.
    runs = make_runs({"d": "SFFF", "c": "SF", "b": "SSF", "x": "SSFF", "a": "SF", "e": "SS"})
    assert reliability(runs)["flaky"] == ["a", "c", "x", "b", "d"]
    many = make_runs({f"s{i:02}": "SF" for i in range(12)})
    assert reliability(many)["flaky"] == [f"s{i:02}" for i in range(10)]


# Two sides


def both(old: dict[str, str], new: dict[str, str]) -> tuple[list[Json], list[Json]]:
    return make_runs(old), make_runs(new, batch="b2")


def test_a_comparison_of_nothing_cannot_tell() -> None:
    old, new = both({"a": "SS", "b": "P", "d": "F"}, {"b": "S", "c": "F", "d": "_"})
    numbers = compare(old, new)
    holds(numbers, only_old=["a"], only_new=["c"], unjudged=["b", "d"], verdict="cannot tell")
    holds(numbers, same_setting=True, screen=[], screen__p=[], screen__q=[], screen__drop=[])
    for name in ("old.rate", "new.n", "difference", "these.low", "like.high", "p", "mde"):
        assert numbers[name] is None, name
    holds(numbers, runs_to_detect=None, old__messages__p50=None)


def test_one_run_a_side_is_mcnemar() -> None:
    # p = 2 / 2^6. The limits of 6 of 6 are 0.6096 and 1: low = 1 - sqrt(2) * 0.3903.
    six = "abcdef"
    old, new = both(dict.fromkeys(six, "F"), dict.fromkeys(six, "S"))
    numbers = compare(old, new)
    holds(numbers, p=0.03125, difference=1.0, verdict="better", these__high=1.0)
    holds(numbers, these__low=0.44798395618951337, like__low=None)
    # No side has two runs: q = 1/2, 1/4. mde = 2.801585218 sqrt(1/4 * 12) / 6.
    holds(numbers, mde=2.801585218 * 3**0.5 / 6)
    holds(compare(new, old), p=0.03125, difference=-1.0, verdict="worse")
    holds(compare(new, old), these__high=-0.44798395618951337, screen=list("abcde"))
    holds(compare(new, old), screen__p=[0.5] * 5, screen__q=[0.5] * 5, screen__drop=[1.0] * 5)


def test_equal_sides_differ_by_nothing() -> None:
    old, new = both({"a": "SS", "b": "FF"}, {"a": "SS", "b": "FF"})
    numbers = compare(old, new)
    holds(numbers, p=1.0, difference=0.0, verdict="cannot tell", mde=None, runs_to_detect=None)
    old, new = both({"a": "SS"}, {"a": "SS"})
    holds(compare(old, new), p=1.0, difference=0.0, mde=None)


def test_the_p_of_unequal_sides_is_fisher_s_in_each() -> None:
    # One scenario, 3 of 3 then 0 of 2: P(x <= 0) = C(3,3) / C(5,3) = 1/10.
    old, new = both({"a": "SSS"}, {"a": "FF"})
    holds(compare(old, new), p=0.2, screen__p=[0.1], screen__q=[0.1], screen__drop=[1.0])


def test_scenarios_that_all_moved_alike_have_the_limits_of_each_side() -> None:
    # 1/2 with 15.013 runs, and all of 7.507: 0.66149 to 1.
    ten = [f"s{i}" for i in range(10)]
    numbers = compare(*both(dict.fromkeys(ten, "SF"), dict.fromkeys(ten, "SS")))
    holds(numbers, difference=0.5)
    holds(numbers, like__low=0.09315538429834747, like__high=0.7256866272462752)


def test_scenarios_like_these_are_never_told_closer_than_these() -> None:
    # d = 0.9, s / sqrt(10) = 0.1, times 2.262: 0.674 to 1.126. These: 0.4882 to 0.9821.
    ten = [f"s{i}" for i in range(10)]
    new = {**dict.fromkeys(ten, "S"), "s3": "F"}
    numbers = compare(*both(dict.fromkeys(ten, "F"), new))
    holds(numbers, these__low=0.4882577337711384, like__low=numbers["these.low"], like__high=1.0)


def test_the_screen_has_the_deeper_drop_first() -> None:
    # Both have p = 1/2.
    old, new = both({"a": "SF", "b": "S"}, {"a": "FF", "b": "F"})
    holds(compare(old, new), screen=["b", "a"], screen__drop=[1.0, 0.5], screen__p=[0.5, 0.5])


def test_equal_drops_are_shown_in_the_order_of_their_names() -> None:
    # p is 3/4 and the drop 1/3 in both: 1/1 to 2/3, and 1/3 to 0/1. In floats the drops differ.
    old, new = both({"b": "S", "a": "SFF"}, {"b": "SSF", "a": "F"})
    third = pytest.approx([1 / 3, 1 / 3], abs=1e-12)
    numbers = compare(old, new)
    holds(numbers, screen=["a", "b"], screen__p=[0.75, 0.75])
    assert numbers["screen.drop"] == third


def test_criteria_of_two_sides_go_down_by_themselves() -> None:
    old = [make_run("a", sequence=i, criteria={"x": True, "y": None, "z": True}) for i in range(3)]
    new = [
        make_run("a", batch="new", sequence=i, criteria={"x": False, "y": True}) for i in range(2)
    ]
    numbers = compare(old, new)
    holds(numbers, criterion__x__difference=-1.0, criterion__x__p=0.1, criterion__x__q=0.1)
    assert "criterion.y.p" not in numbers
    assert "criterion.z.p" not in numbers
    assert numbers["p"] == 1


def test_the_settings_of_two_sides() -> None:
    old = make_runs({"a": "S", "b": "S"})
    new = [*make_runs({"a": "S"}, batch="b2"), *make_runs({"b": "P"}, batch="b2", model="other")]
    assert compare(old, new)["same_setting"] is True
    new += make_runs({"a": "P"}, batch="b3", model="other")
    assert compare(old, new)["same_setting"] is True
    new += make_runs({"a": "F"}, batch="b4", model="other")
    assert compare(old, new)["same_setting"] is False


def test_an_id_on_both_sides_is_refused() -> None:
    runs = make_runs({"a": "S"})
    with pytest.raises(ValueError, match="a-b1-1"):
        compare(runs, runs)


def test_labels_share_the_error_among_them() -> None:
    # p of 1/32 and 1: Holm gives 2/32 and 1, and 1/16 is no verdict.
    six = "abcdef"
    old, new = both(dict.fromkeys(six, "F"), dict.fromkeys(six, "S"))
    same = make_runs(dict.fromkeys(six, "F"), batch="b3")
    numbers = compare_many(old, {"one": new, "two": same})
    assert numbers["one.p"] == 0.0625
    assert numbers["two.p"] == 1
    assert numbers["one.verdict"] == "cannot tell"
    assert compare_many(old, {"one": new})["one.verdict"] == "better"


# The gate


def test_29_passes_of_29_pass_0_9_and_28_do_not() -> None:
    numbers = gate(make_runs({"a": "S" * 29}), min_success=0.9)
    holds(numbers, success__low=0.9018553723227043, success__high=1.0, success__n=29.0)
    holds(numbers, success__verdict="pass", verdict="pass", exit=0, success__least_runs=29)
    numbers = gate(make_runs({"a": "S" * 28}), min_success=0.9)
    holds(numbers, success__low=0.8985342644272752, success__verdict="cannot tell", exit=5)
    holds(numbers, success__settle_runs=29)


def test_a_gate_rests_on_no_more_than_the_harmonic_runs() -> None:
    # n* = 9, n0 = 8, x = 6: quantiles of Beta(6, 3) and Beta(7, 2).
    numbers = gate(make_runs({"a": "SSSS", "b": "SSFF"}), min_success=0.5)
    holds(numbers, success__n=8.0, success__low=0.400310610809167, success__high=0.9536107360203888)


def test_failing_takes_more_the_more_is_required() -> None:
    runs = [make_run("a", "failure", sequence=i, criteria={"x": True}) for i in range(5)]
    numbers = gate(runs, min_success=0.5)
    holds(numbers, success__low=0.0, success__high=0.4507197283469412, exit=4)
    numbers = gate(runs, min_success=0.5, criterion={"x": 0.5})
    holds(numbers, success__high=0.5218237501049815, success__verdict="cannot tell", exit=5)
    holds(numbers, criterion__x__verdict="pass", criterion__x__low=0.05 ** (1 / 5))
    holds(numbers, success__settle_runs=None)


def test_a_gate_needs_judged_runs() -> None:
    numbers = gate(make_runs({"a": "P"}), min_success=0.5)
    holds(numbers, errors__share=1.0, errors__verdict="cannot tell", thin=1, exit=5)
    holds(numbers, success__n=None, success__low=None, success__verdict="cannot tell")
    holds(gate([], min_success=0.5), errors__share=None, thin=0, errors__verdict="cannot tell")
    # 1 of 11 excluded is below a tenth, but all of a scenario.
    numbers = gate(make_runs({"a": "S" * 10, "b": "P"}), min_success=0.5)
    holds(numbers, errors__verdict="pass", thin=1, success__verdict="pass", verdict="cannot tell")
    # A half is enough.
    holds(gate(make_runs({"a": "S" * 19, "b": "SP"})), thin=0, verdict="pass")
    # A tenth is, too.
    holds(gate(make_runs({"a": "S" * 9 + "P"})), errors__verdict="pass", errors__share=0.1)


def test_a_scenario_below_its_rule_fails_the_gate() -> None:
    runs = make_runs({"a": "SSSSSSSSSF", "b": "SF", "c": "S"})
    holds(gate(runs, min_scenario=0.9), scenario__below=["b"], verdict="not good enough", exit=4)
    holds(gate(runs, min_scenario=0.5), scenario__below=[], verdict="pass", exit=0)


def test_a_regression_is_against_the_paired_baseline() -> None:
    # Both all pass with 10 runs: L = 0.05^(1/10) = 0.7411; low = -0.2589, high = +0.2589.
    old, new = both({"a": "S" * 10}, {"a": "S" * 10})
    numbers = gate(new, old, max_regression=0.3)
    holds(numbers, regression__low=0.05**0.1 - 1, regression__high=1 - 0.05**0.1)
    holds(numbers, regression__missing=[], regression__verdict="pass")
    assert gate(new, old, max_regression=0.2)["regression.verdict"] == "cannot tell"
    # With two requirements, the high one is at half of the error.
    numbers = gate(new, old, max_regression=0.3, min_success=0.5)
    holds(numbers, regression__low=0.05**0.1 - 1, regression__high=1 - 0.025**0.1)
    # From all to none: high = -1 + sqrt((1 - 0.7411)^2 + (1 - 0.7411)^2).
    _, failing = both({}, {"a": "F" * 10})
    numbers = gate(failing, old, max_regression=0.3)
    holds(numbers, regression__high=-1 + 2**0.5 * (1 - 0.05**0.1))
    holds(numbers, regression__verdict="not good enough")
    more = [*old, *make_runs({"b": "S", "c": "P"})]
    numbers = gate(failing, more, max_regression=0.3)
    holds(numbers, regression__missing=["b"], regression__verdict="cannot tell")


def test_what_a_gate_cannot_take_is_refused() -> None:
    runs = make_runs({"a": "S"})
    with pytest.raises(ValueError, match="baseline"):
        gate(runs, max_regression=0.1)
    with pytest.raises(ValueError, match="greets"):
        gate(runs, criterion={"greets": 0.5})


def test_a_gate_waits_while_the_rest_may_decide() -> None:
    # 29 of 30 have low 0.8514; 30 of 30 pass 0.9.
    holds(gate(make_runs({"a": "S" * 29}), min_success=0.9, planned=30), wait__verdict="wait")
    holds(gate(make_runs({"a": "S" * 30}), min_success=0.9, planned=30), wait__verdict="pass")
    # All of 16 pass; 16 of 20 pass a half, whatever comes; pending runs are still to come.
    runs = make_runs({"a": "S" * 16 + "____"})
    holds(gate(runs, min_success=0.5, planned=20), wait__verdict="pass")
    holds(
        gate(make_runs({"a": "F" * 16}), min_success=0.5, planned=20),
        wait__verdict="not good enough",
    )
    holds(
        gate(make_runs({"a": "S" * 16 + "PP"}), min_success=0.5, planned=20),
        wait__verdict="cannot tell",
    )
    holds(gate(make_runs({"a": "PP"}), min_success=0.5, planned=20), wait__verdict="wait")
    # 2 of 20 are excluded, which is not too many, but all that "b" has.
    runs = make_runs({"a": "S" * 18, "b": "PP"})
    holds(gate(runs, min_success=0.5, planned=2), wait__verdict="cannot tell")
    holds(gate(runs, min_success=0.5, planned=20), wait__verdict="wait")


# Over time


def test_one_day_has_no_trend() -> None:
    numbers = trend(make_runs({"a": "SF"}))
    holds(numbers, occasions=["2024-06-10"], judged=[2], rates=[0.5], undated=[])
    for name in ("latest.p", "latest.verdict", "change.p", "change.difference", "change.at"):
        assert numbers[name] is None
    holds(trend([]), occasions=[], rates=[], change__p=None)


def test_a_batch_is_of_the_day_of_its_first_run() -> None:
    late = START - START % DAY + DAY - 1
    runs = [
        make_run("a", batch="one", sequence=1, created_at=late + 5),
        make_run("a", batch="one", sequence=2, without=["createdAt"]),
        make_run("a", batch="one", sequence=3, created_at=late // 1000),
        make_run("a", "failure", batch="two", sequence=1, created_at=late + 1),
        make_run("b", batch="three", without=["createdAt"]),
    ]
    numbers = trend(runs)
    holds(numbers, occasions=["2024-06-10", "2024-06-11"], judged=[3, 1], rates=[1.0, 0.0])
    holds(numbers, undated=["three"])
    # P(x <= 0) = C(3,3) / C(4,3) = 1/4; two-sided 1/2, of one split.
    holds(numbers, change__p=0.5, change__difference=-1.0, change__at=None, latest__p=0.5)


def test_the_change_is_where_the_runs_change() -> None:
    # 8 of 8, then 0 of 8 on two days: the first split has 1 / C(24,8), twice, of two splits.
    days = ["S" * 8, "F" * 8, "F" * 8]
    runs = [
        run
        for day, letters in enumerate(days)
        for run in make_runs({"a": letters}, batch=f"b{day}", day=day)
    ]
    numbers = trend(runs)
    holds(numbers, change__at="2024-06-11", change__difference=-1.0)
    assert numbers["change.p"] == pytest.approx(4 / 735471, rel=1e-12)
    assert numbers["latest.p"] == pytest.approx(2 * 12870 / 735471, rel=1e-12)
    assert numbers["latest.verdict"] == "cannot tell"
    assert trend(runs, by="batch")["change.at"] == 2
    assert trend(runs, by="batch")["occasions"] == [1, 2, 3]


def test_batches_of_one_time_are_ranked_by_reference() -> None:
    runs = [
        *make_runs({"a": "F"}, batch="b2"),
        *make_runs({"a": "S"}, batch="b1"),
        *make_runs({"b": "S"}, batch="b9", day=-1),
    ]
    holds(trend(runs, by="batch"), occasions=[1, 2], rates=[1.0, 0.0], judged=[2, 1])


# What holds of all runs


@drawn
@given(run_sets())
def test_the_bounds_of_drawn_runs_are_in_order(runs: list[Json]) -> None:
    numbers = summarize(runs)
    assert (
        sum(numbers[f"verdict.{v}"] for v in ("success", "failure", "agent_error"))
        == (numbers["judged"])
    )
    if numbers["rate"] is not None:
        assert 0 <= numbers["these.low"] < numbers["these.high"] <= 1
        assert numbers["these.low"] <= numbers["rate"] <= numbers["these.high"]
        assert numbers["worst"] <= numbers["best"]
    assert len(numbers["read_first"]) == len(numbers["read_first.beside"]) <= 10
    reliability(runs)
    trend(runs)
    trend(runs, by="batch")


@drawn
@given(run_sets(plain=True, least=10, scenarios=14))
def test_these_are_never_wider_than_those_like_them(runs: list[Json]) -> None:
    numbers = summarize(runs)
    if numbers["like.low"] is not None:
        assert numbers["like.low"] <= numbers["these.low"]
        assert numbers["these.high"] <= numbers["like.high"]


@drawn
@given(two_sides())
def test_swapped_sides_swap_the_comparison(sides: tuple[list[Json], list[Json]]) -> None:
    old, new = sides
    one, other = compare(old, new), compare(new, old)
    assert one["p"] == other["p"]
    if one["p"] is not None:
        assert one["difference"] == -other["difference"]
        assert one["these.low"] == pytest.approx(-other["these.high"], abs=1e-12)
        gate(new, old, max_regression=0.1, min_success=0.5)


# The formulas against other libraries


@given(st.integers(1, 500), st.floats(0, 1))
@settings(deadline=None)
def test_wilson_is_the_one_of_statsmodels(n: int, share: float) -> None:
    c = round(share * n)
    told = rates.wilson(c / n, n, rates.two_sided_z(0.95))
    known = proportion_confint(c, n, method="wilson")
    assert told == pytest.approx(known, abs=1e-12)


@given(st.lists(st.sampled_from([0.001, 0.01, 0.03, 0.03, 0.2, 1.0]), min_size=1, max_size=9))
@settings(deadline=None, max_examples=15)  # the library collects garbage in each call
def test_adjusted_p_are_the_ones_of_statsmodels(ps: list[float]) -> None:
    assert rates.holm(ps) == pytest.approx(multipletests(ps, method="holm")[1])
    assert rates.benjamini_hochberg(ps) == pytest.approx(multipletests(ps, method="fdr_bh")[1])


@given(st.lists(st.integers(-5, 100), min_size=1), st.sampled_from([0.5, 0.9, 0.95]))
@settings(deadline=None)
def test_quantiles_are_the_ones_of_numpy(values: list[int], share: float) -> None:
    assert rates.quantile_7(values, share) == pytest.approx(float(np.quantile(values, share)))
