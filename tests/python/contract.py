"""The contract once more, in plain Python: what a page has to be read as, and what is odd of it.

Written from the shapes of the endpoint, not from the decoder, which is held against it.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple


class Number(str):
    """A number as it was written."""


class Members(list[tuple[str, Any]]):
    """The members of an object, in their order, those that came twice among them."""


class Member(NamedTuple):
    kind: str
    required: bool = False
    words: tuple[str, ...] = ()
    inner: dict[str, Any] = {}  # noqa: RUF012


TEXT, INTEGER, TIME, BOOLEAN = (Member(k) for k in ("text", "integer", "time", "boolean"))
JSON, REAL = Member("json"), Member("real")
NEEDED_TEXT, NEEDED_INTEGER = Member("text", True), Member("integer", True)

TURN = {"id": TEXT, "sequence": INTEGER, "text": TEXT, "data": JSON, "createdAt": TIME}
CRITERION = {"type": NEEDED_TEXT, "params": Member("json", True)}
RATE = {"percentage": REAL, "numerator": INTEGER, "denominator": INTEGER}
CATEGORIES = ("NONE", "LLM_PROVIDER_ERROR", "AI_AGENT_TIMEOUT", "AI_AGENT_ERROR", "UNKNOWN")
ERROR = {
    "category": Member("word", words=CATEGORIES),
    "message": TEXT,
    "technicalDetails": TEXT,
}
METRICS = {
    "sentiment": Member("word", words=("positive", "negative", "neutral")),
    "success": BOOLEAN,
    "results": Member("array"),
    "successRate": Member("object", inner=RATE),
    "summary": TEXT,
    "isBatchStopped": BOOLEAN,
    "isConversationEnded": BOOLEAN,
    "errorInfo": Member("object", inner=ERROR),
    "status": Member("word", words=("SUCCESS", "FAILED", "ERROR")),
}
RUN = {
    "id": NEEDED_TEXT,
    "organisationReference": NEEDED_TEXT,
    "projectReference": NEEDED_TEXT,
    "simulationReference": NEEDED_TEXT,
    "simulationRunBatchReference": NEEDED_TEXT,
    "sequence": NEEDED_INTEGER,
    "largeLanguageModelReferenceId": NEEDED_TEXT,
    "endPointType": TEXT,
    "turns": Member("array", True, inner=TURN),
    "totalTurns": NEEDED_INTEGER,
    "maxTurns": INTEGER,
    "successCriteria": Member("array", True, inner=CRITERION),
    "metrics": Member("object", True, inner=METRICS),
    "createdAt": Member("time", True),
    "createdBy": NEEDED_TEXT,
    "duration": INTEGER,
    "expiresAt": Member("expiry"),
    "_id": TEXT,
}
PAGINATION = {
    "limit": NEEDED_INTEGER,
    "skip": NEEDED_INTEGER,
    "total": NEEDED_INTEGER,
    "hasNext": Member("boolean", True),
    "hasPrevious": Member("boolean", True),
    "next": TEXT,
    "previous": TEXT,
}
PAGE = {
    "data": Member("array", True, inner=RUN),
    "pagination": Member("object", True, inner=PAGINATION),
}

_FORMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "text": ("string", (str,)),
    "word": ("string", (str,)),
    "integer": ("integer", (Number,)),
    "time": ("integer", (Number,)),
    "real": ("number", (Number,)),
    "boolean": ("bool", (bool,)),
    "expiry": ("date-time", (str, Number)),
    "json": ("object", (Members,)),
    "object": ("object", (Members,)),
    "array": ("array", (list,)),
}
_NAMES = {
    type(None): "null", bool: "bool", str: "string", Number: "number",
    Members: "object", list: "array",
}  # fmt: skip


def in_full(text: str | bytes) -> Any:
    """The parse of `text` that loses neither a member nor a digit."""
    return json.loads(text, object_pairs_hook=Members, parse_int=Number, parse_float=Number)


FIRST_MOMENT, LAST_MOMENT = -62_135_596_800_000, 253_402_300_799_999
"""Of the years 1 and 9999, in milliseconds since 1970."""


class Reading:
    """Reads `in_full` of a page; collects what is odd, as (path, start of the message)."""

    def __init__(self, body: str | bytes) -> None:
        self.issues: list[tuple[str, str]] = []
        self.page = self._object(PAGE, in_full(body), "")

    def issues_below(self, path: str) -> list[tuple[str, str]]:
        return [issue for issue in self.issues if (issue[0] + "/").startswith(path + "/")]

    def _odd(self, path: str, why: str) -> None:
        self.issues.append((path, why))

    def _object(self, shape: dict[str, Member], members: Members, path: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        unknown: list[str] = []
        for name, value in members:
            if name not in shape:
                unknown.append(name)
                continue
            if name in out:
                self._odd(f"{path}/{name}", "duplicate member")
            out[name] = self._member(shape[name], value, f"{path}/{name}")
        other_id = out.pop("_id", None)
        for name, member in shape.items():
            there = name in out or (name == "id" and other_id is not None)
            if member.required and not there:
                self._odd(f"{path}/{name}", "required, but missing")
        for place, name in enumerate(unknown):
            if name in unknown[place + 1 :]:
                self._odd(f"{path}/{name}", "duplicate member")
        if shape is RUN and out.get("id") is None:
            out["id"] = other_id
        return out

    def _member(self, member: Member, value: Any, path: str) -> Any:
        wanted, types = _FORMS[member.kind]
        if value is None and not member.required:
            return None
        if type(value) not in types:
            return self._odd(path, f"expected {wanted}, got {_NAMES[type(value)]}")
        read = getattr(self, "_" + member.kind, None)
        if member.kind == "object":
            return self._object(member.inner, value, path)
        if member.kind == "array":
            return [self._element(member.inner, v, f"{path}/{i}") for i, v in enumerate(value)]
        if member.kind == "word" and value not in member.words:
            self._odd(path, "unknown value '")
        return read(value, path) if read else value

    def _element(self, shape: dict[str, Member], value: Any, path: str) -> Any:
        if type(value) is not Members:
            self._odd(path, f"expected object, got {_NAMES[type(value)]}")
            return value if not shape else {}
        return self._object(shape, value, path) if shape else value

    def _integer(self, literal: Number, path: str) -> int | None:
        value = Decimal(literal)
        if not value:
            return 0
        whole = value.to_integral_value() == value
        if whole and -(2**63) <= value < 2**63:
            return int(value)
        self._odd(path, "expected integer, got " + literal[:40])
        return None

    def _time(self, literal: Number, path: str) -> int | None:
        """In milliseconds; what would be before 1973 in these is in seconds."""
        value = self._integer(literal, path)
        if value is None:
            return None
        moment = value * 1000 if abs(value) < 10**11 else value
        if FIRST_MOMENT <= moment <= LAST_MOMENT:
            return moment
        return self._odd(path, "time out of range")

    def _real(self, literal: Number, path: str) -> float | None:
        value = float(literal)
        if abs(value) == float("inf") or (value == 0 and Decimal(literal)):
            self._odd(path, "number out of range")
            return None
        return value

    def _expiry(self, value: str, path: str) -> tuple[int | None, str]:
        """The moment, and what was sent."""
        if isinstance(value, Number):
            return self._time(value, path), str(value)
        moment = date_time(value)
        if moment is None:
            self._odd(path, "expected date-time, got '")
        return moment, value


def date_time(text: str) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 `date-time` of whole seconds or thousandths."""
    form = r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{3}))?(?:Z|([+-]\d\d:\d\d))"
    found = re.fullmatch(form, text, re.ASCII)
    if not found:
        return None
    day, clock, thousandths, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{zone or '+00:00'}")
    except ValueError:
        return None
    since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return since // timedelta(milliseconds=1) + int(thousandths or 0)
