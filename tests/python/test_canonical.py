"""Canonical JSON is that of RFC 8785, byte for byte: its own examples, and the edges."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import simruns
from simruns.core.canonical import canonical, digest

NUMBERS = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""
"""The bits of doubles, and how RFC 8785 writes them."""

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("line", NUMBERS.split("\n")[1:-1])
def test_a_number_is_written_as_the_standard_writes_it(line: str) -> None:
    bits, expected = line.split()
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == expected


def test_the_example_of_the_standard() -> None:
    text = r"""{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    assert canonical(json.loads(text)) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_members_are_sorted_by_their_utf_16_units() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\u00f6"]
    text = canonical(dict.fromkeys(names))
    assert [*json.loads(text)] == ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (-1, "-1"),
        (2**53 - 1, "9007199254740991"),
        (2**53 + 1, "9007199254740992"),
        (12345678901234567890, "12345678901234567000"),
        (10**21, "1e+21"),
        (10**20, "100000000000000000000"),
        (10**400 // 10**92, "1e+308"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e300, "1.5e+300"),
    ],
)
def test_a_whole_number_is_the_nearest_double(number: float, expected: str) -> None:
    assert canonical(number) == expected


def test_texts_have_the_short_escapes_and_are_not_normalised() -> None:
    text = '\b\t\n\f\r"\\/\x00\x1f\x7f\x80\u2028é\u0065\u0301\U0001f600'
    assert canonical(text) == (
        '"\\b\\t\\n\\f\\r\\"\\\\/\\u0000\\u001f\x7f\x80\u2028é\u0065\u0301\U0001f600"'
    )


def test_half_of_a_surrogate_pair_is_an_escape() -> None:
    assert canonical(json.loads('"a\\uD800b\\uDFFF"')) == '"a\\ud800b\\udfff"'
    assert canonical({"\udead": 1}) == '{"\\udead":1}'
    assert canonical(json.loads('"\\ud83d\\ude00"')) == '"\U0001f600"'


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan, 10**400, -(10**309)])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="not finite"):
        canonical({"a": [number]})


@pytest.mark.parametrize("value", [b"x", {1: 2}, {"a": {1, 2}}, object()])
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError):
        canonical(value)


@given(VALUES)
def test_one_value_has_one_text_and_the_text_the_value(value: Any) -> None:
    text = canonical(value)
    assert canonical(json.loads(text)) == text
    assert json.loads(text, parse_int=float) == _as_doubles(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_shorter_number_is_the_same_double(number: float) -> None:
    text = canonical(number)
    assert float(text) == number
    digits = text.lstrip("-").partition("e")[0].replace(".", "").strip("0")
    assert len(digits) <= 17
    assert len(digits) < 2 or float(f"{number:.{len(digits) - 2}e}") != number


def test_a_digest_is_that_of_utf_8() -> None:
    assert digest("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def _as_doubles(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_doubles(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_doubles(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
