"""Moments as people name them: a time, a day, or how long ago."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, TypeAlias

from simruns.core.errors import InvalidArgumentError, invalid

When: TypeAlias = datetime | date | str
"""A datetime with its zone; a date, for its midnight in UTC; or "7d", "12h", "2w": so long ago."""

_AGO = re.compile(r"([0-9]{1,6})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
FORMS = 'give a datetime with a zone, a date, or how long ago: "7d", "12h", "2w"'


def moment(name: str, value: Any) -> datetime | None:
    """Gives the time that an argument names, in UTC; None for None."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return _aware(name, value)
    if isinstance(value, date):
        return datetime.combine(value, time(), timezone.utc)
    if not isinstance(value, str):
        raise invalid(f"{name} is of type {type(value).__name__}; {FORMS}", field=name)
    found = _AGO.fullmatch(value.strip().lower())
    if found is None:
        raise _unknown(name, value)
    try:
        return datetime.now(timezone.utc) - timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError:
        raise invalid(f"{name} is {value!r}, before the year 1; {FORMS}", field=name) from None


def _aware(name: str, value: datetime) -> datetime:
    try:
        offset = value.utcoffset()
    except ValueError:  # pandas' NaT is a datetime, too
        raise invalid(f"{name} is no time; {FORMS}", field=name) from None
    if offset is None:
        raise invalid(
            f"{name} is a datetime without a zone; give {name}.astimezone() for local time, or "
            f"{name}.replace(tzinfo=timezone.utc) for UTC",
            field=name,
        )
    try:
        return value.astimezone(timezone.utc)
    except OverflowError:
        raise invalid(f"{name} is {value}, which UTC cannot tell; {FORMS}", field=name) from None


def _unknown(name: str, value: str) -> InvalidArgumentError:
    shown = repr(value if len(value) <= 40 else value[:40] + "...")
    return invalid(f"{name} is {shown}; {FORMS}", field=name)
