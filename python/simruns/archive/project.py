"""The archive of a project: each batch in a directory of its own, several archived side by side."""

from __future__ import annotations

import errno
import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from simruns import _core
from simruns.archive.manifest import NAME, Manifest, query_of, read_manifest
from simruns.archive.result import (
    ArchivedBatch,
    ArchiveError,
    ArchiveResult,
    ProjectArchiveResult,
)
from simruns.archive.writing import Archiver, named
from simruns.core.errors import (
    AuthError,
    CancelledError,
    Error,
    IncompleteError,
    about,
)
from simruns.core.extras import require
from simruns.core.files import NO_ROOM
from simruns.core.progress import TICK, Progress
from simruns.core.reading import reading
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.told import FINISHED, BatchInfo
from simruns.request.query import ArchiveChoice, BatchKey, make_query, text_of

SIDE_BY_SIDE = 8
"""Batches that are archived at a time: as many as a client has connections by default."""
LONGEST_NAME = 255
"""Bytes that the name of a directory may have on usual file systems."""


def name_of(key: BatchKey) -> str:
    """Gives the name of the archive of a batch among others, the same each time.

    One that a file system would not take is cut, and has a digest of the whole instead of its end.
    """
    name = ".".join(quote(reference, safe=" ").replace(".", "%2E") for reference in key)
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:180]}..{hashlib.sha256(name.encode()).hexdigest()[:32]}"


class Listing(NamedTuple):
    """What lists told of a project before anything of it is archived."""

    batches: Sequence[BatchInfo]
    completeness: Completeness
    of_all_times: bool
    """Whether batches of any age were asked for."""
    scenarios: frozenset[str]
    """The references of all scenarios of the project; empty where no list of them was needed."""

    def covers(self, key: BatchKey) -> bool:
        """Tells whether a batch would be here if the server listed it.

        A project without scenarios tells nothing: it may be a mistyped one. Neither does the list
        of scenarios of the batches of one that is on it.
        """
        lists = {each.key: each for each in self.completeness.batches}
        told = lists.get(key._replace(batch=""))
        if told is None and self.scenarios and key.scenario not in self.scenarios:
            told = lists.get(BatchKey(key.project, "", ""))
        whole = told is not None and told.reached_end and told.received == told.total
        return whole and self.of_all_times


class _Work(NamedTuple):
    """A batch that is being archived, on a thread."""

    key: BatchKey
    directory: Path
    archiver: Archiver


