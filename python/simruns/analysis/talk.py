"""What user and agent said to each other: texts as they are compared, and where they are equal."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from simruns.analysis.facts import Codes, Facts, Truths, as_truths, chunk, parts_of
from simruns.analysis.rates import Counts

LONG = 20
"""Characters from which on a text is long: shorter ones are said twice in any conversation."""
RUNNING = 15
"""Words running that nobody says by chance as they stand in another text."""
OFFERS = "how (?:can|may) i (?:help|assist) you|is there anything else i can (?:help|assist)"
"""What an agent says, and no customer."""
LEAST_TURNS = 4
"""Turns from which on two equal conversations are no coincidence."""

_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_UNKNOWN, _USER, _AGENT = 0, 1, 2
_MIX = 0x9E3779B97F4A7C15
"""An odd number by which products differ in all of their bits."""
_BLOCK = 4
_STEP = RUNNING - _BLOCK + 1
"""Of any RUNNING words, some _BLOCK running ones begin at a place that this divides."""


class Talk(NamedTuple):
    """What the turns of runs have that is odd. The talk: turns of user and agent with a text."""

    has_role: Truths
    """Whether any turn says its role."""
    users: Counts
    """Turns of the user in the talk."""
    agents: Counts
    echo: Truths
    """Whether a long turn equals the one before it, of the other side."""
    role_swap: Truths
    """Whether the user offers help, or says a long text that the agent said before."""
    empty: Truths
    """Whether a turn of the user has no text."""
    loop: Truths
    """Whether three turns of the user running are equal, or three long ones anywhere."""
    leak: Truths
    """Whether the user says many words running that stand so in a source."""
    shape: Codes
    """A number that is the same of runs whose turns have the same roles and lengths."""


class _Rows(NamedTuple):
    """Some turns, of whole runs."""

    run: Codes
    role: Codes
    """Of those above; tool and system have others. 0 where a turn does not say it."""
    text: Codes
    """The place of each text in `texts`."""
    texts: Any
    """The different texts, as they are compared, in Arrow."""
    empty: int
    """The place of the empty text; -1 if there is none."""


def norm(text: str) -> str:
    """Gives a text as it is compared: case, white space and kinds of apostrophes do not count."""
    even = unicodedata.normalize("NFKC", text).replace(_APOSTROPHE, "'").casefold()
    return " ".join(even.split())


def talk_of(facts: Facts, sources: Sequence[Collection[str]]) -> Talk:
    """Looks at all turns, a part of the table at a time.

    `sources` has, for each run, the texts that its user should not repeat, by `norm`.
    """
    size = facts.size
    has_source = np.fromiter(map(bool, sources), np.bool_, size)
    has_role, echo, swap, empty, loop, leak = np.zeros((6, size), dtype=np.bool_)
    users, agents, shape = np.zeros((3, size), dtype=np.int64)
    for rows in _turns(facts):
        has_role[rows.run[rows.role != _UNKNOWN]] = True
        empty[rows.run[(rows.role == _USER) & (rows.text == rows.empty)]] = True
        talk = _chosen(rows, np.isin(rows.role, (_USER, _AGENT)) & (rows.text != rows.empty))
        by_user = _chosen(talk, talk.role == _USER)
        users += np.bincount(by_user.run, minlength=size)
        agents += np.bincount(talk.run[talk.role == _AGENT], minlength=size)
        is_long = _lengths(rows.texts) >= LONG
        echo[_echoes(talk, is_long)] = True
        swap[_offers(by_user)] = True
        swap[_said_by_agent(talk, is_long)] = True
        loop[_loops(by_user, is_long)] = True
        leak[_leaks(_chosen(by_user, has_source[by_user.run]), sources)] = True
        shape += _shapes(rows, size)
    return Talk(has_role, users, agents, echo, swap, empty, loop, leak, shape)


def same_talks(facts: Facts, runs: Sequence[int]) -> list[list[int]]:
    """Gives those of these runs whose turns are all the same, by role and text, two or more each.

    Runs without enough turns are left out.
    """
    some = Facts(facts.runs._pick(runs))
    found: dict[tuple[tuple[int, str], ...], list[int]] = {}
    for rows in _turns(some):
        texts = rows.texts.to_pylist()
        turns = list(zip(rows.role.tolist(), map(texts.__getitem__, rows.text), strict=True))
        first = np.flatnonzero(np.diff(rows.run, prepend=-1))
        for begin, end in zip(first, [*first[1:], len(turns)], strict=True):
            if end - begin >= LEAST_TURNS:
                found.setdefault(tuple(turns[begin:end]), []).append(runs[rows.run[begin]])
    return [same for same in found.values() if len(same) > 1]


def _turns(facts: Facts) -> Iterator[_Rows]:
    """Gives the turns in parts, in order."""
    ends = np.cumsum(facts.messages)
    for first, table in parts_of(facts.runs.turns, ["role", "role_is_inferred", "text"]):
        at = np.arange(first, first + table.num_rows)
        run = np.searchsorted(ends, at, side="right")
        came, text = _encoded(chunk(table["text"]).fill_null(""))  # many are there often
        texts, same = _encoded(_normed(came))
        text = same[text]
        empty = np.flatnonzero(_lengths(texts) == 0)
        yield _Rows(run, _roles(table), text, texts, int(empty[0]) if len(empty) else -1)


def _encoded(texts: Any) -> tuple[Any, Codes]:
    """Gives the different ones of Arrow's texts, and the place of each among them."""
    encoded = texts.dictionary_encode()
    codes: Codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return encoded.dictionary, codes


