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
        ["0", "-0", "7", "7.0", "-7.000", "70e-1", "1E+2", "0e400", "-0.0", "1.764e12", "99999999999",
         "100000000000", "1718000000", "1718000000000.0", "3000000000", "9007199254740993.0",
         "9007199254740993", "9223372036854775807", "-9223372036854775808", "9.223372036854775807e18"]
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


def arrays_of(items: Text, most: int = 3) -> Text:
    return st.builds(
        lambda drawn, space: _joined("[", drawn, "]", space),
        st.lists(items, max_size=most),
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


def values(member: Member) -> Text:
    """Values of the member's own form."""
    if member.kind == "word":
        return quoted(st.sampled_from(member.words))
    if member.kind == "object":
        return objects(member.inner)
    if member.kind == "array":
        return arrays_of(objects(member.inner) if member.inner else FREE_OBJECTS, 2)
    return _RIGHT[member.kind]


Change = Callable[[list[str]], list[str]]


def _put(name_and_value: str, at: int, instead: int) -> Change:
    return lambda items: [*items[: at % (len(items) + 1)], name_and_value,
                          *items[at % (len(items) + 1) + instead :]]  # fmt: skip


def _changes(shape: dict[str, Member]) -> st.SearchStrategy[Change]:
    """A member goes, or one comes: known or not, of its own form or not, beside it or instead."""
    at, instead = st.integers(0, 30), st.integers(0, 1)
    known = st.sampled_from(list(shape)) if shape else st.nothing()
    named = known.flatmap(lambda n: st.builds(_pair, _keys(n), FREE | values(shape[n]), SPACE))
    unknown = st.builds(_pair, STRINGS, FREE, SPACE)
    gone: st.SearchStrategy[Change] = at.map(
        lambda i: lambda items: [item for n, item in enumerate(items) if n != i]
    )
    return gone | st.builds(_put, named | unknown, at, instead)


def objects(shape: dict[str, Member], most_changes: int = 2) -> Text:
    """An object that has each member of the shape, but for some changes."""

    def text(members: list[str], changes: list[Change], turned: int, space: str) -> str:
        for change in changes:
            members = change(members)
        turned %= len(members) or 1
        return _joined("{", members[turned:] + members[:turned], "}", space)

    named = [st.builds(_pair, st.just(f'"{n}"'), values(m)) for n, m in shape.items() if n != "_id"]
    changes = st.lists(_changes(shape), max_size=most_changes) if most_changes else st.just([])
    return st.builds(text, st.tuples(*named).map(list), changes, st.integers(0, 20), SPACE)


RUNS = st.deferred(lambda: objects(RUN) | objects(RUN) | objects(RUN) | FREE)
LAST = '{"limit":100,"skip":0,"total":3,"hasNext":false,"hasPrevious":false}'
