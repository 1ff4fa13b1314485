"""Which runs of a batch, in which order: the keyword arguments of reading, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypedDict

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid


class BatchKey(NamedTuple):
    """A batch by its three references."""

    project: str
    scenario: str
    batch: str


class Choice(TypedDict, total=False):
    """Which runs. None, or left out: the default."""

    sort: str | None
    """`field:asc` or `field:desc`. Default `createdAt:asc`."""
    filter: str | None
    """Passed to the server as it is."""
    endpoint_type: str | None
    """Only runs of this endpoint type."""


class PageChoice(Choice, total=False):
    """Which page."""

    page_size: int | None
    """Runs in one request, 1 to 100. Default 100."""
    skip: int | None
    """Runs to leave out at the start. Default 0."""
    start_at: str | None
    """A position, of a stream or an error, or the `next` cursor of a page, to go on from.

    Not beside `skip`.
    """
    start_before: str | None
    """The `previous` cursor of a page: the runs before it, from the last to the first."""
    strict: bool
    """Refuse a run of an odd form, instead of noting it in `issues`. Default False."""


class Walk(PageChoice, total=False):
    """Which runs, and how to go through them."""

    max_runs: int | None
    """End after so many; the walk is then `limited`, and unverified. Default: all."""
    walk: str | None
    """How pages are asked for; the runs are the same.

    "cursor": one after another. "windows": by their numbers, over several connections, and by
    cursor where the batch turns out to move. "auto", the default: windows where the batch looks
    settled and has more than a few pages.
    """
    allow_incomplete: bool
    """Warn where fewer runs came than the server counted, instead of raising. Default False."""


def _order(name: str, value: Any) -> str:
    if not checks.text(name, value):
        raise invalid("sort is empty; give field:asc or field:desc, or leave it out", field=name)
    return str(value)


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "sort": _order,
    "filter": checks.text,
    "endpoint_type": checks.text,
    "page_size": partial(checks.count, low=1, high=100),
    "skip": partial(checks.count, low=0),
    "start_at": checks.text,
    "start_before": checks.text,
    "walk": checks.text,
    "strict": checks.flag,
    "max_runs": partial(checks.count, low=1),
    "allow_incomplete": checks.flag,
}


def make_query(
    key: BatchKey, how: Mapping[str, Any], *, caller: str, allowed: Any = Walk, **own: Any
) -> _core.Query:
    """The query of a method `caller`, which takes the keyword arguments that `allowed` names.

    `own` are what the method itself sets.
    """
    names = allowed.__optional_keys__
    sound: dict[str, Any] = own
    for name, value in how.items():
        if name not in names:
            raise TypeError(f"{caller}() got an unexpected keyword argument '{name}'")
        if value is not None:
            sound[name] = _CHECKS[name](name, value)
    return _core.Query(*key, **sound)
