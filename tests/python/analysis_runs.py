"""Runs for tests of the analysis: plain dicts in the form of the API, made in few words.

One run, with what the test is about and usual values for the rest:

    make_run("refund", "failure", criteria={"greets": True, "refunds": False})
    make_run("refund", batch="b2", sequence=3, day=4, talk=["user:Hi", "agent:Hello", "user:Bye"])
    make_run("refund", metrics={"sentiment": "negative"}, duration=None)  # None: left out

Many runs, a letter each (`LETTERS`): S success, F failure, A agent_error, P platform_error,
U unknown_error, X stopped, _ pending:

    make_runs({"refund": "SSFS", "hours": "FF_"})                # batches refund-b1, hours-b1
    make_runs({"refund": "SSFS"}, batch="b2", day=2, endpoint="voice")

For the analysis: `held(runs)` gives them as `simruns.Runs`, `texts(runs)` as JSON texts, and
`read_lines(path)` reads the dicts of a file of runs.

For Hypothesis, whole sets of runs that reach the odd corners, each a list of such dicts:

    @given(run_sets())                  # one set; may be empty, may have nothing judged
    @given(two_sides())                 # (old, new), which share no id and most scenarios
    @given(run_sets(plain=True))        # complete members only, verdicts and counts vary
    @given(run_sets(plain=True, least=10, scenarios=14))   # enough scenarios for "like these"

`@settings(deadline=None)` beside it: drawing a set takes longer than Hypothesis allows by itself.
Ids are unique in a set, and they differ between the two sides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    import simruns

Json = dict[str, Any]
Criteria = Mapping[str | None, bool | None] | Sequence[tuple[str | None, bool | None]]

START = 1_718_000_000_000
"""The time of the first day: 2024-06-10 06:13:20 UTC."""
DAY = 86_400_000
LETTERS = {
    "S": "success",
    "F": "failure",
    "A": "agent_error",
    "P": "platform_error",
    "U": "unknown_error",
    "X": "stopped",
    "_": "pending",
}
METRICS: dict[str, Json] = {
    "success": {"status": "SUCCESS", "success": True},
    "failure": {"status": "FAILED", "success": False},
    "agent_error": {"status": "ERROR", "errorInfo": {"category": "AI_AGENT_TIMEOUT"}},
    "platform_error": {"status": "ERROR", "errorInfo": {"category": "LLM_PROVIDER_ERROR"}},
    "unknown_error": {"status": "ERROR", "errorInfo": {"category": "UNKNOWN"}},
    "stopped": {"isBatchStopped": True, "isConversationEnded": False},
    "pending": {},
}


def make_turn(role: str | None, text: str | None, at: int | None = None) -> Json:
    """One turn. What is None is left out; without a role, the turn has no `data`."""
    turn = {"data": None if role is None else {"role": role}, "text": text, "createdAt": at}
    return {name: value for name, value in turn.items() if value is not None}


def make_turns(talk: Iterable[str], start: int = START, step: int = 1000) -> list[Json]:
    """Turns of words "role:text", `step` milliseconds apart."""
    parted = [words.partition(":") for words in talk]
    return [make_turn(role, text, start + step * i) for i, (role, _, text) in enumerate(parted)]


def make_criteria(criteria: Criteria, kind: str = "text") -> tuple[list[Json], list[Json]]:
    """The members `successCriteria` and `results` of names with what is said of each.

    The name None is a criterion without a name, and a result that says None is silent.
    """
    pairs = list(criteria.items() if isinstance(criteria, Mapping) else criteria)
    names = [{} if name is None else {"name": name} for name, _ in pairs]
    wanted = [{"type": kind, "params": name} for name in names]
    said = [{} if word is None else {"success": word} for _, word in pairs]
    return wanted, [{"type": kind, **name, **word} for name, word in zip(names, said, strict=True)]


def make_run(
    scenario: str = "s1",
    verdict: str = "success",
    *,
    batch: str | None = None,
    sequence: int | None = 1,
    id: str | None = None,  # noqa: A002
    day: int = 0,
    created_at: int | None = None,
    endpoint: str | None = "rest",
    model: str | None = "model-1",
    criteria: Criteria | None = None,
    results: list[Json] | None = None,
    talk: Iterable[str] | None = None,
    turns: list[Json] | None = None,
    messages: int = 2,
    duration: int | None = 60_000,
    metrics: Json | None = None,
    without: Iterable[str] = (),
    **members: Any,
) -> Json:
    """One run of this verdict, as the API gives it.

    The batch is `SCENARIO-b1` and the id is made of batch and sequence, if they are not given.
    `day` counts from `START`; `created_at` is milliseconds and goes first. The conversation is
    `turns`, else `talk` ("role:text"), else as many `messages` by user and agent in turn.
    `criteria` make `successCriteria` and `results`; `results` replaces the latter. `metrics` are
    added to those of the verdict, and `members` (maxTurns=30) to the run. Members that are None,
    and those of `without`, are left out.
    """
    batch = f"{scenario}-b1" if batch is None else batch
    start = START + DAY * day if created_at is None else created_at
    if talk is None:
        talk = [f"{('user', 'agent')[i % 2]}:message {i}" for i in range(messages)]
    said = make_turns(talk, start) if turns is None else turns
    wanted, judged = make_criteria(criteria or {})
    told: Json = dict(METRICS[verdict])
    if criteria is not None or results is not None:
        told["results"] = judged if results is None else results
    run = {
        "id": f"{batch}-{sequence}" if id is None else id,
        "organisationReference": "organisation",
        "projectReference": "project",
        "simulationReference": scenario,
        "simulationRunBatchReference": batch,
        "sequence": sequence,
        "largeLanguageModelReferenceId": model,
        "endPointType": endpoint,
        "turns": said,
        "totalTurns": len(said),
        "successCriteria": wanted,
        "metrics": {**told, **(metrics or {})},
        "createdAt": start,
        "createdBy": "someone",
        "duration": duration,
        **members,
    }
    left_out = set(without)
    return {key: value for key, value in run.items() if value is not None and key not in left_out}


def make_runs(scenarios: Mapping[str, str], *, batch: str = "b1", **each: Any) -> list[Json]:
    """Runs of these scenarios, one for each letter, in batches `SCENARIO-BATCH`."""
    return [
        make_run(name, LETTERS[letter], batch=f"{name}-{batch}", sequence=number, **each)
        for name, letters in scenarios.items()
        for number, letter in enumerate(letters, 1)
    ]


def texts(runs: Iterable[Json]) -> list[str]:
    """The JSON text of each run."""
    return [json.dumps(run, ensure_ascii=False) for run in runs]


def held(runs: Iterable[Json]) -> simruns.Runs:
    """The runs as the analysis takes them."""
    import simruns

    return simruns.read_json(texts(runs))


def read_lines(path: Path) -> list[Json]:
    """The runs of a file with the JSON of one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


