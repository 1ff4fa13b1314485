"""Archiving a batch to a directory, from where the last call stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simruns import _core
from simruns.archive import pace
from simruns.archive.lock import NAME as LOCK
from simruns.archive.lock import locked
from simruns.archive.manifest import NAME, PARTS, Manifest, now, query_of, read_manifest
from simruns.archive.parts import sweep
from simruns.archive.result import ArchiveResult
from simruns.archive.session import Session
from simruns.archive.store import Arrived, Store
from simruns.core.errors import (
    CancelledError,
    Error,
    IncompleteError,
    RequestError,
    invalid,
    tell_walk,
    warn_if_incomplete,
)
from simruns.core.extras import require
from simruns.core.files import NO_ROOM, sync
from simruns.core.progress import Progress
from simruns.hold.told import BatchInfo, ScenarioInfo
from simruns.request.query import ArchiveChoice, BatchKey, make_query, text_of

REFUSED = ("bad_request", "not_found")
"""Kinds of failure by which a server refuses the position of a resumed walk."""


class Archiver:
    """Archives one batch to one directory."""

    def __init__(
        self,
        core: _core.Client,
        key: BatchKey,
        directory: Path,
        how: Mapping[str, Any],
        *,
        witness: bool,
        scenario: ScenarioInfo | None = None,
        listed: BatchInfo | None = None,
    ) -> None:
        """`listed` is what a list told of the batch, before anything is asked of it."""
        require("pyarrow", "arrow", "an archive")
        self._core = core
        self._key = key
        self._directory = directory
        self._how = how
        self._asks = witness
        self._scenario = scenario
        self._listed = listed
        self._writing = False
        self._stopped = False
        self._stream: _core.Stream | None = None
        self._query(None)  # raises for what cannot be asked

    def run(self, bar: Progress) -> ArchiveResult:
        """Returns at the end of the walk. Whatever ends it before, the runs that came are kept."""
        try:
            return self._run(bar)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            message = (
                f"{os.strerror(error.errno)}; the archive is sound: make room, and archive again, "
                "which goes on from what is there"
            )
            place = error.filename or os.fspath(self._directory)
            raise OSError(error.errno, message, place) from None

    def _run(self, bar: Progress) -> ArchiveResult:
        if self._directory.is_dir() and read_manifest(self._directory) is None:
            _refuse_foreign(self._directory)  # before anything is put into it
        _make(self._directory)
        with locked(self._directory):
            manifest = self._manifest()
            if self._scenario is not None:
                manifest.scenario_told = self._scenario.to_json()
            sweep(self._directory)
            store = Store(self._directory, manifest)
            session = Session(self._directory, manifest, store, self._listed)
            try:
                return self._walk(session, bar)
            except RequestError as error:
                began = self._stream is not None and self._stream._completeness.pages > 0
                refused = error.kind in REFUSED or error.field == "start_at"
                if self._stopped or not session.resumed or began or not refused:
                    raise
                refusal = str(error)
            manifest.walk = None
            anew = Session(self._directory, manifest, store, self._listed)
            result = self._walk(anew, bar)
            return result._replace(restarted=refusal)

    def stop(self) -> None:
        """Has `run`, on another thread, raise soon; the runs that came are kept."""
        self._stopped = True
        if self._stream is not None:
            self._stream._close()

    def _walk(self, session: Session, bar: Progress) -> ArchiveResult:
        self._stream = None
        self._stream = stream = _core.Stream(self._core, self._query(session.position))
        keys = session.keys()
        taken: list[Arrived] = []
        whole = (0, session.position)  # the runs taken up to the end of a page, and its position
        written_at = time.monotonic()
        short: IncompleteError | None = None
        try:
            while True:
                if self._stopped:
                    raise CancelledError("the archive was stopped")
                run = stream._try_next()
                if run is None:
                    whole = (len(taken), stream._position)
                    bar.show(session.seen + len(taken), stream._completeness.total)
                    late = taken and time.monotonic() - written_at >= pace.PART_SECONDS
                    if late or len(taken) >= pace.PART_RUNS:
                        self._write(session, taken, stream)
                        taken, whole = [], (0, session.position)
                        written_at = time.monotonic()
                    if not _filled(stream):
                        break
                    continue
                text = run.to_json()
                taken.append(Arrived(keys.of(run.id, text), text, time.time_ns() // 1_000_000))
        except IncompleteError as error:
            short = error
        except BaseException:
            number, position = whole
            if number and position is not None and not self._writing:
                session.commit(taken[:number], position, stream._completeness)
            raise
        finally:
            stream._close()
        tally = stream._completeness
        if self._asks:  # after the walk, which may have one connection only
            query = make_query(self._key, {}, caller="archive")
            tally.witness = self._core.start_witness(query, None).wait()
        result = session.finish(taken, tally)
        if result.completeness.verdict == "incomplete" and not self._how.get("allow_incomplete"):
            raise short or _incomplete(result)
        subject = "" if self._listed is None else text_of(self._key)
        warn_if_incomplete(result.completeness.batches[0], subject)
        return result

    def _write(self, session: Session, taken: list[Arrived], stream: _core.Stream) -> None:
        self._writing = True  # if this fails, the disk has the last sound state
        session.commit(taken, stream._position, stream._completeness)
        self._writing = False

    def _query(self, position: str | None) -> _core.Query:
        own = {} if position is None else {"start_at": position}
        return make_query(self._key, self._how, caller="archive", allowed=ArchiveChoice, **own)

    def _manifest(self) -> Manifest:
        found = read_manifest(self._directory)
        query = query_of(self._how)
        if found is None:
            _refuse_foreign(self._directory)
            return Manifest(
                **self._key._asdict(), query=query, server=self._core.base_url, created_at=now()
            )
        if found.key != self._key:
            there = ", ".join(f"{name} {value}" for name, value in found.key._asdict().items())
            raise invalid(f"{self._directory} is an archive of {there}; give each batch its own")
        for name, value in query.items():
            if found.query.get(name) != value:
                raise invalid(
                    f"{self._directory} is an archive by {name}={found.query.get(name)!r}, not "
                    f"{value!r}; give each query a directory of its own",
                    field=name,
                )
        return found


def archive(
    core: _core.Client,
    key: BatchKey,
    directory: str | os.PathLike[str],
    progress: bool | None,
    how: Mapping[str, Any],
    *,
    witness: bool,
    scenario: ScenarioInfo | None = None,
) -> ArchiveResult:
    archiver = Archiver(core, key, named(directory), how, witness=witness, scenario=scenario)
    with Progress(progress) as bar:
        return archiver.run(bar)


def named(directory: str | os.PathLike[str]) -> Path:
    if not os.fspath(directory):
        raise invalid("the directory of the archive has an empty name; give one, or '.'")
    return Path(directory)


def _filled(stream: _core.Stream) -> bool:
    """Waits until a run is here. False: the walk has ended, and what it lacks is not told yet."""
    try:
        more: bool = stream._start_ready(None).wait()
    except RequestError as error:
        stream._explain(error)
        raise
    return more


def _make(directory: Path) -> None:
    made = not directory.exists()
    (directory / PARTS).mkdir(parents=True, exist_ok=True)
    if made:
        sync(directory.parent)
    sync(directory)


def _refuse_foreign(directory: Path) -> None:
    """Refuses a directory with other files, or with parts whose manifest is lost."""
    expected = (LOCK, PARTS)
    found = [p.name for p in directory.iterdir() if not p.name.startswith(f".{NAME}.")]
    found = [name for name in found if name not in expected]
    found += [f"{PARTS}/{path.name}" for path in (directory / PARTS).glob("*")]
    if found:
        raise Error(
            f"{directory} has no {NAME}, but it has {sorted(found)[0]}: it is no archive, or not a "
            "whole one; give a new directory"
        )


def _incomplete(result: ArchiveResult) -> IncompleteError:
    told = result.completeness
    message = f"the walk ended after {told.received} of {told.total} runs"
    error = IncompleteError(message, kind="incomplete")
    tell_walk(error, told.batches[0])
    return error
