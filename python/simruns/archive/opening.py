"""Runs from the disk: of an archive, a directory of archives, or a file of runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from simruns import _core
from simruns.archive.manifest import NAME, Manifest, numbers_in, other_runs, read_manifest
from simruns.archive.parts import PartError, read_part
from simruns.archive.run_files import read_file
from simruns.archive.store import Keys
from simruns.archive.stored import stored
from simruns.archive.unfolding import Room
from simruns.core.errors import Error
from simruns.core.pickling import public
from simruns.core.reading import reading, refuse_odd
from simruns.hold.completeness import Completeness
from simruns.hold.joining import Choosing
from simruns.hold.runs import GONE, Runs
from simruns.hold.stored import Walk, ids_of, pages_of
from simruns.hold.told import ScenarioInfo
from simruns.looks.reprs import verdicts_line
from simruns.looks.texts import counted
from simruns.request.query import BatchKey


@public
class ArchivedRuns(Runs):
    """Runs from the disk, with all that `Runs` has.

    `completeness` is that of the walk that archived them, and `read_at` its time.
    """

    def __init__(
        self,
        walks: Sequence[tuple[BatchKey, Walk]],
        *,
        completeness: Completeness | None = None,
        read_at: datetime | None = None,
        chosen: Sequence[Choosing | None] = (),
        order: Iterable[int] | None = None,
        names: Mapping[str, str] | None = None,
        scenarios: Mapping[str, ScenarioInfo] | None = None,
        gone: Sequence[str] = (),
    ) -> None:
        super().__init__(
            walks, completeness=completeness, read_at=read_at, chosen=chosen, order=order,
            names=names, scenarios=scenarios,
        )  # fmt: skip
        self.gone = tuple(run_id for run_id in gone if run_id in self)
        """The ids of the runs here that the server no longer had when it was asked last."""

    def __add__(self, more: Runs) -> Runs:
        """Joins two reads into one, as `Runs` do; archived ones keep which runs are gone.

        Of a run that both have, the one that asked later tells.
        """
        runs = super().__add__(more)
        if not isinstance(more, ArchivedRuns):
            return runs
        earlier, later = sorted((self, more), key=lambda some: some.read_at)
        gone = {*later.gone, *(run_id for run_id in earlier.gone if run_id not in later)}
        walks = list(zip(runs.batches, runs._held.walks, strict=True))
        in_order = dict.fromkeys(run_id for run_id in (*self.gone, *more.gone) if run_id in gone)
        return ArchivedRuns(walks, **runs._told(), gone=tuple(in_order))

    def _told(self) -> dict[str, Any]:
        return {**super()._told(), "gone": self.gone}

    def _file_metadata(self) -> dict[str, str]:
        return {**super()._file_metadata(), GONE: json.dumps(self.gone)}

    def __repr__(self) -> str:
        gone = f", {len(self.gone):,} no longer on the server" if self.gone else ""
        told = "; ".join(filter(None, [str(self.completeness), verdicts_line(self._held.verdicts)]))
        return f"<ArchivedRuns: {counted(len(self), 'run')}{gone}; {told}>"


@public
def open(path: str | os.PathLike[str]) -> ArchivedRuns:  # noqa: A001
    """Gives the runs of an archive, or of a file, as `batch.read()` does, and sends nothing.

    `path` is a directory of `batch.archive`, a directory of such directories, or a file of runs:
    Parquet as `to_parquet` and `simruns export` write it, JSON with a run a line, or JSON with a
    page or an array of runs. Of an archive, each run has its latest text, and they come in the
    order in which the walks first came to them. Archives and Parquet have the completeness of the
    read and its time; JSON has neither: it is unverified, and its time is that of the file.

    Of an archive, columns are taken as its parts have them, and texts are decoded when the first
    run, turn or criterion is asked for, all at once. Believed until then is that the columns say
    what the texts say: the parts are those of the manifest by their SHA-256, have the columns that
    `archive` writes, and each run once. When the texts are decoded, every column is compared with
    them. What an archive holds is in memory from the start; its files may change afterwards.

    Raises FileNotFoundError if there is nothing, another OSError for what cannot be read, Error for
    what is no run, is damaged, or holds a batch twice; whoever first asks for the runs of an
    archive gets an Error if its texts are no runs, or not what its columns say.
    """
    where = Path(path)
    if not where.is_dir():
        return ArchivedRuns(**read_file(where)._asdict())
    directories = archives_in(where)
    opened = [_of_archive(directory) for directory in directories]
    manifests = [manifest for manifest, _ in opened]
    _refuse_twice(directories, manifests)
    return ArchivedRuns(
        [(manifest.key, walk) for manifest, walk in opened],
        completeness=Completeness(manifest.told() for manifest in manifests),
        read_at=max(map(_time_of, manifests)),
        gone=[run_id for manifest, walk in opened for run_id in _gone(manifest, walk)],
        scenarios={key.scenario: told for key, told in latest_scenarios(manifests).items()},
    )


def latest_scenarios(manifests: Iterable[Manifest]) -> dict[BatchKey, ScenarioInfo]:
    """Gives what is known of each scenario, by its key with no batch: what was read last."""
    told: dict[BatchKey, ScenarioInfo] = {}
    for manifest in sorted(manifests, key=_time_of):
        info = manifest.scenario_info
        if info is not None:
            key = manifest.key._replace(batch="")
            told.pop(key, None)  # so that the latest is the last one, whatever its project
            told[key] = info
    return told


def _time_of(manifest: Manifest) -> datetime:
    return datetime.fromisoformat(manifest.read_at or manifest.created_at)


def _gone(manifest: Manifest, walk: Walk) -> Iterator[str]:
    numbers = numbers_in(manifest.gone)
    return (run_id for number, run_id in enumerate(ids_of(walk)) if number in numbers)


def archives_in(directory: Path) -> list[Path]:
    """Gives the directory if it is an archive, else the archives in it, by their names."""
    if _is_archive(directory):
        return [directory]
    with reading(directory):
        inner = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    found = [path for path in inner if _is_archive(path)]
    if not found:
        raise Error(f"{directory} is no archive: neither it nor a directory in it has a {NAME}")
    for path in found:
        refuse_odd(path, "directory")
    return found


def archived_batches(directory: Path) -> list[tuple[Path, Manifest]]:
    """Gives each archive that `open` would read of a directory, with its manifest."""
    directories = archives_in(directory)
    manifests = [_manifest_of(each) for each in directories]
    _refuse_twice(directories, manifests)
    return list(zip(directories, manifests, strict=True))


def _manifest_of(directory: Path) -> Manifest:
    manifest = read_manifest(directory)
    if manifest is None:
        raise Error(f"{directory} is no archive any more: its {NAME} is gone")
    return manifest


def _is_archive(directory: Path) -> bool:
    """Tells whether a directory is an archive. Raises OSError if that cannot be seen."""
    with reading(directory):
        try:
            os.lstat(directory / NAME)
        except (FileNotFoundError, NotADirectoryError):
            return False
    return True


def _refuse_twice(directories: list[Path], manifests: list[Manifest]) -> None:
    """Refuses two archives of one batch, whose runs would count twice."""
    first: dict[BatchKey, Path] = {}
    for directory, manifest in zip(directories, manifests, strict=True):
        other = first.setdefault(manifest.key, directory)
        if other != directory:
            raise Error(
                f"{other} and {directory} are archives of one batch, {manifest.batch}: its runs "
                "would be there twice; open one of them"
            )


def texts_in(path: Path) -> Iterator[tuple[BatchKey, list[str]]]:
    """Gives the texts of the runs that `open` gives, by the batch that they were read from."""
    if not path.is_dir():
        walks = read_file(path).walks
    else:
        opened = map(_of_archive, archives_in(path))
        walks = [(manifest.key, pages_of(walk)) for manifest, walk in opened]
    for key, pages in walks:
        yield key, [pages[number].to_json() for number in range(len(pages))]


def _of_archive(directory: Path) -> tuple[Manifest, Walk]:
    """Reads an archive; again if a writer has put parts together meanwhile."""
    before: Manifest | None = None
    while True:
        manifest = _manifest_of(directory)
        try:
            walk = stored(directory, manifest) or _core.Pages.of_texts(_texts(directory, manifest))
        except PartError:
            if before == manifest:
                raise
            before = manifest
            continue
        except ValueError as error:
            raise Error(f"{directory}: {error}") from None
        ids = [run_id for run_id in ids_of(walk) if run_id]
        once = len(set(ids)) + len(walk) - len(ids)
        if len(walk) != manifest.runs or once != manifest.runs:
            raise other_runs(directory, manifest, once)
        return manifest, walk


def _texts(directory: Path, manifest: Manifest) -> Iterator[str]:
    room = Room()
    if manifest.walk is None:
        for part in manifest.parts:
            yield from read_part(directory, part, room, "json")["json"]
        return
    keys = Keys()
    latest: dict[object, str] = {}  # a later text replaces the first
    for part in manifest.parts:
        columns = read_part(directory, part, room, "run_id", "json")
        for run_id, text in zip(columns["run_id"], columns["json"], strict=True):
            latest[keys.of(run_id, text)] = text
    yield from latest.values()
