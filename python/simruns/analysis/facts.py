"""What is counted of runs, read from their columns: an array each, with a number for each run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from simruns.analysis.rates import Counts, Floats
from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.core.once import once
from simruns.core.words import Verdict
from simruns.hold.runs import Runs
from simruns.hold.tables import Table
from simruns.looks.texts import counted, one_line

Codes: TypeAlias = npt.NDArray[np.int64]
Truths: TypeAlias = npt.NDArray[np.bool_]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
JUDGED: dict[str, tuple[Verdict, ...]] = {
    "agent": ("success", "failure", "agent_error"),
    "exclude": ("success", "failure"),
    "fail": ("success", "failure", "agent_error", "platform_error", "unknown_error"),
}
"""The verdicts that a rate is over, by what `errors` is."""
UNKNOWN = "unknown"
"""Stands for an endpoint or a model that a run does not name."""
_ROWS = 50_000
"""Rows of turns that are looked at together."""
_FALSE, _UNSAID, _TRUE = 0, 1, 2


class Words(NamedTuple):
    """A column of texts that repeat."""

    words: list[str]
    codes: Codes
    """The place of each run's text in `words`; -1 where it has none."""


class Keys(NamedTuple):
    """The criteria of runs: a row for each run and each key that stands in it."""

    keys: list[str]
    run: Codes
    key: Codes
    said: Truths
    met: Truths


class Spoken(NamedTuple):
    """What the turns tell whose role their own data says."""

    user_turns: Floats
    """Turns of the user; NaN where a turn does not say its role."""
    repeated: Truths
    """Whether the agent said one text in two successive turns of its own that have a text."""
    reply_run: Codes
    """The runs of the replies."""
    reply_turn: Codes
    """The place in its run of the turn that each reply is."""
    reply_ms: Floats
    """How long each reply took; negative where the clocks disagree."""