def _normed(texts: Any) -> Any:
    """Gives the `norm` of each of Arrow's texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    odd = pc.invert(pc.ascii_is_printable(texts))
    for found in (pc.match_substring(texts, "  "), pc.starts_with(texts, " "),
                  pc.ends_with(texts, " ")):  # fmt: skip
        odd = pc.or_(odd, found)
    others = [norm(text) for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(pc.ascii_lower(texts), odd, pa.array(others, texts.type))


def _roles(table: Any) -> Codes:
    column = chunk(table["role"])
    known = {"user": _USER, "agent": _AGENT}
    words = [known.get(word, other)
             for other, word in enumerate(column.dictionary.to_pylist(), _AGENT + 1)]  # fmt: skip
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    told = (codes >= 0) & ~as_truths(chunk(table["role_is_inferred"]))
    return np.where(told, np.array([*words, _UNKNOWN], dtype=np.int64)[codes], _UNKNOWN)


def _lengths(texts: Any) -> Codes:
    import pyarrow.compute as pc

    lengths: Codes = pc.utf8_length(texts).to_numpy(zero_copy_only=False).astype(np.int64)
    return lengths


def _chosen(rows: _Rows, chosen: Truths) -> _Rows:
    return rows._replace(run=rows.run[chosen], role=rows.role[chosen], text=rows.text[chosen])


def _keys(rows: _Rows) -> Codes:
    """Gives a number for each turn that is the same of equal texts of one run."""
    keys: Codes = rows.run * len(rows.texts) + rows.text
    return keys


def _echoes(talk: _Rows, is_long: Truths) -> Codes:
    """Gives the runs with an echo."""
    same = (np.diff(_keys(talk)) == 0) & (np.diff(talk.role) != 0)
    found: Codes = talk.run[1:][same & is_long[talk.text[1:]]]
    return found


def _offers(by_user: _Rows) -> Codes:
    """Gives the runs whose user offers help."""
    import pyarrow.compute as pc

    said = np.unique(by_user.text)
    offers = pc.match_substring_regex(by_user.texts.take(said), OFFERS)
    found: Codes = by_user.run[np.isin(by_user.text, said[as_truths(offers)])]
    return found


def _said_by_agent(talk: _Rows, is_long: Truths) -> Codes:
    """Gives the runs whose user says a long text that the agent said before its last turn."""
    keys, at = _keys(talk), np.arange(len(talk.run))
    is_agent = talk.role == _AGENT
    said, first = np.unique(keys[is_agent], return_index=True)
    user = np.flatnonzero(~is_agent & is_long[talk.text])
    if not len(said) or not len(user):
        return np.zeros(0, dtype=np.int64)
    place = np.minimum(np.searchsorted(said, keys[user]), len(said) - 1)
    before = (said[place] == keys[user]) & (at[is_agent][first[place]] < user - 1)
    found: Codes = talk.run[user[before]]
    return found


def _loops(by_user: _Rows, is_long: Truths) -> Codes:
    """Gives the runs whose user says one text three times."""
    keys = _keys(by_user)
    again = np.diff(keys) == 0
    running = by_user.run[2:][again[1:] & again[:-1]]
    often, counts = np.unique(keys[is_long[by_user.text]], return_counts=True)
    return np.concatenate([running, often[counts >= 3] // max(len(by_user.texts), 1)])


def _leaks(by_user: _Rows, sources: Sequence[Collection[str]]) -> Codes:
    """Gives the runs whose user repeats a source."""
    import pyarrow.compute as pc

    words = pc.count_substring(by_user.texts, " ").to_numpy(zero_copy_only=False) + 1
    at = np.flatnonzero(words[by_user.text] >= RUNNING)
    texts = by_user.texts.take(by_user.text[at]).to_pylist()
    blocks: dict[str, list[str]] = {}
    found = []
    for run, text in zip(by_user.run[at].tolist(), texts, strict=True):
        for source in sources[run]:
            if source not in blocks:
                blocks[source] = _blocks_of(source)
            if any(block in text for block in blocks[source]) and repeats(text, source):
                found.append(run)
    return np.array(found, dtype=np.int64)


def _blocks_of(source: str) -> list[str]:
    """Gives a few words at a time, of which a text has one at least that repeats the source."""
    words = source.split(" ")
    return [" ".join(words[at : at + _BLOCK]) for at in range(0, len(words) - _BLOCK + 1, _STEP)]


def repeats(text: str, source: str) -> bool:
    """Says whether many words running of a text stand so in a source, both by `norm`."""
    words, whole = text.split(" "), f" {source} "
    return any(
        f" {' '.join(words[at : at + RUNNING])} " in whole for at in range(len(words) - RUNNING + 1)
    )


def _shapes(rows: _Rows, size: int) -> Codes:
    """Gives the part of `Talk.shape` that these turns are; 0 of all other runs.

    It wraps around, and two unlike runs may have one: who uses it compares the runs themselves.
    """
    first = np.flatnonzero(np.diff(rows.run, prepend=-1))
    shapes = np.zeros(size, dtype=np.int64)
    if not len(first):
        return shapes
    place = np.arange(len(rows.run)) - np.repeat(first, np.diff([*first, len(rows.run)]))
    each = (_lengths(rows.texts)[rows.text] + 1) * 8 + rows.role
    mixed = each.astype(np.uint64) * (2 * place.astype(np.uint64) + 1) * np.uint64(_MIX)
    mixed ^= mixed >> np.uint64(29)
    shapes[rows.run[first]] = np.add.reduceat(mixed, first).astype(np.int64)
    return shapes
