"""The manifest of an archive: what is in it, and how far the walk has come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from simruns import _core
from simruns.core.errors import Error
from simruns.core.files import replacing
from simruns.core.reading import reading
from simruns.hold.completeness import BatchCompleteness
from simruns.hold.told import ScenarioInfo
from simruns.hold.witness import witness_of
from simruns.request.query import BatchKey

FORMAT = 3
"""In archives of format 2, the parts have no `scenario_name`; in those of format 1, they call
`run_id` by the name `id`.
"""
NAME = "manifest.json"
PARTS = "parts"
QUERY = ("sort", "filter", "endpoint_type")
"""The arguments of a query that decide which runs are in the archive, and their order."""
DEFAULTS = {"sort": "createdAt:asc"}

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
        """Gives the completeness; before a page came, that of a walk with nothing in it."""
        if self.completeness is None:
            return BatchCompleteness.of(self.key, _core.Completeness())
        told = self.completeness
        gaps = tuple((first, last) for first, last in told["gaps"])
        witness = witness_of(told.get("witness"))
        return BatchCompleteness(self.key, **{**told, "gaps": gaps, "witness": witness})

    def write(self, directory: Path) -> None:
        body = asdict(self)
        text = json.dumps({**body, "digest": digest_of(body)}, indent=1, ensure_ascii=False)
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


def numbers_in(ranges: Ranges) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def digest_of(body: Mapping[str, Any]) -> str:
    """Gives the digest of the members of a manifest, by which a change of it is noticed."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def query_of(how: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: how.get(name) or DEFAULTS.get(name) for name in QUERY}


def read_manifest(directory: Path) -> Manifest | None:
    """Gives the manifest, or None if there is none. Raises Error for one that cannot be used."""
    path = directory / NAME
    try:
        with reading(path):
            text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise damaged(path, "it is not UTF-8") from None
    try:
        body = json.loads(text)
    except ValueError as error:
        raise damaged(path, f"it is not JSON ({error})") from None
    if not isinstance(body, dict) or not isinstance(body.get("format"), int):
        raise damaged(path, "it names no format")
    if body["format"] > FORMAT:
        raise Error(
            f"{path} is of format {body['format']}, and this simruns reads up to {FORMAT}: "
            "pip install --upgrade simruns"
        )
    if body.pop("digest", None) != digest_of(body):
        raise damaged(path, "its digest does not fit it")
    try:
        walk = body.pop("walk")
        parts = [Part(**part) for part in body.pop("parts")]
        if any(str(Path(part.file).parent) != PARTS for part in parts):
            raise damaged(path, f"it names a part that is not in {PARTS}")
        return Manifest(**body, parts=parts, walk=walk and Walk(**walk))
    except (KeyError, TypeError) as error:
        raise damaged(path, f"its members are not those of its format ({error})") from None


def damaged(path: Path, why: str) -> Error:
    return Error(
        f"{path} is damaged: {why}. Restore the whole directory from a copy; or move it away and "
        "archive anew, as each file in its parts holds runs, their texts in the column json"
    )


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