NAMES = ["greets", "refunds", "polite", "Refunds"]
TEXTS = ["Hello", " hello ", "HELLO\n", "Bye", "Straße", "STRASSE", "", "  "]
ROLES = ["user", "assistant", "agent", "bot", "Assistant", "BOT", "User", "tool", "system", "judge"]
ENDPOINTS = ["rest", "voice", "web|chat"]
MODELS = ["model-1", "model-2"]
SENTIMENTS = ["positive", "negative", "neutral", "mixed"]
LEFT_OUT = ["duration", "createdAt", "endPointType", "largeLanguageModelReferenceId", "sequence"]
"""Members that a run may lack. The contract requires some of them."""
PERCENTAGES = [
    {"percentage": 50.0, "numerator": 1, "denominator": 2},
    {"percentage": 33.3, "numerator": 1, "denominator": 3},
    {"percentage": 66.0, "numerator": 2, "denominator": 3},
    {"percentage": 100.5, "numerator": 1, "denominator": 1},
    {"percentage": 100.6, "numerator": 1, "denominator": 1},
    {"percentage": 0.0, "numerator": 0, "denominator": 0},
    {"percentage": 0.0, "numerator": 0, "denominator": -1},
    {"percentage": 10.0, "numerator": 1},
]
LETTER_POOLS = ["SFAPUX_", "SF", "SSSF", "SFFF", "S", "F", "FA", "PX_", "_"]
"""Which verdicts a scenario has: all of them, even odds, all pass, all fail, nothing judged."""


def _criteria() -> st.SearchStrategy[list[tuple[str | None, bool | None]]]:
    """Some named, some doubled, some without a name; said, denied or silent."""
    pair = st.tuples(st.sampled_from([*NAMES, None]), st.sampled_from([True, True, False, None]))
    return st.lists(pair, max_size=4)


def _turns(start: int) -> st.SearchStrategy[list[Json]]:
    """Turns of any roles, with equal texts among them, and times that go back now and then."""
    turn = st.tuples(
        st.sampled_from([*ROLES[:4] * 2, *ROLES, None]),
        st.sampled_from([*TEXTS, None]),
        st.sampled_from([0, 1, 250, 1000, 1000, 4000, -300, None]),
    )

    def timed(told: list[tuple[str | None, str | None, int | None]]) -> list[Json]:
        out, at = [], start
        for role, text, step in told:
            at += step or 0
            out.append(make_turn(role, text, None if step is None else at))
        return out

    return st.lists(turn, max_size=7).map(timed)


