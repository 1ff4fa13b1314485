"""Whether a verdict can be trusted, held against a plain implementation of the definitions."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")
pytest.importorskip("statsmodels")

import analysis_runs as made
import plain_trust as plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_analysis_numbers import agree

import simruns

ERRORS = st.sampled_from(["agent", "exclude", "fail"])
CONFIDENCES = st.sampled_from([0.9, 0.95, 0.99])
drawn = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# Was it the customer?

FIFTEEN = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
SAID = [
    "I would like to  change my flight",
    "I WOULD like to\nchange my flight",
    "19 characters long.",
    "yes",
    "Yes ",
    "no",
    "\u00a0\t",
    "",
    "How can I help you today?",
    "\uff29t\u2019s \ufb01ne, STRASSE, how may i assist you",
    "It's fine, straße, how may I assist  you",
    FIFTEEN,
    f"so {FIFTEEN.upper()} and",
    FIFTEEN.partition(" ")[2],
    None,
]
PARTS = [None, FIFTEEN, f"You are tired. {FIFTEEN} {FIFTEEN}", {"text": FIFTEEN}, "short", ""]
TALKS = st.lists(
    st.tuples(
        st.sampled_from(["user", "user", "agent", "assistant", "Bot", "tool", "judge", None]),
        st.sampled_from(SAID),
    ),
    max_size=9,
)


@st.composite
def suspicious_runs(draw: st.DrawFn) -> list[made.Json]:
    """Runs of few texts, so that much of what is looked for is there."""
    talks = draw(st.lists(TALKS, min_size=1, max_size=3))
    out = []
    for number in range(draw(st.integers(1, 7))):
        talk = draw(st.sampled_from(talks) | TALKS)
        metrics: made.Json = {}
        if draw(st.booleans()):
            metrics["isConversationEnded"] = draw(st.booleans())
        results = st.lists(st.sampled_from([{"success": True}, {"passed": True}, {"success": False},
                                            {}, "true", {"success": None, "passed": True}]),
                           max_size=2)  # fmt: skip
        params = draw(st.sampled_from([{}, {"a": {"b": [FIFTEEN]}}, {FIFTEEN: "a"}]))
        out.append(
            made.make_run(
                draw(st.sampled_from(["a", "b", "c"])),
                draw(st.sampled_from([*["success", "failure"] * 2, "agent_error", "platform_error",
                                      "pending"])),
                id=f"r{draw(st.integers(0, 9))}-{number}",
                sequence=number,
                day=draw(st.integers(0, 1)),
                turns=[made.make_turn(role, text) for role, text in talk],
                metrics=metrics,
                results=draw(results | st.none()),
                maxTurns=draw(st.sampled_from([None, 2, 3])),
                persona=draw(st.sampled_from(PARTS)),
                mission=draw(st.sampled_from(PARTS)),
                successCriteria=[{"type": "text", "params": params}],
                without=draw(st.sampled_from([[], ["createdAt"]])),
            )
        )  # fmt: skip
    return out


SCENARIOS = st.dictionaries(
    st.sampled_from("abc"),
    st.fixed_dictionaries(
        {}, optional={"persona": st.sampled_from(PARTS), "mission": st.sampled_from(PARTS)}
    ),
)


@drawn
@given(suspicious_runs(), SCENARIOS, ERRORS, CONFIDENCES)
def test_suspects(runs: list[made.Json], scenarios: Any, errors: Any, confidence: float) -> None:
    ours = simruns.suspects(made.held(runs), scenarios, errors=errors, confidence=confidence)
    agree(ours.numbers(), plain.suspects(runs, scenarios, errors=errors, confidence=confidence))


@settings(drawn, max_examples=30)
@given(made.run_sets(), ERRORS)
def test_suspects_of_odd_runs(runs: list[made.Json], errors: Any) -> None:
    ours = simruns.suspects(made.held(runs), errors=errors)
    agree(ours.numbers(), plain.suspects(runs, errors=errors))


# How often is the gate wrong?

THRESHOLDS = st.sampled_from([0.05, 0.1, 0.29, 0.5, 0.57, 0.75, 0.9, 0.95, 0.995])


@drawn
@given(THRESHOLDS, st.integers(1, 8), st.integers(1, 8), st.integers(1, 3), CONFIDENCES)
def test_error_rates_of_a_design(
    min_success: float, scenarios: int, each: int, requirements: int, confidence: float
) -> None:
    how: Any = {"scenarios": scenarios, "runs_per_scenario": each, "requirements": requirements,
                "confidence": confidence}  # fmt: skip
    agree(simruns.error_rates(min_success, **how).numbers(), plain.error_rates(min_success, **how))


@drawn
@given(made.run_sets(plain=True, least=1, scenarios=9), THRESHOLDS, ERRORS)
def test_error_rates_of_runs(runs: list[made.Json], min_success: float, errors: Any) -> None:
    try:
        theirs = plain.error_rates(min_success, runs, errors=errors)
    except ValueError:
        with pytest.raises(simruns.InvalidArgumentError):
            simruns.error_rates(min_success, made.held(runs), errors=errors)
        return
    held = made.held(runs)
    agree(simruns.error_rates(min_success, held, errors=errors).numbers(), theirs)
    agree(simruns.gate(held, min_success=min_success, errors=errors).numbers(), theirs)


# Is the judge right?

WORDS = st.sampled_from(["success", "success", "failure", " Failure", "unsure", "", None])
PEOPLE = st.sampled_from(["ann", "ann", "bob", "cy", ""])


@st.composite
def labelled_runs(draw: st.DrawFn) -> tuple[list[made.Json], list[dict[str, Any]]]:
    """Runs, and labels of most of them; a person may say two things of one run."""
    runs = draw(made.run_sets(plain=draw(st.booleans()), least=1, scenarios=4, runs=3))
    ids = [run["id"] for run in runs]
    people = draw(st.lists(PEOPLE, min_size=1, max_size=3, unique=True))
    labels = []
    for who in people:
        some = draw(st.lists(st.sampled_from([*ids, *ids, "of no run"]), unique=True)
                    if draw(st.booleans()) else st.just(ids))  # fmt: skip
        for run in some:
            label = {"run_id": run, "label": draw(WORDS), "labeller": who}
            for key in ("greets", "refunds", "nobody's"):
                if draw(st.booleans()):
                    label[f"criterion:{key}"] = draw(WORDS)
            labels.append(label)
    if labels and draw(st.integers(0, 9)) == 0:
        labels.append({**draw(st.sampled_from(labels)), "label": draw(WORDS)})
    return runs, labels


@drawn
@given(made.run_sets(plain=True, scenarios=8), st.integers(1, 30), st.integers(0, 3), st.booleans())
def test_a_sheet(runs: list[made.Json], n: int, seed: int, as_text: bool) -> None:
    given_seed: Any = str(seed) if as_text else seed
    try:
        theirs = plain.audit_sheet(runs, n, seed)
    except ValueError:
        with pytest.raises(simruns.InvalidArgumentError):
            simruns.audit_sheet(made.held(runs), n, given_seed)
        return
    sheet = simruns.audit_sheet(made.held(runs), n, given_seed)
    assert list(sheet.ids) == theirs.pop("ids")
    agree(sheet.numbers(), theirs)


@settings(drawn, max_examples=80)
@given(labelled_runs(), st.integers(2, 12) | st.none(), st.data(), ERRORS, CONFIDENCES)
def test_an_audit(
    both: Any, n: int | None, data: st.DataObject, errors: Any, confidence: float
) -> None:
    runs, labels = both
    how: dict[str, Any] = {"errors": errors, "confidence": confidence}
    if n is not None:
        how |= {"n": n, "seed": data.draw(st.integers(0, 3))}
        how["min_success"] = data.draw(st.sampled_from([None, 0.2, 0.5, 0.9]))
    how["labeller"] = data.draw(st.sampled_from([None, None, "ann", "bob"]))
    try:
        theirs = plain.audit(runs, labels, **how)
    except ValueError:
        with pytest.raises(simruns.InvalidArgumentError):
            simruns.audit(made.held(runs), labels, **how)
        return
    agree(simruns.audit(made.held(runs), labels, **how).numbers(), theirs)
