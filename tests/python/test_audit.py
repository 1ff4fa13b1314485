"""An audit says what people's labels come to: its numbers, and what it refuses."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")
pytest.importorskip("pandas")

import plain_runs
import plain_trust as plain
from analysis_runs import Json, held, make_run, make_runs, run_sets
from audits.main import found_by
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_analysis_numbers import agree

import simruns
from simruns.analysis.result import between
from simruns.analysis.sampled import exact_limits

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 60
drawn = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LETTERS = {"a": "SSFSF", "b": "SF", "c": "FFFS", "d": "SSSSSS", "e": "FPA", "f": "S"}


@pytest.fixture(scope="module")
def made() -> list[Json]:
    return make_runs(LETTERS)


@pytest.fixture(scope="module")
def runs(made: list[Json]) -> simruns.Runs:
    return held(made)


def scored(made: list[Json]) -> list[Json]:
    return [run for some in plain.strata(made).values() for run in some]


def labels_of(made: list[Json], **more: Any) -> list[Json]:
    """The labels of a person who says what the judge says."""
    return [{"run_id": run["id"], "label": plain_runs.verdict(run), **more} for run in scored(made)]


@st.composite
def labelled_sets(draw: st.DrawFn) -> tuple[list[Json], list[Json]]:
    """Runs, and labels of up to three people for some of them, and for runs that are not there."""
    made = draw(run_sets(least=1).filter(scored))
    ids = [*(run["id"] for run in made), "gone", "=1+1"]
    share = draw(st.sampled_from([0, 1, 2, 4]))
    words = draw(st.sampled_from([["success", "failure"], ["success"], ["failure"],
                                  ["success", "failure", "unsure", ""]]))  # fmt: skip
    people = draw(st.sampled_from([[""], ["ann"], ["ann", "bob"], ["", "ann", "bob"]]))
    keys = draw(st.sampled_from([[], ["greets"], ["greets", "none such"]]))
    out = []
    for one in ids:
        for who in people:
            if draw(st.integers(0, 4)) >= share:
                out.append({
                    "run_id": one, "labeller": who, "label": draw(st.sampled_from(words)),
                    **{f"criterion:{key}": draw(st.sampled_from(plain.DECISIONS)) for key in keys},
                })  # fmt: skip
    return made, out


@drawn
@given(labelled_sets())
def test_a_number_that_is_not_there_has_a_reason(both: tuple[list[Json], list[Json]]) -> None:
    made, labels = both
    for drawn_by in ((None, None), (4, 1)):
        audit = simruns.audit(held(made), labels or labels_of(made), *drawn_by)
        missing = {name for name, value in audit.numbers().items() if value is None} - {"success"}
        assert audit.reasons.keys() == missing
        assert all(audit.reasons.values())


@drawn
@given(labelled_sets(), st.randoms(use_true_random=False))
def test_the_order_of_runs_and_of_labels_never_matters(
    both: tuple[list[Json], list[Json]], random: Any
) -> None:
    made, labels = both
    labels = labels or labels_of(made)
    first = simruns.audit(held(made), labels, 6, 1, min_success=0.5).numbers()
    sheet = simruns.audit_sheet(held(made), 6, 1).ids
    random.shuffle(made)
    random.shuffle(labels)
    assert simruns.audit(held(made), labels, 6, 1, min_success=0.5).numbers() == first
    assert simruns.audit_sheet(held(made), 6, 1).ids == sheet


def test_a_seed_gives_one_sheet_on_every_machine() -> None:
    made = make_runs({"refund": "SSFSFFSS", "hours": "SFFSA", "baggage": "SSSS", "ümlaut": "F"})
    sheet = simruns.audit_sheet(held(made), 8, 2026)
    assert list(sheet.ids) == SHEET
    assert simruns.audit_sheet(held(made), 8, "2026").ids == sheet.ids
    assert simruns.audit_sheet(held(made), 8, 2027).ids != sheet.ids


SHEET = [
    "refund-b1-1", "baggage-b1-3", "ümlaut-b1-1", "baggage-b1-4", "hours-b1-2", "refund-b1-2",
    "refund-b1-5", "hours-b1-1",
]  # fmt: skip


@drawn
@given(run_sets(least=1, plain=True).filter(scored), st.integers(2, 12))
def test_where_the_labels_agree_with_the_judge_the_rate_is_the_judges(
    made: list[Json], n: int
) -> None:
    runs = held(made)
    sheet = simruns.audit_sheet(runs, n, 3)
    labels = [one for one in labels_of(made) if one["run_id"] in sheet.ids]
    audit = simruns.audit(runs, labels, n, 3)
    counts = audit.cell["success"].failure, audit.cell["failure"].success
    assert counts == (0, 0)
    if audit.corrected.rate is None:  # a stratum of which no run is on the sheet
        assert "corrected" in audit.reasons
        return
    assert audit.corrected.rate == pytest.approx(simruns.summarize(runs).rate, abs=1e-12)
    assert audit.shift == pytest.approx(0, abs=1e-12)
    assert audit.agreement == pytest.approx(1)


@drawn
@given(labelled_sets())
def test_where_all_runs_are_labelled_nothing_of_these_very_runs_is_in_doubt(
    both: tuple[list[Json], list[Json]],
) -> None:
    made, labels = both
    said = {one["run_id"]: one["label"] for one in labels if one["label"] in plain.DECISIONS}
    whole = [one | {"label": said.get(one["run_id"], one["label"])} for one in labels_of(made)]
    audit = simruns.audit(held(made), whole)
    limits = audit.corrected.runs
    assert limits.low == limits.high == audit.corrected.rate
    assert audit.labelled == len(scored(made))


def test_fewer_labels_are_wider() -> None:
    made = make_runs({f"s{n}": "SSSFSSFS" for n in range(20)})
    runs = held(made)
    widths = []
    for n in (10, 20, 40, 80, 160):
        ids = simruns.audit_sheet(runs, n, 5).ids
        labels = [one for one in labels_of(made) if one["run_id"] in ids]
        found = simruns.audit(runs, labels, n, 5).corrected
        assert found.low is not None
        assert found.high is not None
        assert found.runs.low is not None
        assert found.runs.high is not None
        widths.append((found.high - found.low, found.runs.high - found.runs.low))
    assert widths == sorted(widths, reverse=True)
    assert widths[-1][1] == 0
    assert all(whole >= of_runs for whole, of_runs in widths)


def test_exact_limits_are_those_of_every_possible_set() -> None:
    for m in range(1, 13):
        for n in range(1, m + 1):
            for x in range(n + 1):
                for a in (0.025, 0.05, 0.2, 1 / 3):
                    stratum = plain.Stratum([], {}, {})
                    stratum.runs, stratum.n, stratum.x = m, n, x
                    assert exact_limits(m, n, x, a) == stratum._hypergeometric(a)
    assert math.isclose(exact_limits(100_000, 60, 41, 0.025).low, 0.55048)


def test_of_several_people_the_majority_counts_and_a_tie_is_told(
    made: list[Json], runs: simruns.Runs
) -> None:
    def said(run: str, **words: str) -> list[Json]:
        return [{"run_id": run, "labeller": who, "label": word} for who, word in words.items()]

    labels = [
        *said("a-b1-1", ann="success", bob="failure", eve="failure"),
        *said("a-b1-2", ann="success", bob="failure", eve="unsure"),
        *said("a-b1-3", ann=" Failure ", bob="", eve="UNSURE"),
        *said("d-b1-1", ann="success", bob="success"),
    ]
    audit = simruns.audit(runs, labels)
    assert (audit.labels, audit.labelled, audit.ties) == (11, 3, 1)
    assert (audit.human.pairs, audit.human.agreement) == (5, 2 / 5)
    assert audit.cell["success"].success == audit.cell["success"].failure == 1
    of_ann = simruns.audit(runs, labels, labeller="ann")
    assert (of_ann.labels, of_ann.labelled, of_ann.ties, of_ann.human.pairs) == (4, 4, 0, 0)


def test_labels_of_no_run_of_runs_with_an_error_and_off_the_sheet_are_named_and_left_out(
    made: list[Json], runs: simruns.Runs
) -> None:
    sheet = simruns.audit_sheet(runs, 6, 1)
    off = sorted({run["id"] for run in scored(made)} - {*sheet.ids})
    labels = [*labels_of(made), *({"run_id": one, "label": "success"} for one in ("x", "e-b1-3"))]
    audit = simruns.audit(runs, labels, 6, 1)
    assert (audit.unknown, audit.not_scored, audit.off_sheet) == (("x",), ("e-b1-3",), tuple(off))
    assert (audit.labelled, audit.unlabelled, audit.labels) == (6, 0, len(labels))
    told = str(audit)
    for words in (
        "are of no run: x",
        "neither a success nor a failure: e-b1-3",
        "not on the sheet",
    ):
        assert words in told
    plain_sample = simruns.audit(runs, labels)
    assert plain_sample.off_sheet is plain_sample.unlabelled is None
    assert "labels taken as a random sample" in str(plain_sample)


def test_a_requirement_takes_a_sheet_that_is_labelled_but_for_a_tenth() -> None:
    made = make_runs({f"s{n:02}": "S" * 19 + "F" for n in range(10)})
    runs = held(made)
    ids = simruns.audit_sheet(runs, 40, 1).ids
    labels = [one for one in labels_of(made) if one["run_id"] in ids]
    for left, verdict in ((0, "pass"), (4, "pass"), (5, "cannot tell")):
        audit = simruns.audit(runs, labels[left:], 40, 1, min_success=0.6)
        assert audit.unlabelled == left
        assert audit.success is not None
        assert audit.success.verdict == verdict
    high = simruns.audit(runs, labels, 40, 1, min_success=0.99).success
    assert high is not None
    assert high.verdict == "not good enough"


def test_where_no_run_of_a_word_is_labelled_there_is_no_rate_and_it_is_said_why(
    made: list[Json], runs: simruns.Runs
) -> None:
    labels = [one for one in labels_of(made) if one["label"] == "success"]
    audit = simruns.audit(runs, labels)
    numbers = audit.numbers()
    nothing = {name for name, value in numbers.items() if value is None}
    assert {"corrected", "corrected.low", "corrected.runs.high", "shift", "kappa", "agreement",
            "sensitivity", "specificity.low", "failure_right"} <= nothing  # fmt: skip
    assert numbers["success_right"] == 1
    assert numbers["judge.rate"] == pytest.approx(simruns.summarize(runs).rate)
    assert "no run is labelled that the judge took for a failure" in str(audit)


def test_criteria_are_compared_where_people_and_the_judge_decided() -> None:
    said = {"polite": [True, True, False, None], "a,b": [False, True, True, True]}
    made = [
        make_run("s", "success" if at % 2 else "failure", sequence=at,
                 criteria={key: some[at] for key, some in said.items()})
        for at in range(4)
    ]  # fmt: skip
    labels = [{**one, "criterion:polite": "success", "criterion:a,b": word, "criterion:odd": ""}
              for one, word in zip(labels_of(made), ["success", "", "failure", "unsure"],
                                   strict=True)]  # fmt: skip
    audit = simruns.audit(held(made), labels)
    assert sorted(audit.criterion) == ["a,b", "odd", "polite"]
    polite = audit.criterion["polite"]
    assert (polite.labelled, polite.agreement, polite.kappa) == (3, 2 / 3, 0)
    assert (audit.criterion["a,b"].labelled, audit.criterion["odd"].labelled) == (2, 0)
    agree(audit.numbers(), plain.audit(made, labels))


@pytest.mark.parametrize(
    ("labels", "how", "told"),
    [
        ([{"run_id": "a-b1-1", "label": "good"}], {}, "row 1: label is 'good'; give success"),
        ([{"run_id": "a-b1-1", "label": True}], {}, "row 1: label is 'true'; give success"),
        ([{"run_id": "a-b1-1", "label": "success", "criterion:x": "yes"}], {},
         "row 1: criterion:x is 'yes'; give success"),
        ([{"run_id": "x", "label": "success"}, {"run_id": "x", "label": ""}], {},
         "row 2: of run x, the same labeller says 'success' and '' as label"),
        ([{"run_id": "x", "label": "", "labeller": "ann", "criterion:k": word}
          for word in ("success", "failure")], {},
         "of run x, labeller 'ann' says 'success' and 'failure' as criterion:k"),
        ([{"run_id": "x", "label": "success", "labeller": "ann"}], {"labeller": "bob"},
         "no label is by labeller 'bob'; there is 'ann'"),
        ([{"run": "x", "label": "success"}], {}, "labels has no column run_id"),
        ([{"run_id": "x"}], {}, "labels has no column label"),
        (["x"], {}, "labels, row 1 is of type str"),
        ({"x": "success"}, {}, "labels is of type dict"),
        (7, {}, "labels is of type int"),
        ("no-such.csv", {}, "cannot read labels from no-such.csv: No such file"),
        ([], {"n": 5}, "n and seed are those of one sheet"),
        ([], {"seed": 5}, "n and seed are those of one sheet"),
        ([], {"n": 1, "seed": 5}, "n is 1; give 2 or more"),
        ([], {"n": 5.0, "seed": 5}, "n is 5.0; give a whole number"),
        ([], {"n": 5, "seed": 1.5}, "seed is 1.5; give a whole number or text"),
        ([], {"min_success": 0.9}, "min_success takes labels of a sheet"),
        ([], {"n": 5, "seed": 1, "min_success": 1}, "min_success is 1; give a number between"),
        ([], {"errors": "all"}, "errors is 'all'"),
        ([], {"confidence": 95}, "confidence is 95"),
    ],
)  # fmt: skip
def test_what_cannot_be_audited_is_refused(
    runs: simruns.Runs, labels: Any, how: dict[str, Any], told: str
) -> None:
    with pytest.raises(simruns.InvalidArgumentError) as error:
        simruns.audit(runs, labels, **how)
    assert told in str(error.value)


def test_runs_that_share_an_id_and_runs_of_which_none_is_scored_are_refused() -> None:
    twice = held([make_run(batch="b1", id="x"), make_run(batch="b2", id="x")])
    nothing = held(make_runs({"s": "AP_X"}))
    for runs, told in (
        (twice, "1 run with the id of another, as x"),
        (nothing, "nothing to label"),
    ):
        with pytest.raises(simruns.InvalidArgumentError, match=told):
            simruns.audit_sheet(runs, 5, 1)
        with pytest.raises(simruns.InvalidArgumentError, match=told):
            simruns.audit(runs, [])


@pytest.mark.parametrize("n", [1, 0, -3, True, 2.0, "5", None])
def test_a_sheet_of_another_n_is_refused(runs: simruns.Runs, n: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="n is"):
        simruns.audit_sheet(runs, n, 1)


def test_results_are_pickled_shown_and_given_as_frames(runs: simruns.Runs) -> None:
    sheet = simruns.audit_sheet(runs, 6, 1)
    audit = simruns.audit(runs, sheet.to_frame(), 6, 1, min_success=0.5)
    for result in (sheet, audit):
        assert pickle.loads(pickle.dumps(result)) == result
        assert result._repr_html_().count("<table")
    frame = sheet.to_frame()
    assert list(frame["run_id"]) == list(sheet.ids)
    assert list(frame.columns) == list(sheet.columns)
    assert list(frame["label"]) == [""] * 6
    assert {"cell", "criterion", "numbers"} <= set(audit.to_frames())
    assert audit.unlabelled == 6


@pytest.fixture(scope="module")
def labelled() -> tuple[simruns.Runs, list[Json]]:
    """Runs with a judge who takes failures for successes, and the labels of a sheet."""
    made = make_runs({f"s{n:02}": "SSSSSSSF" for n in range(12)})
    runs = held(made)
    ids = simruns.audit_sheet(runs, 40, 1).ids
    labels = [one | ({"label": "failure"} if one["run_id"].endswith("-5") else {})
              for one in labels_of(made) if one["run_id"] in ids]  # fmt: skip
    return runs, labels


def test_a_gate_takes_its_success_rate_from_the_labels(
    labelled: tuple[simruns.Runs, list[Json]],
) -> None:
    runs, labels = labelled
    for more in ({}, {"criterion": {}}, {"min_scenario": 0.5}):
        gate = simruns.gate(runs, min_success=0.5, labels=labels, sheet=(40, 1), **more)
        audit = simruns.audit(runs, labels, 40, 1, min_success=0.5)
        numbers = gate.numbers()
        for name in ("low", "high", "rate", "verdict", "n"):
            assert numbers[f"success.{name}"] == audit.numbers()[f"success.{name}"]
        assert numbers["success.judge.rate"] == audit.judge.rate
        assert numbers["success.labelled"] == 40
        assert "by labels of 40 of 40 rows, 0.88 by the judge" in str(gate)
        assert gate.error_rates is None
        assert "this one is by labels" in gate.reasons["error_rates"]
    assert gate.verdict == "pass"
    assert simruns.gate(runs, min_success=0.85).success.verdict == "cannot tell"
    assert simruns.gate(runs, min_success=0.85, labels=labels, sheet=(40, 1)).success.low < 0.7


def test_the_risk_to_fail_is_shared_by_all_requirements_of_a_gate(
    labelled: tuple[simruns.Runs, list[Json]],
) -> None:
    runs, labels = labelled
    made = [
        make_run(run.scenario, run.verdict, id=run.id, batch=run.batch, criteria={"k": True})
        for run in runs
    ]
    gate = simruns.gate(held(made), min_success=0.9, criterion={"k": 0.5}, labels=labels,
                        sheet=(40, 1))  # fmt: skip
    runs = held(made)
    low, high = (
        simruns.audit(runs, labels, 40, 1, min_success=0.9, confidence=confidence).success
        for confidence in (0.95, 0.975)
    )
    assert gate.success.low == low.low
    assert gate.success.high == pytest.approx(high.high, abs=1e-12)
    assert gate.success.high > low.high


def test_a_gate_of_a_sheet_that_is_not_labelled_cannot_tell_and_says_what_to_do(
    labelled: tuple[simruns.Runs, list[Json]],
) -> None:
    runs, labels = labelled
    gate = simruns.gate(runs, min_success=0.5, labels=labels[5:], sheet=(40, 1))
    assert (gate.verdict, gate.exit) == ("cannot tell", 5)
    assert "label these first" in gate.why
    blind = [one for one in labels if not one["run_id"].endswith("-8")]
    gate = simruns.gate(runs, min_success=0.5, labels=blind, sheet=(40, 1))
    assert gate.verdict == "cannot tell"
    why = "no run is labelled that the judge took for a failure"
    assert why in gate.why
    for name in ("success.rate", "success.low", "success.high"):
        assert (gate.numbers()[name], gate.reasons[name]) == (None, why)
    assert "success.n" not in gate.reasons
    nothing = simruns.gate(held([]), min_success=0.5)
    assert nothing.reasons == dict.fromkeys(
        ("success.rate", "success.n", "success.low", "success.high"), "no run is judged"
    )


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"labels": []}, "labels and sheet go together"),
        ({"sheet": (5, 1)}, "labels and sheet go together"),
        ({"labels": [], "sheet": 5}, r"sheet is 5; give \(n, seed\)"),
        ({"labels": [], "sheet": (1, 5)}, "n is 1; give 2 or more"),
        ({"labels": [], "sheet": (5, 1), "min_success": None, "min_scenario": 0.5},
         "labels go with min_success"),
        ({"labels": [], "sheet": (5, 1), "planned": 10}, "leave out planned"),
        ({"labels": [{"run_id": "x", "label": "?"}], "sheet": (5, 1)}, "label is '\\?'"),
    ],
)  # fmt: skip
def test_a_gate_refuses_labels_that_it_cannot_take(
    runs: simruns.Runs, how: dict[str, Any], told: str
) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=told):
        simruns.gate(runs, **{"min_success": 0.5, **how})


def test_sixty_labels_find_the_truth_behind_a_judge_who_passes_failing_runs() -> None:
    """The judge of a Simulator's runs: other runs, other faults of it and another sheet each time.

    `make audits` asks for as much of 400 seeds.
    """
    found = [found_by(seed) for seed in range(1, SEEDS + 1)]
    assert sum(one.scenarios for one in found) >= 0.93 * SEEDS
    assert sum(one.runs for one in found) >= 0.93 * SEEDS
    assert sum(one.moved for one in found) > SEEDS / 2


def test_the_example_of_the_docs_is_what_real_runs_say(real_data: Path) -> None:
    runs = simruns.open(real_data)
    verdicts = {run.id: run.verdict for run in runs}

    def audit_of(n: int, *, eighth: str = "") -> simruns.Audit:
        ids = simruns.audit_sheet(runs, n, 7).ids
        labels = [
            {"run_id": one, "label": eighth if eighth and not row % 8 else verdicts[one]}
            for row, one in enumerate(ids)
        ]
        return simruns.audit(runs, labels, n, 7)

    docs = " ".join((ROOT / "docs" / "trust.md").read_text(encoding="utf-8").split())
    for line in str(audit_of(60, eighth="failure")).splitlines()[1:4]:
        assert line in docs
    told = {n: audit_of(n).corrected for n in (20, 60, 200)}
    assert {round(one.rate or 0, 9) for one in told.values()} == {0.42}
    assert f"likely {between(told[60].low, told[60].high)}" in docs
    assert f"would say {between(told[20].low, told[20].high)}" in docs
    assert f"all 200 runs {between(told[200].low, told[200].high)}" in docs