@st.composite
def _odd_metrics(draw: st.DrawFn) -> Json:
    """Members of `metrics` that do not change what the verdict is decided by."""
    out: Json = {}
    if draw(st.booleans()):
        out["sentiment"] = draw(st.sampled_from(SENTIMENTS))
    if draw(st.integers(0, 3)) == 0:
        out["successRate"] = draw(st.sampled_from(PERCENTAGES))
    if draw(st.integers(0, 3)) == 0:
        out["isConversationEnded"] = draw(st.booleans())
    if draw(st.integers(0, 5)) == 0:
        out["success"] = draw(st.booleans())
    return out


@st.composite
def _odd_runs(draw: st.DrawFn, plain: dict[str, Any]) -> Json:
    """The run that `make_run` gives for `plain`, with odd members."""
    more = dict(plain)
    names = draw(_criteria())
    judged = make_criteria(names)[1]
    kept = draw(st.sampled_from([len(judged)] * 3 + [0, max(0, len(judged) - 1)]))
    turned = draw(st.booleans())
    more["criteria"] = names
    more["results"] = (judged[::-1] if turned else judged)[:kept]
    more["turns"] = draw(_turns(START + DAY * plain["day"]))
    if plain["verdict"] not in ("stopped", "pending"):
        more["metrics"] = draw(_odd_metrics())
    else:
        del more["results"]
        more["criteria"] = None
    if plain["verdict"] == "agent_error" and draw(st.booleans()):
        more["metrics"]["errorInfo"] = {"category": "AI_AGENT_ERROR"}
    if plain["verdict"] == "unknown_error" and draw(st.booleans()):
        more["metrics"]["errorInfo"] = draw(st.sampled_from([{}, {"category": "NONE"}]))
    more["without"] = draw(st.lists(st.sampled_from(LEFT_OUT), max_size=2))
    more["maxTurns"] = draw(st.sampled_from([None, 0, 2, 4, 30]))
    more["duration"] = draw(st.sampled_from([None, 0, 1, 1000, 1000, 86_400_000]))
    return make_run(**more)


@st.composite
def run_sets(
    draw: st.DrawFn,
    *,
    plain: bool = False,
    least: int = 0,
    scenarios: int = 6,
    runs: int = 4,
    side: str = "",
    names: Sequence[str] | None = None,
) -> list[Json]:
    """A set of runs: `least` to `scenarios` scenarios, of 1 to 3 batches of 1 to `runs` runs each.

    `plain` runs have all of their members and no criteria. `side` begins the names of the batches,
    by which the ids of two sets differ. `names` are those of the scenarios; else they are drawn.
    """
    if names is None:
        names = [f"s{number}" for number in range(draw(st.integers(least, scenarios)))]
    out = []
    for name in names:
        pool = draw(st.sampled_from(LETTER_POOLS))
        for number in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
            batch = f"{side}{name}-b{number}"
            day = draw(st.integers(0, 3))
            endpoint = draw(st.sampled_from([*["rest"] * 4, *ENDPOINTS]))
            model = draw(st.sampled_from([*["model-1"] * 4, *MODELS]))
            for sequence in range(1, 1 + draw(st.integers(1, runs))):
                one = {
                    "scenario": name,
                    "verdict": LETTERS[draw(st.sampled_from(pool))],
                    "batch": batch,
                    "sequence": sequence,
                    "id": f"{batch}-{sequence}",
                    "day": day,
                    "endpoint": endpoint,
                    "model": model,
                }
                out.append(make_run(**one) if plain else draw(_odd_runs(one)))
    return draw(st.permutations(out)) if len(out) < 30 else out


@st.composite
def two_sides(
    draw: st.DrawFn, *, plain: bool = False, least: int = 0, scenarios: int = 6, runs: int = 4
) -> tuple[list[Json], list[Json]]:
    """An old and a new set of runs: most scenarios stand on both, some on one side only."""
    every = [f"s{number}" for number in range(draw(st.integers(least, scenarios)))]
    where = [draw(st.sampled_from(["both", "both", "both", "old", "new"])) for _ in every]
    parts = [
        draw(
            run_sets(
                plain=plain,
                runs=runs,
                side=f"{side}-",
                names=[name for name, at in zip(every, where, strict=True) if at in ("both", side)],
            )
        )
        for side in ("old", "new")
    ]
    return parts[0], parts[1]
