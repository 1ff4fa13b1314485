"""Which runs of a batch, in which order: the keyword arguments of reading, and their checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypedDict

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.help import tabled
from simruns.core.pickling import public
from simruns.core.words import OnBadRun, WalkMode


@public
class BatchKey(NamedTuple):
    """A batch by its three references."""

    project: str
    scenario: str
    batch: str


def text_of(key: BatchKey) -> str:
    """Gives what a message calls a batch."""
    return f"scenario {key.scenario}, batch {key.batch}"


class Choice(TypedDict, total=False):
    """Which runs. None stands for the default, as leaving an argument out does."""

    sort: str | None
    """The order of the runs: `field:asc` or `field:desc`."""
    filter: str | None
    """A filter, which is passed to the server as it is. None: no filter."""
    endpoint_type: str | None
    """Only runs of this endpoint type. None: of all types."""


class PageChoice(Choice, total=False):
    """Which page."""

    page_size: int | None
    """Runs that one request asks for, 1 to 100."""
    skip: int | None
    """Runs to leave out at the start."""
    start_at: str | None
    """A position of a stream or an error, or the `next` cursor of a page: reading goes on there.

    It is refused beside `skip`.
    """
    start_before: str | None
    """The `previous` cursor of a page: the runs before it come, from the last to the first."""
    bad: OnBadRun | None
    """What becomes of a run that is no JSON, as for a NaN in it.

    "error" makes its page an error. "issue" leaves it out, where it is certain where the run ends,
    and tells of it in `bad_runs` and `issues`; the walk is then never "complete".
    """
    strict: bool
    """Whether the first issue is an error, instead of being noted in `issues`."""


@public
@tabled
class Walk(PageChoice, total=False):
    """Which runs, and how to go through them."""

    max_runs: int | None
    """Runs after which the walk ends, `limited` and unverified. None: no bound."""
    walk: WalkMode | None
    """How pages are asked for; the runs are the same.

    "cursor" asks for one after another. "windows" asks for them by their numbers, over several
    connections, and goes back to the cursor if the batch moves. "auto" takes windows
    where the batch looks settled and has more than a few pages.
    """
    allow_incomplete: bool
    """Whether too few runs are a warning, instead of an `IncompleteError`."""


class ArchiveChoice(Choice, total=False):
    """Which runs to keep, and how to get them."""

    page_size: int | None
    """Runs that one request asks for, 1 to 100."""
    allow_incomplete: bool
    """Whether too few runs end the archiving quietly, instead of raising."""


class FollowChoice(TypedDict, total=False):
    """Which runs of a live batch. None stands for the default, as leaving an argument out does."""

    filter: str | None
    """A filter, which is passed to the server as it is. None: no filter."""
    endpoint_type: str | None
    """Only runs of this endpoint type. None: of all types."""
    page_size: int | None
    """Runs that one request asks for, 1 to 100."""
    strict: bool
    """Whether the first issue is an error, instead of being noted in `issues`."""


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
    "bad": checks.text,
    "strict": checks.flag,
    "max_runs": partial(checks.count, low=1),
    "allow_incomplete": checks.flag,
}


def make_query(
    key: BatchKey, how: Mapping[str, Any], *, caller: str, allowed: Any = Walk, **own: Any
) -> _core.Query:
    """Makes the query of a method `caller`, which takes the keyword arguments that `allowed` names.

    `own` is what the method itself sets.
    """
    names = allowed.__optional_keys__
    sound: dict[str, Any] = own
    for name, value in how.items():
        if name not in names:
            raise TypeError(f"{caller}() got an unexpected keyword argument '{name}'")
        if value is not None:
            sound[name] = _CHECKS[name](name, value)
    return _core.Query(*key, **sound)
