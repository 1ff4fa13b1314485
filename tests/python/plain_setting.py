"""A plain implementation of the setting of runs: dicts and loops, from its definition alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from analysis_runs import Json
from plain_runs import by_scenario, judged_of, scenario

WORDS = ("criteria", "endpoint", "max_turns", "mission", "model", "persona")
Told = Mapping[str, Mapping[str, Any]]


def canonical(value: Any) -> str:
    """Canonical JSON of texts in ASCII and of small whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def setting_of_run(run: Json, scenarios: Told) -> Json:
    """The six words, None where one is unknown."""
    of_scenario = scenarios.get(scenario(run), {})
    told = {
        "endpoint": run.get("endPointType"),
        "max_turns": run.get("maxTurns"),
        "model": run.get("largeLanguageModelReferenceId"),
        "criteria": run.get("successCriteria"),
    }
    for word in ("mission", "persona"):
        own = run.get(word)
        told[word] = own if isinstance(own, str) else of_scenario.get(word)
    if told["criteria"] is not None:
        some = [{"type": one.get("type"), "params": one.get("params")} for one in told["criteria"]]
        told["criteria"] = sorted(some, key=lambda one: canonical(one).encode())
    return told


def fingerprint(run: Json, scenarios: Told) -> str:
    text = canonical(setting_of_run(run, scenarios))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def values(runs: Iterable[Json], word: str, scenarios: Told) -> set[str]:
    told = [setting_of_run(run, scenarios)[word] for run in runs]
    return {canonical(one) for one in told if one is not None}


def setting(
    old: list[Json], new: list[Json], errors: str = "agent", scenarios: Told | None = None
) -> dict[str, Any]:
    """The numbers `setting.*` of a comparison that only tells of changes."""
    known = scenarios or {}
    sides = [by_scenario(judged_of(runs, errors)) for runs in (old, new)]
    both = sorted(sides[0].keys() & sides[1].keys())
    changed: dict[str, list[str]] = {name: [] for name in both}
    unknown = dict.fromkeys(WORDS, 0)
    mixed = 0
    for name in both:
        pair = [side[name] for side in sides]
        for word in WORDS:
            before, after = (values(runs, word, known) for runs in pair)
            unknown[word] += not (before and after)
            if before and after and before != after:
                changed[name].append(word)
        mixed += any(len({fingerprint(run, known) for run in runs}) > 1 for runs in pair)
    count = sum(1 for words in changed.values() if words)
    numbers: dict[str, Any] = {f"setting.scenario.{name}": words for name, words in changed.items()}
    for word in WORDS:
        numbers[f"setting.{word}"] = sum(word in words for words in changed.values())
        numbers[f"setting.unknown.{word}"] = unknown[word]
    return {
        **numbers,
        "setting.changed": count,
        "setting.same": len(both) - count,
        "setting.mixed": mixed,
        "setting.left_out": [],
    }
