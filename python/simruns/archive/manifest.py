"""The manifest of an archive: what is in it, and how far the walk has come."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from simruns import _core
from simruns.archive.members import made, wrong
from simruns.core.checks import shown
from simruns.core.errors import Error
from simruns.core.files import replacing
from simruns.core.reading import refuse_odd, regular
from simruns.core.strict_json import strict_json
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.told import ScenarioInfo
from simruns.hold.witness import is_of
from simruns.request.query import BatchKey

FORMAT = 3
"""In archives of format 2, the parts have no `scenario_name`; in those of format 1, they call
`run_id` by the name `id`. A version that reads another value of a column from a text has a format
of its own: the columns of a part are believed as far as the format is this one.
"""
NAME = "manifest.json"
PARTS = "parts"
QUERY = ("sort", "filter", "endpoint_type")
"""The arguments of a query that decide which runs are in the archive, and their order."""
DEFAULTS = {"sort": "createdAt:asc"}
LARGEST_BYTES = 2**26
"""Bytes of a manifest; it has some 150 for each part of a thousand runs."""
LAST_PART = 999_999_999
"""The highest number that a part may have."""
_PART = re.compile(PARTS + r"/part-[0-9]{6,9}\.parquet")
_SHA256 = re.compile("[0-9a-f]{64}")

Ranges = list[list[int]]
"""A set of run numbers as it stands in a manifest: [first, last] of each stretch."""


@dataclass
class Part:
    """A file of runs, as the manifest names it."""

    file: str
    rows: int
    sha256: str


@dataclass
class Walk:
    """A walk that is under way or interrupted. It knows runs by their numbers in the archive."""

    started_at: str
    runs_before: int
    """The number of the first run that is new."""
    position: str | None = None
    """Where the walk goes on, after the last run that is in a part; None is the start."""
    seen: Ranges = field(default_factory=list)
    changed: Ranges = field(default_factory=list)
    sessions: int = 1
    """Processes that took part in the walk."""
    total_first: int | None = None
    total_moved: bool = False
    duplicates: int = 0
    unnamed: int = 0
    foreign: int = 0
    pages: int = 0
    requests: int = 0
    guessed: bool = False
    """Whether the server gave no cursor where one was due."""
    listed: str | None = None
    """What a list told of the batch before the walk began; None where there was no list."""


@dataclass
class Manifest:
    project: str
    scenario: str
    batch: str
    query: dict[str, str | None]
    server: str
    created_at: str
    format: int = FORMAT
    runs: int = 0
    """Runs that are kept, each counted once."""
    gone: Ranges = field(default_factory=list)
    """Runs that the server no longer had when the last walk ended."""
    parts: list[Part] = field(default_factory=list)
    next_part: int = 1
    walk: Walk | None = None
    read_at: str | None = None
    """When the latest page came."""
    finished_at: str | None = None
    """When the last whole walk ended."""
    scenario_told: str | None = None
    """What the server said of the scenario, as its own text; None where it was not listed."""
    listed: str | None = None
    """What a list told of the batch before the last whole walk that began with a list."""
    completeness: dict[str, Any] | None = None
    """The completeness of the last whole walk; before there is one, of the walk under way."""

    @property
    def key(self) -> BatchKey:
        return BatchKey(self.project, self.scenario, self.batch)

    @property
    def scenario_info(self) -> ScenarioInfo | None:
        text = self.scenario_told
        return None if text is None else ScenarioInfo._restored(text, self.project)

    @property
    def names(self) -> dict[str, str]:
        """The name of the scenario by its reference, where it is known."""
        told = self.scenario_info
        return {} if told is None or told.name is None else {self.scenario: told.name}

    def tell(self, completeness: BatchCompleteness) -> None:
        witness = completeness.witness
        told = completeness._asdict()
        del told["key"]
        self.completeness = {**told, "witness": witness and witness._asdict()}

    def told(self) -> BatchCompleteness:
        """Gives the completeness of the walk that brought what is here; before a page came, that of
        a walk with nothing in it.

        That is the last whole walk, unless a later one has not ended, and found another state.
        Raises ValueError for what is none.
        """
        if self.completeness is None:
            return BatchCompleteness.of(self.key, _core.Completeness())
        each = [{**self.completeness, **self.key._asdict()}]
        told = Completeness.of_dict({"batches": each}).batches[0]
        walk = self.walk
        if walk is None or self.finished_at is None:
            return told
        as_before = self.runs == walk.runs_before and not walk.changed
        if as_before and walk.total_first in (None, told.total):
            return told
        return BatchCompleteness.of(self.key, _not_ended(walk, told.filtered))

    def write(self, directory: Path) -> None:
        body = asdict(self)
        text = json.dumps({**body, "digest": digest_of(body)}, indent=1, ensure_ascii=False)
        if len(text.encode()) > LARGEST_BYTES:
            raise Error(
                f"{directory / NAME} would have more than {LARGEST_BYTES:,} bytes, and is left as "
                "it was: archive to a new directory, with the default sort"
            )
        with replacing(directory / NAME, durable=True) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


def ranges_of(numbers: Iterable[int]) -> Ranges:
    """Gives the stretches of some numbers: few, as a walk sees most runs in their order."""
    out: Ranges = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return out


def _not_ended(walk: Walk, filtered: bool) -> _core.Completeness:
    """Gives the completeness of a walk that has not ended."""
    return _core.Completeness(
        received=len(numbers_in(walk.seen)),
        duplicates=walk.duplicates,
        total_first=walk.total_first,
        total=walk.total_first,
        pages=walk.pages,
        requests=walk.requests,
        filtered=filtered,
        guessed=walk.guessed,
        unnamed=walk.unnamed,
        foreign=walk.foreign,
        total_moved=walk.total_moved,
    )


def numbers_in(ranges: Ranges) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def digest_of(body: Mapping[str, Any]) -> str:
    """Gives the digest of the members of a manifest, by which a change of it is noticed."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def query_of(how: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: how.get(name) or DEFAULTS.get(name) for name in QUERY}


