"""The part of one process in a walk: the runs that came, and those that are on the disk."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from simruns import _core
from simruns.archive.manifest import NAME, Manifest, Walk, now, numbers_in, ranges_of
from simruns.archive.parts import is_part, read_part
from simruns.archive.result import ArchiveResult
from simruns.archive.store import Arrived, Keys, Store
from simruns.archive.unfolding import Room
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.told import BatchInfo


class Session:
    """Keeps the runs that it is given. Requires that the directory is locked."""

    def __init__(
        self, directory: Path, manifest: Manifest, store: Store, listed: BatchInfo | None = None
    ) -> None:
        """`listed` is what a list told of the batch before this session.

        A walk that began before the list said so begins anew: its first runs may have moved since.
        """
        self._directory = directory
        self._manifest = manifest
        self._store = store
        interrupted = manifest.walk
        told = None if listed is None else listed.to_json()
        if interrupted is not None and told is not None and interrupted.listed not in (None, told):
            interrupted = None
        self.resumed = interrupted is not None and interrupted.position is not None
        if interrupted is not None and self.resumed:
            self._walk = interrupted
            self._walk.sessions += 1
        else:
            self._walk = manifest.walk = Walk(started_at=now(), runs_before=len(store), listed=told)
        walk = self._walk
        self._earlier = walk.duplicates, walk.unnamed, walk.foreign, walk.pages, walk.requests
        self._seen = numbers_in(self._walk.seen)
        self._changed = numbers_in(self._walk.changed)
        if not (directory / NAME).exists():  # one that is there holds until a part is written
            manifest.write(directory)

    @property
    def position(self) -> str | None:
        return self._walk.position

    def keys(self) -> Keys:
        """Gives the names of the runs that are still to come."""
        return Keys(self._store.keys_of(self._seen))

    @property
    def seen(self) -> int:
        """The number of runs of the walk that are on the disk."""
        return len(self._seen)

    def commit(self, taken: Sequence[Arrived], position: str, tally: _core.Completeness) -> None:
        """Writes the runs that came up to a position: when this returns, they are safe."""
        self._keep(taken, tally)
        self._walk.position = position
        self._walk.seen = ranges_of(self._seen)
        self._walk.changed = ranges_of(self._changed)
        if self._manifest.finished_at is None:
            self._manifest.tell(self._told(tally))
        self._manifest.write(self._directory)

    def finish(self, taken: Sequence[Arrived], tally: _core.Completeness) -> ArchiveResult:
        """Writes the last runs of the walk, which has ended, and gives its outcome."""
        self._keep(taken, tally)
        self._store.fold()
        told = self._told(tally, whole=True)
        manifest, total = self._manifest, told.total
        gone = numbers_in(manifest.gone)
        if told.reached_end and total is not None and len(self._seen) >= total:
            gone = set(range(len(self._store)))  # every run that the server has came
        manifest.gone = ranges_of(gone - self._seen)
        manifest.walk = None
        manifest.finished_at = now()
        if self._walk.listed is not None:
            manifest.listed = self._walk.listed
        manifest.tell(told)
        manifest.write(self._directory)
        for path in self._store.drop_strays():
            of_us = (
                f"holds runs that {NAME} does not know of: was {NAME} replaced by an older copy? "
                "The file is left as it is, and simruns.open reads it"
            )
            other = "is no part of this archive, by its name or kind. It is ignored, and left"
            warnings.warn(f"{path} {of_us if is_part(path) else other}", stacklevel=2)
        new = len(self._store) - self._walk.runs_before
        return ArchiveResult(
            directory=self._directory,
            runs=len(self._store),
            new=new,
            changed=len(self._changed),
            unchanged=len(self._seen) - new - len(self._changed),
            gone=len(gone - self._seen),
            completeness=Completeness([told]),
            resumed=self.resumed,
            restarted=None,
        )

    def _keep(self, taken: Sequence[Arrived], tally: _core.Completeness) -> None:
        other = [run for run in taken if not self._store.confirms(run)]
        self._store.append(other)
        self._seen.update(self._store.number(run.key) for run in taken)
        numbers = (self._store.number(run.key) for run in other)
        self._changed.update(number for number in numbers if number < self._walk.runs_before)
        self._manifest.read_at = now()
        walk, (duplicates, unnamed, foreign, pages, requests) = self._walk, self._earlier
        if walk.total_first is None:
            walk.total_first = tally.total_first
        moved = tally.total_first is not None and tally.total_first != walk.total_first
        walk.total_moved = walk.total_moved or tally.total_moved or moved
        walk.duplicates = duplicates + tally.duplicates
        walk.unnamed = unnamed + tally.unnamed
        walk.foreign = foreign + tally.foreign
        walk.pages = pages + tally.pages
        walk.requests = requests + tally.requests
        walk.guessed = walk.guessed or tally.guessed

    def _told(self, tally: _core.Completeness, *, whole: bool = False) -> BatchCompleteness:
        """Gives the completeness of the whole walk, of which this session may know a part only."""
        last = BatchCompleteness.of(self._manifest.key, tally)
        if self._walk.sessions == 1:
            return last
        walk = self._walk
        together = _core.Completeness(
            received=len(self._seen),
            duplicates=walk.duplicates,
            total_first=walk.total_first,
            total=last.total,
            pages=walk.pages,
            requests=walk.requests,
            reached_end=last.reached_end,
            filtered=last.filtered,
            guessed=walk.guessed,
            unnamed=walk.unnamed,
            foreign=walk.foreign,
            total_moved=walk.total_moved,
            sequences=self._sequences() if whole else None,
        )
        together.witness = tally.witness
        return BatchCompleteness.of(self._manifest.key, together)

    def _sequences(self) -> list[int | None]:
        """Gives the sequence numbers of the runs of the walk. Requires that parts are folded."""
        room = Room()
        parts = [read_part(self._directory, p, room, "sequence") for p in self._manifest.parts]
        numbers = [number for part in parts for number in part["sequence"]]
        return [numbers[run] for run in sorted(self._seen)]
