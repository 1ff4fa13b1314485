"""Pages that servers might send: JSON texts of the contract's shapes, with much that is odd.

Each text is an ordinary one with a few changes, so that what fails shrinks to the change.
"""

from __future__ import annotations

from collections.abc import Callable

from contract import PAGINATION, RUN, Member
from hypothesis import strategies as st

Text = st.SearchStrategy[str]

SPACE = st.sampled_from(["", "", "", " ", "\n  ", "\r\n\t "])

# Each is whole by itself within a JSON string; many are traps for who looks for its end.
PIECES = [
    "a", "Z", "0", " ", "/", "~1", "}", "]", "{", "[", ",", ":", "é", "€", "😀", "\u2028", "\x7f",
    "\\u0069", "\\u00E9", "\\u20ac", "\\ud83d\\uDE00", "\\u0000", "\\u001b", "\\uffff",
    '\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "id", "null", "long " * 20,
]  # fmt: skip
STRINGS = st.lists(st.sampled_from(PIECES), max_size=6).map(lambda p: '"' + "".join(p) + '"')

INTEGERS = st.one_of(
    st.sampled_from(
        ["0", "-0", "7", "7.0", "-7.000", "70e-1", "1E+2", "0e400", "-0.0", "1.764e12",
         "99999999999", "100000000000", "1718000000", "1718000000000.0", "3000000000",
         "9007199254740993", "9007199254740993.0", "9223372036854775807",
         "-9223372036854775808", "9.223372036854775807e18"]
    ),
    st.integers(-(2**63), 2**63 - 1).map(str),
)  # fmt: skip
ODD_NUMBERS = st.sampled_from(
    ["7.5", "-0.1", "1e-3", "1e-400", "1e400", "-1e400", "1e2147483648", "9223372036854775808",
     "-9223372036854775809", "9223372036854775807.5", "18446744073709551616", "1" + "0" * 30]
)  # fmt: skip
REALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["0", "-0", "66.66666666666667", "100", "5e-324", "9007199254740993"]),
)
MOMENTS = st.sampled_from(
    ["1970-01-01T00:00:00Z", "2024-06-10T08:13:20.500+02:00", "2024-02-29T23:59:59-23:59",
     "9999-12-31T23:59:59.999Z"]
)  # fmt: skip
NO_MOMENTS = st.sampled_from(
    ["tomorrow", "2023-02-29T00:00:00Z", "2024-06-10", "2024-06-10T24:00:00Z", "1718000000"]
)


def quoted(texts: Text) -> Text:
    return texts.map(lambda text: f'"{text}"')


def _escaped(name: str, at: int) -> str:
    at %= len(name)
    return f"{name[:at]}\\u{ord(name[at]):04x}{name[at + 1 :]}"


def _keys(name: str) -> Text:
    """The name, mostly as it is, else with one of its characters escaped."""
    plain = st.just(f'"{name}"')
    return plain | quoted(st.integers(0, len(name) - 1).map(lambda at: _escaped(name, at)))


def _joined(opening: str, items: list[str], closing: str, space: str) -> str:
    return opening + space + f"{space},{space}".join(items) + space + closing


def arrays_of(items: Text, most: int = 3, least: int = 0) -> Text:
    return st.builds(
        lambda drawn, space: _joined("[", drawn, "]", space),
        st.lists(items, min_size=least, max_size=most),
        SPACE,
    )


def _pair(key: str, value: str, space: str = "") -> str:
    return f"{key}{space}:{space}{value}"


def _free_objects(values: Text) -> Text:
    pairs = st.lists(st.builds(_pair, STRINGS, values, SPACE), max_size=3)
    return st.builds(lambda drawn, space: _joined("{", drawn, "}", space), pairs, SPACE)


SCALARS = st.one_of(
    st.sampled_from(["null", "true", "false"]), STRINGS, INTEGERS, ODD_NUMBERS, quoted(NO_MOMENTS)
)
FREE = st.recursive(SCALARS, lambda inner: arrays_of(inner) | _free_objects(inner), max_leaves=6)
FREE_OBJECTS = _free_objects(FREE)