def read_manifest(directory: Path) -> Manifest | None:
    """Gives the manifest, or None if there is none. Raises Error for one that cannot be used.

    An archive may be somebody else's: what this gives has the types that it declares, numbers of
    runs that there are, and names of parts that are in the directory.
    """
    path = directory / NAME
    refuse_odd(directory / PARTS, "directory")
    try:
        with regular(path, LARGEST_BYTES) as file:
            text = file.read().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise damaged(path, "it is not UTF-8") from None
    try:
        body = strict_json(text)
    except ValueError as error:
        raise damaged(path, f"it is not JSON ({error})") from None
    if not isinstance(body, dict) or not is_of(body.get("format"), int) or body["format"] < 1:
        raise damaged(path, "it names no format")
    if body["format"] > FORMAT:
        raise Error(
            f"{path} is of format {body['format']}, and this simruns reads up to {FORMAT}: "
            "pip install --upgrade simruns"
        )
    if body.pop("digest", None) != digest_of(body):
        raise damaged(path, "its digest does not fit it")
    try:
        manifest = made(Manifest, body)
        _check(manifest)
    except ValueError as error:
        raise damaged(path, str(error)) from None
    return manifest


def _check(manifest: Manifest) -> None:
    """Raises ValueError, which names the member, for a value that no archive can have."""
    _check_parts(manifest)
    _check_ranges("gone", manifest.gone, manifest.runs)
    if not 1 <= manifest.next_part <= LAST_PART + 1:
        raise wrong("next_part", manifest.next_part, f"1 to {LAST_PART + 1}")
    for name in ("created_at", "read_at", "finished_at"):
        _check_time(name, getattr(manifest, name))
    walk = manifest.walk
    if walk is not None:
        _check_time("walk.started_at", walk.started_at)
        if walk.runs_before > manifest.runs:
            raise wrong("walk.runs_before", walk.runs_before, f"at most runs, {manifest.runs}")
        if walk.sessions < 1:
            raise wrong("walk.sessions", walk.sessions, "1 or more")
        _check_ranges("walk.seen", walk.seen, manifest.runs)
        _check_ranges("walk.changed", walk.changed, walk.runs_before)
    try:
        told = manifest.told()
    except ValueError as error:
        raise ValueError(f"completeness is none ({error})") from None
    if told.verdict == "complete" and told.received > manifest.runs:
        raise wrong("completeness.received", told.received, f"at most runs, {manifest.runs}")


def _check_parts(manifest: Manifest) -> None:
    names: set[str] = set()
    for number, part in enumerate(manifest.parts):
        at = f"parts[{number}]"
        if not _PART.fullmatch(part.file):
            raise ValueError(
                f"it names a part that is not in {PARTS}: {at}.file is {shown(part.file)}, and has "
                f"to be {PARTS}/part-NNNNNN.parquet"
            )
        if part.file in names:
            raise ValueError(f"{at}.file is {part.file}, which is there twice")
        if not _SHA256.fullmatch(part.sha256):
            raise wrong(f"{at}.sha256", part.sha256, "64 hexadecimal digits")
        names.add(part.file)
    rows = sum(part.rows for part in manifest.parts)
    if manifest.runs > rows or (manifest.walk is None and manifest.runs != rows):
        raise wrong("runs", manifest.runs, f"{rows}, the sum of the rows of its parts")


def _check_ranges(at: str, ranges: Ranges, end: int) -> None:
    """Checks that these are stretches of the numbers below `end`, one after the other."""
    least = 0
    for number, stretch in enumerate(ranges):
        if len(stretch) != 2 or not least <= stretch[0] <= stretch[1] < end:
            raise ValueError(
                f"{at}[{number}] is no stretch of the runs from {least} to {end - 1}, as "
                "[first, last]"
            )
        least = stretch[1] + 1


def _check_time(at: str, value: str | None) -> None:
    try:
        moment = None if value is None else datetime.fromisoformat(value)
        if moment is None or (moment.tzinfo and moment.astimezone(timezone.utc)):
            return
    except (OverflowError, ValueError):
        pass
    raise wrong(at, value, "a time with its zone, as 2026-01-31T12:00:00+00:00")


def damaged(path: Path, why: str) -> Error:
    return Error(
        f"{path} is damaged: {why}. Restore the whole directory from a copy; or move it away and "
        "archive anew, as each file in its parts holds runs, their texts in the column json"
    )


def other_runs(directory: Path, manifest: Manifest, there: int) -> Error:
    """Gives the error of parts that hold another number of runs than the manifest says."""
    why = f"runs is {manifest.runs}, and its parts hold {there}, each counted once"
    return damaged(directory / NAME, why)


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
