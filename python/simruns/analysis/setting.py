"""Whether two sides were the same test: the setting of each run, in six words."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

import numpy as np

from simruns.analysis.facts import Codes, Facts, Truths, Words, distinct
from simruns.analysis.members import ScenariosTold, members_of_runs, scenarios_of
from simruns.analysis.result import Names
from simruns.core import checks
from simruns.core.canonical import canonical, digest
from simruns.core.errors import InvalidArgumentError, invalid
from simruns.core.once import once
from simruns.core.words import JSONValue
from simruns.looks.texts import counted

Word: TypeAlias = Literal["criteria", "endpoint", "max_turns", "mission", "model", "persona"]
SameTest: TypeAlias = Literal["tell", "require"] | Sequence[Word]
"""What to do where the test changed: "tell" of it, "require" that no word did, or that none of
these words did.
"""

WORDS: tuple[Word, ...] = ("criteria", "endpoint", "max_turns", "mission", "model", "persona")
_DIGITS = 16
_ESCAPED = "\\u00"
"""With it, the name of a member may be written in another way."""


class Known(NamedTuple):
    """What some runs of one scenario say of their setting."""

    values: dict[Word, frozenset[str]]
    """The values of each word that is known, as canonical JSON."""
    fingerprints: tuple[str, ...]
    """The settings that there are, sorted."""

    def changed_since(self, before: Known) -> list[Word]:
        """Gives the words that both know, and of which the values differ."""
        return [
            word for word in WORDS
            if word in self.values and word in before.values
            and self.values[word] != before.values[word]
        ]  # fmt: skip


class Settings:
    """The settings of runs."""

    def __init__(self, facts: Facts, scenarios: ScenariosTold | None = None) -> None:
        """`scenarios` is what is known of them; None for what came with the runs."""
        self._facts = facts
        self._scenarios = scenarios_of(facts, scenarios)

    def of_scenarios(self, some: Truths) -> dict[str, Known]:
        """Gives, for each scenario of some of the runs, what these say of their setting."""
        scenario = self._facts.scenario
        found: dict[str, Known] = {
            scenario.words[code]: Known({}, ()) for code in np.unique(scenario.codes[some]).tolist()
        }
        for word, column in self._words.items():
            for name, values in _by_scenario(scenario, column, some).items():
                found[name].values[word] = frozenset(values)
        prints = _by_scenario(scenario, self._fingerprints, some)
        return {
            name: known._replace(fingerprints=tuple(sorted(prints[name])))
            for name, known in found.items()
        }

    @once
    def _words(self) -> dict[Word, Words]:
        facts = self._facts
        told = members_of_runs(facts, self._scenarios)
        return {
            "criteria": _criteria(facts),
            "endpoint": _as_json(facts.words("endpoint_type")),
            "max_turns": _whole_numbers(*facts.integers("max_turns")),
            "mission": _as_json(told["mission"]),
            "model": _as_json(facts.words("large_language_model")),
            "persona": _as_json(told["persona"]),
        }

    @once
    def _fingerprints(self) -> Words:
        codes: Codes = np.zeros(self._facts.size, dtype=np.int64)
        for word in WORDS:
            _, codes = distinct(codes, self._words[word].codes)
        _, first, of = np.unique(codes, return_index=True, return_inverse=True)
        texts = []
        for run in first.tolist():
            values = ((word, column, column.codes[run]) for word in WORDS
                      for column in [self._words[word]])  # fmt: skip
            members = (f'"{word}":{column.words[code] if code >= 0 else "null"}'
                       for word, column, code in values)  # fmt: skip
            texts.append(digest(f"{{{','.join(members)}}}")[:_DIGITS])
        return Words(texts, of.astype(np.int64))


@dataclass(frozen=True)
class Setting:
    """Whether both sides were the same test, over the scenarios that both have judged runs of."""

    _names: ClassVar[Names] = {"by_word": "", "by_scenario": "scenario", "required": None}

    changed: int
    """Scenarios of which a word changed."""
    same: int
    """The others; words that are not known on a side say nothing here."""
    mixed: int
    """Scenarios with more than one setting on a side."""
    left_out: tuple[str, ...]
    """Scenarios that are in no number of the comparison, as the test changed."""
    by_word: dict[Word, int]
    """In how many scenarios each word changed."""
    unknown: dict[Word, int]
    """In how many a side does not know it."""
    by_scenario: dict[str, tuple[Word, ...]]
    """The words that changed, by the references of scenarios."""
    required: tuple[Word, ...] = ()
    """The words that were not to change."""

    @property
    def broken(self) -> tuple[str, ...]:
        """The scenarios of which a word changed that was not to."""
        some = {*self.required}
        return tuple(name for name, words in self.by_scenario.items() if some & {*words})

    @property
    def headline(self) -> str:
        """Says where the test changed; empty if it did not."""
        if not self.changed:
            return ""
        total = counted(len(self.by_scenario), "scenario")
        words = sorted((-count, word) for word, count in self.by_word.items() if count)
        told = ", ".join(f"{word} {-count:,}" for count, word in words)
        return f"The test changed in {self.changed:,} of {total}: {told}"

    @property
    def remarks(self) -> list[str]:
        """Says what else there is to know of it."""
        told = []
        if self.mixed:
            told.append(f"More than one setting on a side in {counted(self.mixed, 'scenario')}.")
        words = [f"{word} in {counted(count, 'scenario')}"
                 for word, count in self.unknown.items() if count]  # fmt: skip
        if words:
            told.append(f"Of the setting, not known: {', '.join(words)}.")
        return told


def setting_of(
    old: Mapping[str, Known], new: Mapping[str, Known], required: Collection[Word]
) -> Setting:
    """Compares the settings of the scenarios that both sides have."""
    both = sorted(old.keys() & new.keys())
    changes = {name: tuple(new[name].changed_since(old[name])) for name in both}
    changed = sum(map(bool, changes.values()))
    sides = [(old[name], new[name]) for name in both]
    return Setting(
        changed=changed,
        same=len(both) - changed,
        mixed=sum(any(len(side.fingerprints) > 1 for side in pair) for pair in sides),
        left_out=(),
        by_word={word: sum(word in some for some in changes.values()) for word in WORDS},
        unknown={
            word: sum(any(word not in side.values for side in pair) for pair in sides)
            for word in WORDS
        },
        by_scenario=changes,
        required=tuple(sorted(required)),
    )


def same_test_told(same_test: object) -> str | list[Word]:
    """Checks what is to be done where the test changed; gives a list of words sorted."""
    if isinstance(same_test, str) and same_test in ("tell", "require"):
        return same_test
    given = checks.shown(same_test)
    if isinstance(same_test, Iterable) and not isinstance(same_test, str | bytes | Mapping):
        words = [*same_test]
        if words and all(isinstance(word, str) and word in WORDS for word in words):
            return [word for word in WORDS if word in words]
        given = f"a list of {', '.join(map(checks.shown, words))}" if words else "an empty list"
    raise invalid(
        f"same_test is {given}; give 'tell', 'require', or a list of some of {', '.join(WORDS)}",
        field="same_test",
    )


def required_by(same_test: object) -> tuple[Word, ...]:
    """Gives the words that must not change, of what is to be done where the test changed."""
    told = same_test_told(same_test)
    if isinstance(told, str):
        return WORDS if told == "require" else ()
    return tuple(told)


def _by_scenario(scenario: Words, column: Words, some: Truths) -> dict[str, list[str]]:
    """Gives the values of a column that some runs of each scenario have."""
    chosen = some & (column.codes >= 0)
    found: dict[str, list[str]] = {}
    for of, value in distinct(scenario.codes[chosen], column.codes[chosen])[0]:
        found.setdefault(scenario.words[of], []).append(column.words[value])
    return found


def _as_json(column: Words) -> Words:
    return Words([canonical(text) for text in column.words], column.codes)


def _whole_numbers(values: Codes, known: Truths) -> Words:
    numbers, codes = np.unique(values[known], return_inverse=True)
    out = np.full(len(values), -1, dtype=np.int64)
    out[known] = codes
    return Words([canonical(number) for number in numbers.tolist()], out)


def _criteria(facts: Facts) -> Words:
    """Gives the criteria of each run as one array, in the order of their own canonical texts.

    An array without an element is known; a member that is absent or no array is not.
    """
    counts = facts.integers("n_criteria")[0]
    rank, texts = _ranked(facts)
    run = np.repeat(np.arange(facts.size), counts)
    rank = rank[np.lexsort((rank, run))]
    ends = np.cumsum(counts).tolist()
    places: dict[bytes, int] = {}
    arrays: list[str] = []
    codes = np.full(facts.size, -1, dtype=np.int64)
    start = 0
    for number, end in enumerate(ends):
        if start == end and not _has_criteria(facts, number):
            continue
        some = rank[start:end]
        start = end
        key = some.tobytes()
        if key not in places:
            places[key] = len(arrays)
            arrays.append(f"[{','.join(texts[each] for each in some.tolist())}]")
        codes[number] = places[key]
    return Words(arrays, codes)


def _ranked(facts: Facts) -> tuple[Codes, list[str]]:
    """Gives the place of each criterion among all canonical texts, which are sorted."""
    names = ["criterion_type", "criterion_params"]
    table = facts.runs.criteria.to_arrow(columns=names).combine_chunks()
    kind, params = (_encoded(table[name]) for name in names)
    pairs, codes = distinct(kind.codes, params.codes)
    made = []
    for at, (one, other) in enumerate(pairs):
        try:
            value = "null" if other < 0 else canonical(_loaded(params.words[other]))
        except InvalidArgumentError as error:
            row = int(np.flatnonzero(codes == at)[0])
            run = int(np.searchsorted(np.cumsum(facts.integers("n_criteria")[0]), row, "right"))
            raise invalid(f"run {facts.ids[run]}: params of a criterion: {error.message}") from None
        word = canonical(kind.words[one] if one >= 0 else None)
        made.append(f'{{"params":{value},"type":{word}}}')
    texts = sorted({*made})
    place = {text: at for at, text in enumerate(texts)}
    order = np.array([place[text] for text in made], dtype=np.int64)
    return order[codes], texts


def _encoded(column: Any) -> Words:
    """Gives a column of texts with each text once."""
    import pyarrow as pa

    whole = column.combine_chunks()
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Words(whole.dictionary.to_pylist(), codes)


def _loaded(text: str) -> JSONValue:
    """Reads JSON, each number as the nearest double, however many digits it has."""
    value: JSONValue = json.loads(text, parse_int=float)
    return value


def _has_criteria(facts: Facts, number: int) -> bool:
    """Tells whether a run without a criterion has an array of them."""
    text = facts.runs[number].to_json()
    if '"successCriteria"' not in text and _ESCAPED not in text:
        return False
    told = json.loads(text, parse_int=float)
    return isinstance(told, dict) and isinstance(told.get("successCriteria"), list)
