"""Reading seals: of a file of their own, or of the page of a report."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from simruns.analysis.seal import FORM, LEFT_OUT, digest_of, digest_of_side
from simruns.core.canonical import canonical
from simruns.core.errors import Error, InvalidArgumentError
from simruns.core.reading import regular
from simruns.core.strict_json import strict_json
from simruns.core.words import JSONValue
from simruns.looks.texts import one_line

LARGEST = 256 * 2**20
"""Bytes of a seal: about two million runs."""
GIVE = "give a file of result.seal() or simruns gate --seal, or the page of a report"
_IN_A_PAGE = re.compile(rb'<script id="seal" type="text/plain">([A-Za-z0-9+/=]*)</script>')
_FORMS: dict[str, type | tuple[type, ...]] = {
    "seal": int, "package": dict, "question": str, "options": dict, "completeness": dict,
    "runs": dict, "settings": dict, "numbers": dict, "sealed": str,
}  # fmt: skip
"""The members of a seal, and what each is."""


class Seal(NamedTuple):
    """What a seal says."""

    path: Path
    version: str
    """The version of the package that made it."""
    question: str
    options: dict[str, Any]
    left_out: list[str]
    """The scenarios whose runs were not asked about."""
    old: dict[str, str] | None
    """The digests of the runs of a side by their ids; None if there is no such side."""
    new: dict[str, str]
    numbers: dict[str, JSONValue]
    sealed: str
    broken: bool
    """Whether it is not what was sealed."""


def read_seal(path: Path) -> Seal:
    """Reads a seal. Raises Error for what is none, OSError for what cannot be read."""
    content = _content(path)
    if content.lstrip()[:1] == b"<":
        content = _of_page(path, content)
    told = _parsed(path, content)
    for name, kind in _FORMS.items():
        if not isinstance(told.get(name), kind) or isinstance(told[name], bool):
            _refuse(path, f"its member {name!r} is not there, or of a wrong type")
    if told["seal"] != FORM:
        _refuse(path, f"it is of form {told['seal']}, and this version knows form {FORM}")
    version = told["package"].get("version")
    numbers: dict[str, JSONValue] = told["numbers"]
    for name, value in numbers.items():
        if any(
            isinstance(one, dict | list) for one in (value if isinstance(value, list) else [value])
        ):
            _refuse(path, f"its number {one_line(name, 60)} is no number, word or list of these")
    old, new = (_each(path, told["runs"], side) for side in ("old", "new"))
    if new is None or not isinstance(version, str):
        _refuse(path, "it does not say of which runs it is, or which version made it")
    options = dict(told["options"])
    left_out = options.pop(LEFT_OUT, [])
    if not isinstance(left_out, list) or not all(isinstance(one, str) for one in left_out):
        _refuse(path, f"its option {LEFT_OUT!r} is no list of texts")
    try:
        broken = told["sealed"] != digest_of(told) or _disagree(told["runs"])
    except (InvalidArgumentError, RecursionError, UnicodeEncodeError) as error:
        _refuse(path, f"it has no canonical text: {error}")
    return Seal(path, version, told["question"], options, left_out, old, new, numbers,
                told["sealed"], broken)  # fmt: skip


def plain_numbers(numbers: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """Gives numbers as a seal has them."""
    plain: dict[str, JSONValue] = json.loads(canonical(numbers))
    return plain


def _content(path: Path) -> bytes:
    """Reads a file that may be of any kind and size."""
    with regular(path.resolve(), LARGEST) as file:
        return file.read()


def _of_page(path: Path, content: bytes) -> bytes:
    """Gives the seal that a page carries, which is packed."""
    found = _IN_A_PAGE.search(content)
    if found is None:
        _refuse(path, "it is a page without a seal")
    try:
        unpacking = zlib.decompressobj(wbits=31)
        text = unpacking.decompress(base64.b64decode(found[1]), LARGEST)
        if unpacking.unconsumed_tail or not unpacking.eof:
            _refuse(path, f"the seal of the page is cut, or has more than {LARGEST:,} bytes")
        told = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        _refuse(path, "the seal of the page is damaged")
    if not isinstance(told, str):
        _refuse(path, "the seal of the page is no text")
    return told.encode("utf-8", "surrogatepass")


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    try:
        told = strict_json(content.decode())
    except UnicodeDecodeError:
        _refuse(path, "it is not UTF-8")
    except ValueError as error:
        _refuse(path, f"it is not JSON: {error}")
    if not isinstance(told, dict):
        _refuse(path, "it is no JSON object")
    return told


def _each(path: Path, sides: dict[str, Any], side: str) -> dict[str, str] | None:
    runs = sides.get(side)
    if runs is None:
        return None
    each = runs.get("each") if isinstance(runs, dict) else None
    if not isinstance(each, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
        for pair in each
    ):
        _refuse(path, f"its {side} runs are no list of ids, each with a digest")
    found = dict(each)
    if len(found) < len(each):
        _refuse(path, f"its {side} runs have an id twice")
    return found


def _disagree(sides: dict[str, Any]) -> bool:
    """Tells whether the count or the digest of a side is not that of its runs."""
    return any(
        runs.get("count") != len(runs["each"]) or runs.get("digest") != digest_of_side(runs["each"])
        for runs in sides.values() if runs is not None
    )  # fmt: skip


def _refuse(path: Path, why: str) -> NoReturn:
    raise Error(f"{path} is no seal: {why}; {GIVE}")