class Facts:
    """The columns of runs that analysis needs. What takes longer is read when it is asked for."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.size = len(runs)
        names = [
            "run_id", "scenario", "batch", "sequence", "large_language_model", "endpoint_type",
            "total_turns", "max_turns", "n_turns", "n_criteria", "verdict", "contradictory",
            "sentiment", "success_numerator", "success_denominator", "success_percentage",
            "is_conversation_ended", "error_category", "created_at", "duration_ms",
        ]  # fmt: skip
        self._table = runs.to_arrow(columns=names).combine_chunks()

    @once
    def ids(self) -> list[str]:
        ids: list[str] = self._table["run_id"].to_pylist()
        return ids

    @once
    def verdict(self) -> Codes:
        """The place of each verdict in `VERDICTS`."""
        found = self.words("verdict")
        place = np.array([VERDICTS.index(word) for word in found.words], dtype=np.int64)
        return place[found.codes]

    @once
    def scenario(self) -> Words:
        """The scenario of each run, by the reference that it names, else by that of its batch."""
        return self._named("scenario", [key.scenario for key in self.runs.batches])

    @once
    def batch(self) -> Words:
        """The batch of each run, by the reference that it names, else by the one it came of."""
        return self._named("batch", [key.batch for key in self.runs.batches])

    @once
    def group(self) -> Words:
        """The endpoint and the language model of each run, as `rest|model`."""
        endpoint, model = (
            Words(words, np.where(np.isin(codes, [i for i, w in enumerate(words) if not w]), -1,
                                  codes))
            for words, codes in map(self.words, ("endpoint_type", "large_language_model"))
        )  # fmt: skip
        pairs, codes = distinct(endpoint.codes, model.codes)
        endpoints, models = [*endpoint.words, UNKNOWN], [*model.words, UNKNOWN]
        return Words([f"{endpoints[first]}|{models[second]}" for first, second in pairs], codes)

    @once
    def messages(self) -> Codes:
        return self.integers("n_turns")[0]

    @once
    def criteria(self) -> Keys:
        """The criteria, each by its name, or by its type and its place, from 0: `type@0`.

        A key that stands twice in a run is not met if either is not, else unsaid if either is.
        """
        names = ["criterion", "criterion_type", "criterion_name", "criterion_success"]
        table = self.runs.criteria.to_arrow(columns=names).combine_chunks()
        run = np.repeat(np.arange(self.size), self.integers("n_criteria")[0])
        keys, key = _keys_of(table)
        success = chunk(table["criterion_success"])
        said = as_truths(success.is_valid())
        met = as_truths(success.fill_null(False))
        state = np.where(said, np.where(met, _TRUE, _FALSE), _UNSAID)
        place = run * max(len(keys), 1) + key
        order = np.argsort(place, kind="stable")
        first = np.flatnonzero(np.diff(place[order], prepend=-1))
        worst = np.minimum.reduceat(state[order], first) if len(first) else state
        at = order[first]
        return Keys(keys, run[at], key[at], worst != _UNSAID, worst == _TRUE)

    @once
    def spoken(self) -> Spoken:
        """What the turns tell, a part of the table at a time."""
        ends = np.cumsum(self.messages)
        told = np.zeros(self.size, dtype=np.int64)
        by_user = np.zeros(self.size, dtype=np.int64)
        repeated = np.zeros(self.size, dtype=np.bool_)
        none = np.zeros(0, dtype=np.int64)
        replies: list[tuple[Codes, Codes, Floats]] = [(none, none, none.astype(np.float64))]
        columns = ["role", "role_is_inferred", "text", "data", "turn", "turn_created_at"]
        for first, rows in parts_of(self.runs.turns, columns):
            at = np.arange(first, first + rows.num_rows)
            run = np.searchsorted(ends, at, side="right")
            user, agent, is_told = _roles(rows)
            told += np.bincount(run[is_told], minlength=self.size)
            by_user += np.bincount(run[user], minlength=self.size)
            place = np.flatnonzero(agent)
            said = [(text or "").strip().casefold()
                    for text in chunk(rows["text"]).take(place).to_pylist()]  # fmt: skip
            place = place[np.array([text != "" for text in said], dtype=np.bool_)]
            said = [text for text in said if text]
            same = np.array([a == b for a, b in zip(said[1:], said, strict=False)], dtype=np.bool_)
            of = run[place]
            repeated[of[1:][same & (of[1:] == of[:-1])]] = True
            replies.append(_replies(rows, run, np.flatnonzero(user), place))
        user_turns = np.where(told == self.messages, by_user.astype(np.float64), np.nan)
        of_run, of_turn, took = zip(*replies, strict=True)
        return Spoken(user_turns, repeated, np.concatenate(of_run), np.concatenate(of_turn),
                      np.concatenate(took))  # fmt: skip

    def words(self, name: str) -> Words:
        """Gives a column of words."""
        column = chunk(self._table[name])
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return Words(column.dictionary.to_pylist(), codes)

    def integers(self, name: str) -> tuple[Codes, Truths]:
        """Gives a column of whole numbers or of times, and where there is one."""
        return as_integers(chunk(self._table[name]))

    def numbers(self, name: str) -> Floats:
        """Gives a column of numbers; NaN where there is none."""
        floats: Floats = chunk(self._table[name]).cast("float64").to_numpy(zero_copy_only=False)
        return floats

    def truths(self, name: str, otherwise: bool) -> Truths:
        """Gives a column of truth values, with `otherwise` where there is none."""
        return as_truths(chunk(self._table[name]).fill_null(otherwise))

    def judged(self, errors: str) -> Truths:
        """Tells which runs are judged."""
        codes = [VERDICTS.index(word) for word in JUDGED[errors]]
        judged: Truths = np.isin(self.verdict, codes)
        return judged

    @once
    def succeeded(self) -> Truths:
        succeeded: Truths = self.verdict == VERDICTS.index("success")
        return succeeded

    def scenario_of(self, run: int) -> str:
        """Gives the scenario of the run of this number."""
        return self.scenario.words[int(self.scenario.codes[run])]

    def _named(self, name: str, of_batches: Sequence[str]) -> Words:
        found = self.words(name)
        if (found.codes >= 0).all():
            return found
        words = list(dict.fromkeys([*found.words, *of_batches]))
        code = np.array([words.index(word) for word in of_batches], dtype=np.int64)
        batch_of = np.array(self.runs._held.batch_of, dtype=np.int64)
        return Words(words, np.where(found.codes >= 0, found.codes, code[batch_of]))


def facts_of(runs: object, name: str = "runs") -> Facts:
    """Gives the columns of runs. Raises InvalidArgumentError for what is none."""
    if not isinstance(runs, Runs):
        kind = type(runs).__name__
        raise invalid(f"{name} is of type {kind}; give Runs, as batch.read() gives", field=name)
    require("pyarrow", "analysis", "analysis")
    return Facts(runs)


def refuse_twice(facts: Facts, *, named: bool = False) -> None:
    """Refuses runs of which two have one id, so that nobody could say which of them is meant; with
    `named`, two that have none, too.
    """
    if named and facts.ids.count("") > 1:
        raise invalid(
            f"{facts.ids.count(''):,} runs have no id, and each has to be known by its id; leave "
            'them out, as by runs.where(lambda run: run.id != "")', field="runs",
        )  # fmt: skip
    ids = [each for each in facts.ids if each]
    if len(ids) == len({*ids}):
        return
    counts = Counter(ids)
    first = one_line(min(each for each in ids if counts[each] > 1), 60)
    twice = counted(len(ids) - len(counts), "run")
    raise invalid(
        f"{twice} with the id of another, as {first}; give each run once, as a joined read, "
        "first + more, has them",
        field="runs",
    )


def parts_of(table: Table, names: list[str]) -> Iterator[tuple[int, Any]]:
    """Gives a table in parts of whole runs, each behind the number of its first row."""
    import pyarrow as pa

    first, rows, held = 0, 0, []
    with pa.RecordBatchReader.from_stream(table._built(names, None)) as reader:
        for batch in reader:
            held.append(batch)
            rows += batch.num_rows
            if rows >= _ROWS:
                yield first, pa.Table.from_batches(held).combine_chunks()
                first, rows, held = first + rows, 0, []
    if rows:
        yield first, pa.Table.from_batches(held).combine_chunks()


def _roles(rows: Any) -> tuple[Truths, Truths, Truths]:
    """Tells which turns are of the user, which of the agent, and which say their role."""
    column = chunk(rows["role"])
    words = column.dictionary.to_pylist()
    own = ~as_truths(chunk(rows["role_is_inferred"]))
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    told = own & (codes >= 0)
    rest = np.flatnonzero(codes < 0)
    told[rest] = [_has_role(text) for text in chunk(rows["data"]).take(rest).to_pylist()]
    return own & (codes == words.index("user")), own & (codes == words.index("agent")), told


def _has_role(data: str | None) -> bool:
    """Tells whether the data of a turn has a role, if only one that the core does not know."""
    if data is None or '"role"' not in data:
        return False
    told = json.loads(data)
    return isinstance(told, dict) and isinstance(told.get("role"), str)


def _replies(rows: Any, run: Codes, user: Codes, agent: Codes) -> tuple[Codes, Codes, Floats]:
    """Gives the replies: from a turn of the user to the agent's next turn with a text, if the user
    does not speak before it.
    """
    at = np.sort(np.concatenate([user, agent]))
    is_user = np.isin(at, user)
    asked, told = at[:-1], at[1:]
    created, known = as_integers(chunk(rows["turn_created_at"]))
    pair = is_user[:-1] & ~is_user[1:] & (run[asked] == run[told]) & known[asked] & known[told]
    asked, told = asked[pair], told[pair]
    turn, _ = as_integers(chunk(rows["turn"]))
    return run[told], turn[told], created[told].astype(np.float64) - created[asked]


def _keys_of(table: Any) -> tuple[list[str], Codes]:
    """Gives the keys of criteria, and the place in them of that of each row."""
    names = chunk(table["criterion_name"]).dictionary_encode()
    kinds = chunk(table["criterion_type"])
    texts = names.dictionary.to_pylist()
    code = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    code = np.where(np.isin(code, [i for i, text in enumerate(texts) if not text]), -1, code)
    kind = kinds.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    place, _ = as_integers(chunk(table["criterion"]))
    nameless = np.flatnonzero(code < 0)
    words = [*kinds.dictionary.to_pylist(), "criterion"]
    pairs, which = distinct(kind[nameless], place[nameless])
    made = [f"{words[k]}@{p}" for k, p in pairs]
    keys = list(dict.fromkeys([*texts, *made]))
    number = {key: i for i, key in enumerate(keys)}
    code[nameless] = np.array([number[key] for key in made], dtype=np.int64)[which]
    return keys, code


def chunk(column: Any) -> Any:
    """Gives a column of a table as one array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.combine_chunks()


def as_integers(column: Any) -> tuple[Codes, Truths]:
    known = as_truths(column.is_valid())
    numbers = column.cast("int64").fill_null(0).to_numpy(zero_copy_only=False)
    return numbers.astype(np.int64, copy=False), known


def as_truths(column: Any) -> Truths:
    truths: Truths = column.to_numpy(zero_copy_only=False).astype(np.bool_, copy=False)
    return truths


def distinct(first: Codes, second: Codes) -> tuple[list[tuple[int, int]], Codes]:
    """Gives the pairs that there are, in order, and the place among them of each."""
    width = int(np.max(second, initial=-1)) + 2
    found, codes = np.unique((first + 1) * width + second + 1, return_inverse=True)
    pairs = [(int(code) // width - 1, int(code) % width - 1) for code in found]
    return pairs, codes.astype(np.int64)


def counts_by(codes: Codes, chosen: Truths, size: int) -> Counts:
    """Counts what is chosen, by its code."""
    return np.bincount(codes[chosen], minlength=size).astype(np.int64)
