"""What was to be played: the persona and the mission of runs, which the API keeps with a scenario.

A run may have them as members of its own, as texts. Else they are those of its scenario.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np

from simruns.analysis.facts import Facts, Words, chunk
from simruns.core.errors import invalid
from simruns.hold.told import ScenarioInfo

Member: TypeAlias = Literal["persona", "mission"]
MEMBERS: tuple[Member, ...] = ("persona", "mission")
ScenariosTold: TypeAlias = Mapping[str, Mapping[str, Any] | ScenarioInfo]
"""What is known of scenarios, by their references: their persona, their mission."""


def scenarios_of(facts: Facts, given: ScenariosTold | None) -> ScenariosTold:
    """Gives what is known of the scenarios of runs: what was given, else what was listed.

    Raises InvalidArgumentError for what is no such dict.
    """
    return facts.runs.scenarios if given is None else checked(given)


def checked(given: object) -> ScenariosTold:
    """Checks what is known of scenarios."""
    if not isinstance(given, Mapping) or not all(
        isinstance(name, str) and isinstance(one, Mapping | ScenarioInfo)
        for name, one in given.items()
    ):
        raise invalid(
            "scenarios is no dict of dicts; give {reference: {'persona': TEXT, 'mission': TEXT}}, "
            "or runs.scenarios",
            field="scenarios",
        )
    return given


def plain_scenarios(given: object) -> dict[str, dict[Member, str]]:
    """Gives what is known of scenarios as JSON."""
    told = checked(given).items()
    texts = {name: {word: _text(one, word) for word in MEMBERS} for name, one in told}
    return {
        name: {word: text for word, text in one.items() if text is not None}
        for name, one in texts.items()
    }


def members_of_runs(facts: Facts, scenarios: ScenariosTold) -> dict[Member, Words]:
    """Gives the text that each run has for each member; -1 where none is known."""
    return {name: _words(facts, name, own, scenarios) for name, own in _own_texts(facts).items()}


def _words(facts: Facts, name: Member, own: dict[int, str], scenarios: ScenariosTold) -> Words:
    of_scenarios = [_text(scenarios.get(reference), name) for reference in facts.scenario.words]
    texts = (text for text in (*own.values(), *of_scenarios) if text is not None)
    words = list(dict.fromkeys(texts))
    place: dict[str | None, int] = {word: at for at, word in enumerate(words)}
    places = np.array([place.get(text, -1) for text in of_scenarios], dtype=np.int64)
    codes = places[facts.scenario.codes]
    for run, text in own.items():
        codes[run] = place[text]
    return Words(words, codes)


def _own_texts(facts: Facts) -> dict[Member, dict[int, str]]:
    """Gives the texts that runs themselves have for each member, by the numbers of the runs."""
    import pyarrow.compute as pc

    extra = chunk(facts.runs.to_arrow(columns=["extra"])["extra"])
    # A backslash may escape a letter of a name.
    maybe = pc.match_substring_regex(extra.fill_null(""), r"persona|mission|\\")
    at = np.flatnonzero(maybe.to_numpy(zero_copy_only=False))
    found: dict[Member, dict[int, str]] = {"persona": {}, "mission": {}}
    for run, text in zip(at.tolist(), extra.take(at).to_pylist(), strict=True):
        members = json.loads(text, parse_int=float)
        for name, own in found.items():
            if isinstance(word := members.get(name), str):
                own[run] = word
    return found


def _text(scenario: Mapping[str, Any] | ScenarioInfo | None, name: Member) -> str | None:
    if scenario is None:
        return None
    text = scenario.get(name) if isinstance(scenario, Mapping) else getattr(scenario, name)
    return text if isinstance(text, str) else None