_RIGHT: dict[str, Text] = {
    "text": STRINGS,
    "integer": INTEGERS,
    "time": INTEGERS,
    "real": REALS,
    "boolean": st.sampled_from(["true", "false"]),
    "expiry": quoted(MOMENTS) | INTEGERS,
    "json": FREE_OBJECTS,
}


_NEARLY_RIGHT: dict[str, Text] = {
    "word": STRINGS,
    "integer": ODD_NUMBERS,
    "time": ODD_NUMBERS,
    "real": ODD_NUMBERS,
    "expiry": quoted(NO_MOMENTS) | ODD_NUMBERS,
}


def values(member: Member, most_changes: int) -> Text:
    """Values of the member's own form."""
    if member.kind == "word":
        return quoted(st.sampled_from(member.words))
    if member.kind == "object":
        return objects(member.inner, most_changes)
    if member.kind == "array":
        inner = objects(member.inner, most_changes) if member.inner else FREE_OBJECTS
        return arrays_of(inner | FREE if most_changes else inner, 2)
    return _RIGHT[member.kind]


Change = Callable[[list[str]], list[str]]


def _put(item: str, at: int, instead: int) -> Change:
    def put(items: list[str]) -> list[str]:
        i = at % (len(items) + 1)
        return [*items[:i], item, *items[i + instead :]]

    return put


def _gone(at: int) -> Change:
    return lambda items: [item for i, item in enumerate(items) if i != at]


def _changes(shape: dict[str, Member], most: int) -> st.SearchStrategy[Change]:
    """A member goes, or one comes: known or not, of its own form or not, beside it or instead."""
    named = [
        st.builds(_pair, _keys(name), value, SPACE)
        for name, member in shape.items()
        for value in (_NEARLY_RIGHT.get(member.kind, FREE), FREE | values(member, most))
    ]
    some = st.one_of(*named, st.builds(_pair, STRINGS, FREE, SPACE))
    at = st.integers(0, 20)
    return st.builds(_gone, at) | st.builds(_put, some, at, st.integers(0, 1))


def objects(shape: dict[str, Member], most_changes: int) -> Text:
    """An object that has each member of the shape, but for some changes, in a turned order."""

    def text(members: list[str], changes: list[Change], turned: int, space: str) -> str:
        for change in changes:
            members = change(members)
        turned %= len(members) or 1
        return _joined("{", members[turned:] + members[:turned], "}", space)

    named = [
        st.builds(_pair, st.just(f'"{name}"'), values(member, most_changes))
        for name, member in shape.items()
        if name != "_id"
    ]
    changes = st.lists(_changes(shape, most_changes), max_size=most_changes)
    return st.builds(
        text,
        st.tuples(*named).map(list),
        changes if most_changes else st.just([]),
        st.integers(0, 20),
        SPACE,
    )


def _pages(runs: Text, paging: st.SearchStrategy[list[str]]) -> st.SearchStrategy[bytes]:
    def body(runs: str, paging: list[str], unknown: list[str], at: int, space: str) -> bytes:
        members = [*(f'"pagination":{p}' for p in paging), *unknown]
        members.insert(at, f'"data"{space}:{space}{runs}')
        return _joined("{", members, "}", space).encode()

    unknown = st.lists(FREE.map(lambda value: f'"brandNew":{value}'), max_size=1)
    return st.builds(body, arrays_of(runs, least=1), paging, unknown, st.integers(0, 2), SPACE)


_LAST = ['{"hasNext":false,"limit":100,"skip":0,"total":3,"hasPrevious":false}',
         '{"hasNext":false,"limit":"100","skip":7.5,"total":3,"total":3}']  # fmt: skip
_ODD_RUNS = objects(RUN, 4) | objects(RUN, 2) | objects(RUN, 1) | FREE

PLAIN_PAGES = _pages(objects(RUN, 0), objects(PAGINATION, 0).map(lambda paging: [paging]))
ODD_PAGES = _pages(_ODD_RUNS, st.lists(objects(PAGINATION, 1) | FREE, max_size=2))
LAST_PAGES = _pages(_ODD_RUNS, st.sampled_from(_LAST).map(lambda paging: [paging]))
"""Odd as well, and with no page after them."""
PAGES = ODD_PAGES | LAST_PAGES | PLAIN_PAGES