class ProjectArchiver:
    """Archives the batches of a project to directories below one."""

    def __init__(
        self, core: _core.Client, directory: str | os.PathLike[str], how: Mapping[str, Any]
    ) -> None:
        require("pyarrow", "arrow", "an archive")
        make_query(BatchKey("p", "s", "b"), how, caller="archive", allowed=ArchiveChoice)
        self._core = core
        self._directory = named(directory)
        self._how = how
        self._stopped = False
        self._under_way: dict[Future[ArchiveResult], _Work] = {}
        self._done: dict[BatchKey, ArchivedBatch] = {}
        if (self._directory / NAME).exists():
            raise Error(
                f"{self._directory} is the archive of one batch; give another directory, in which "
                "each batch of the project gets one of its own"
            )
        if self._directory.exists() and not self._directory.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory", os.fspath(self._directory))

    def run(
        self, listing: Listing, bar: Progress, tell: Callable[[ArchivedBatch], None] | None = None
    ) -> ProjectArchiveResult:
        """Returns when each batch is archived. Whatever ends it before, what came is kept.

        `tell` is called with each batch when it is done. Raises ArchiveError, which has the result,
        if some could not be archived.
        """
        finished = [info for info in listing.batches if info.state != "in_progress"]
        waiting = deque({info.key: info for info in finished}.values())
        threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="simruns-archive")
        try:
            while waiting or self._under_way:
                while waiting and len(self._under_way) < SIDE_BY_SIDE:
                    self._begin(waiting.popleft(), threads, tell)
                bar.show(len(self._done), len(finished))
                for future in wait(self._under_way, TICK, FIRST_COMPLETED).done:
                    self._put(_outcome(future, self._under_way.pop(future)), tell)
                bar.show(len(self._done), len(finished))
        finally:
            self.stop()
            threads.shutdown()
        return self._result(listing, [info.key for info in finished], tell)

    def stop(self) -> None:
        """Has `run`, on another thread, raise soon; what came is kept."""
        self._stopped = True
        for work in list(self._under_way.values()):
            work.archiver.stop()

    def _begin(
        self,
        info: BatchInfo,
        threads: ThreadPoolExecutor,
        tell: Callable[[ArchivedBatch], None] | None,
    ) -> None:
        directory = self._directory / name_of(info.key)
        try:
            manifest = read_manifest(directory)
        except (Error, OSError) as error:
            self._put(_failed(info.key, directory, _of_one(error)), tell)
            return
        if manifest is not None and self._is_unchanged(manifest, info, directory):
            unchanged = ArchivedBatch(
                info.key, directory, "unchanged", manifest.runs, manifest.told()
            )
            self._put(unchanged, tell)
            return
        archiver = Archiver(
            self._core, info.key, directory, self._how, witness=True, scenario=info._of,
            listed=info,
        )  # fmt: skip
        work = _Work(info.key, directory, archiver)
        self._under_way[threads.submit(archiver.run, Progress(False))] = work
        if self._stopped:  # by another thread, which may not have seen this one
            archiver.stop()

    def _put(self, done: ArchivedBatch, tell: Callable[[ArchivedBatch], None] | None) -> None:
        self._done[done.key] = done
        if tell is not None:
            tell(done)

    def _is_unchanged(self, manifest: Manifest, info: BatchInfo, directory: Path) -> bool:
        """Tells whether a batch is kept whole, and its list says the same of it as before.

        What no list tells is asked for again: a batch that is not over, or whose walk may have
        missed runs.
        """
        if manifest.listed != info.to_json() or info.state not in FINISHED:
            return False
        if manifest.walk is not None or manifest.key != info.key:
            return False
        if manifest.query != query_of(self._how):
            return False
        there = all((directory / part.file).is_file() for part in manifest.parts)
        return manifest.told().is_settled and there

    def _result(
        self,
        listing: Listing,
        keys: Sequence[BatchKey],
        tell: Callable[[ArchivedBatch], None] | None,
    ) -> ProjectArchiveResult:
        for left in self._unlisted(listing):
            self._put(left, tell)
        listed = dict.fromkeys(keys)
        result = ProjectArchiveResult(
            self._directory,
            (
                *(self._done[key] for key in listed),
                *(one for key, one in self._done.items() if key not in listed),
            ),
            listing.completeness,
            tuple(info.key for info in listing.batches if info.state == "in_progress"),
        )
        if not result.failures:
            return result
        key, first = next(iter(result.failures.items()))
        raise ArchiveError(
            f"{len(result.failures)} of {len(result.batches)} batches failed, the first of them "
            f"{text_of(key)}: {first}; what became of each is in error.result",
            result,
        )

    def _unlisted(self, listing: Listing) -> Iterator[ArchivedBatch]:
        """Gives the archives of batches that a whole list no longer has."""
        listed = {info.key for info in listing.batches}
        for directory in self._inner():
            with suppress(Error, OSError):  # no archive, or one of other people
                manifest = read_manifest(directory)
                if manifest is None or manifest.key in listed:
                    continue
                if listing.covers(manifest.key):
                    yield ArchivedBatch(
                        manifest.key, directory, "unlisted", manifest.runs, manifest.told()
                    )

    def _inner(self) -> list[Path]:
        if not self._directory.is_dir():
            return []
        with reading(self._directory):
            return sorted(self._directory.iterdir())


def _outcome(future: Future[ArchiveResult], work: _Work) -> ArchivedBatch:
    """Gives what became of a batch. Raises what would fail every one."""
    try:
        result = future.result()
    except AuthError as error:
        raise about(error, text_of(work.key)) from None
    except CancelledError:
        raise
    except (Error, OSError) as error:
        return _failed(work.key, work.directory, _of_one(error))
    (told,) = result.completeness.batches
    return ArchivedBatch(work.key, work.directory, "archived", result.runs, told, result)


def _of_one(error: Error | OSError) -> Error:
    """Gives the error of a batch. Raises it where it is one of the disk, which has no room."""
    if isinstance(error, Error):
        return error
    if error.errno in NO_ROOM:
        raise error
    return Error(
        f"{error}; what stands in the place of this archive cannot be used as one: move it away, "
        "or make it accessible, and archive again"
    )


def _failed(key: BatchKey, directory: Path, error: Error) -> ArchivedBatch:
    """Gives a batch that was not archived, or not whole. What an earlier walk told is no more."""
    told, runs = None, 0
    with suppress(Error, OSError):
        manifest = read_manifest(directory)
        if manifest is not None:
            told, runs = manifest.told(), manifest.runs
    walked = isinstance(error, IncompleteError) and told is not None
    if told is None or not walked:
        told = BatchCompleteness.of(key, _core.Completeness())
    return ArchivedBatch(key, directory, "failed", runs, told, None, error)
