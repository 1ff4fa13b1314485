"""What one run says, in plain Python, from the dict of its JSON: for `plain_analysis`.

The verdict, and whether it contradicts itself, are the package's; all else is read from the dict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from plain_tables import joined

import simruns

Json = dict[str, Any]

JUDGED = {
    "agent": {"success", "failure", "agent_error"},
    "exclude": {"success", "failure"},
    "fail": {"success", "failure", "agent_error", "platform_error", "unknown_error"},
}
VERDICTS = (
    "success",
    "failure",
    "agent_error",
    "platform_error",
    "unknown_error",
    "stopped",
    "pending",
)
FIRST_MILLISECONDS = 100_000_000_000
"""A time below this is in seconds."""


def as_the_package_reads(run: Json) -> simruns.Run:
    return simruns.Run.from_json(json.dumps(run))


def verdict(run: Json) -> str:
    return as_the_package_reads(run).verdict


def contradictory(run: Json) -> bool:
    return as_the_package_reads(run).contradictory


def scenario(run: Json) -> str:
    return run.get("simulationReference") or ""


def batch(run: Json) -> tuple[str, str]:
    """A batch is of one scenario."""
    return scenario(run), run.get("simulationRunBatchReference") or ""


def run_id(run: Json) -> str:
    return run.get("id") or run.get("_id") or ""


def setting(run: Json) -> tuple[str, str]:
    """Endpoint and model."""
    return (
        run.get("endPointType") or "unknown",
        run.get("largeLanguageModelReferenceId") or "unknown",
    )


def sequence_last(run: Json) -> tuple[bool, int]:
    """Sorts by sequence, those without one last."""
    number = run.get("sequence")
    return (number is None, number or 0)


def metrics(run: Json) -> Json:
    return run.get("metrics") or {}


def turns(run: Json) -> list[Json]:
    return run.get("turns") or []


def messages(run: Json) -> int:
    return len(turns(run))


def milliseconds(time: int | None) -> int | None:
    if time is None:
        return None
    return time * 1000 if time < FIRST_MILLISECONDS else time


def created_at(thing: Json) -> int | None:
    """The time of a run or of a turn."""
    return milliseconds(thing.get("createdAt"))


# What was said


def told_role(turn: Json) -> str | None:
    """The word that `data.role` is, in lower case."""
    data = turn.get("data")
    role = data.get("role") if isinstance(data, dict) else None
    return role.lower() if isinstance(role, str) and role else None


def is_user(turn: Json) -> bool:
    return told_role(turn) == "user"


def is_agent(turn: Json) -> bool:
    return told_role(turn) in ("assistant", "agent", "bot")


def text(turn: Json) -> str:
    """Without white space around it; empty if there is no text."""
    return (turn.get("text") or "").strip()


def user_turns(run: Json) -> int | None:
    """None unless every turn tells its role."""
    if any(told_role(turn) is None for turn in turns(run)):
        return None
    return sum(is_user(turn) for turn in turns(run))


def replies(run: Json) -> list[int]:
    """Milliseconds from each user turn to the agent's text, before another user turn."""
    out = []
    for i, asked in enumerate(turns(run)):
        if not is_user(asked):
            continue
        for answer in turns(run)[i + 1 :]:
            if is_user(answer):
                break
            if is_agent(answer) and text(answer):
                start, end = created_at(asked), created_at(answer)
                if start is not None and end is not None:
                    out.append(end - start)
                break
    return out


def repeats_itself(run: Json) -> bool:
    said = [text(turn).casefold() for turn in turns(run) if is_agent(turn) and text(turn)]
    return any(one == other for one, other in pairwise(said))


def hits_max_turns(run: Json) -> bool:
    total, most = run.get("totalTurns"), run.get("maxTurns")
    open_end = metrics(run).get("isConversationEnded") is False
    return open_end and total is not None and most is not None and bool(total >= most)


def percentage_is_off(run: Json) -> bool:
    rate = metrics(run).get("successRate") or {}
    percentage, above, below = (
        rate.get(name) for name in ("percentage", "numerator", "denominator")
    )
    if below is not None and below <= 0:
        return True
    if percentage is None or above is None or below is None:
        return False
    return bool(abs(percentage - 100 * above / below) > 0.5)


# Criteria


def name_of(thing: Json) -> str | None:
    name = thing.get("name")
    return name if isinstance(name, str) else None


def what_is_said(result: Json) -> bool | None:
    """`success` decides, and where there is none, `passed`."""
    said = result["success"] if "success" in result else result.get("passed")
    return said if isinstance(said, bool) else None


def criteria(run: Json) -> dict[str, bool | None]:
    """What is said of each key: None is unsaid."""
    wanted = run.get("successCriteria") or []
    params = [one.get("params") or {} for one in wanted]
    results = [one if isinstance(one, dict) else {} for one in metrics(run).get("results") or []]
    names = [name_of(one) for one in params]
    said: dict[str, list[bool | None]] = {}
    for i, result in enumerate(joined([{"params": one} for one in params], results)):
        name = names[i]
        key = f"{wanted[i].get('type') or 'criterion'}@{i}" if name is None else name
        said.setdefault(key, []).append(None if result is None else what_is_said(result))
    return {
        key: False if False in words else None if None in words else True
        for key, words in said.items()
    }


def failed_keys(run: Json) -> list[str]:
    return sorted(key for key, said in criteria(run).items() if said is False)


def signature(run: Json) -> str:
    """Of a judged run that did not succeed."""
    failed = failed_keys(run)
    if failed:
        return "failure:" + "+".join(failed)
    category = (metrics(run).get("errorInfo") or {}).get("category") or "NONE"
    return f"{verdict(run)}:{category}"


# Many runs


def is_judged(run: Json, errors: str) -> bool:
    return verdict(run) in JUDGED[errors]


def judged_of(runs: Iterable[Json], errors: str) -> list[Json]:
    return [run for run in runs if is_judged(run, errors)]


def by_scenario(runs: Iterable[Json]) -> dict[str, list[Json]]:
    """In the order of the references."""
    out: dict[str, list[Json]] = {}
    for run in runs:
        out.setdefault(scenario(run), []).append(run)
    return dict(sorted(out.items()))


def successes(runs: Iterable[Json]) -> int:
    return sum(verdict(run) == "success" for run in runs)


def counts_of(runs: Iterable[Json], errors: str) -> dict[str, tuple[int, int]]:
    """(successes, judged runs) of each scenario with a judged run."""
    return {
        name: (successes(some), len(some))
        for name, some in by_scenario(judged_of(runs, errors)).items()
    }


def criterion_counts(judged: Iterable[Json], key: str) -> dict[str, tuple[int, int]]:
    """(met, said) of each scenario with a said result of this key."""
    out = {}
    for name, some in by_scenario(judged).items():
        said = [word for run in some if (word := criteria(run).get(key)) is not None]
        if said:
            out[name] = (sum(said), len(said))
    return out


def criterion_keys(runs: Iterable[Json]) -> list[str]:
    return sorted({key for run in runs for key in criteria(run)})
