"""One batch, and many: the ways of reading them on this thread."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from simruns import _core
from simruns.archive.result import ArchiveResult
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.help import names
from simruns.core.pickling import Unpickled, public
from simruns.core.progress import Progress
from simruns.core.shown import shown_by
from simruns.hold.runs import Runs
from simruns.hold.told import BatchInfo, ScenarioInfo
from simruns.looks.texts import counted
from simruns.read.follow import INTERVAL, JITTER, FollowStream, Predicate, following
from simruns.read.streams import RunStream
from simruns.read.waiting import (
    MAX_BYTES,
    Asked,
    Witnessed,
    held,
    keeping,
    wait_for_all,
    wants_witness,
)
from simruns.request.query import (
    ArchiveChoice,
    BatchKey,
    Choice,
    FollowChoice,
    PageChoice,
    Walk,
    make_query,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from simruns.read.scenario import Scenario


class BatchBase(Unpickled):
    """A batch of a scenario, at one server; what `Batch` and `AsyncBatch` have in common."""

    _instead = "keep its key, and give that to client.batches in each process"

    def __init__(
        self, core: _core.Client, key: BatchKey, scenario_info: ScenarioInfo | None = None
    ) -> None:
        self._core = core
        self._of = scenario_info
        self.key = key

    @property
    def project(self) -> str:
        return self.key.project

    @property
    def scenario(self) -> str:
        return self.key.scenario

    @property
    def batch(self) -> str:
        return self.key.batch

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.key._asdict().items())
        return f"{type(self).__name__}({fields})"

    _repr_html_ = shown_by("batch_html")

    def _query(self) -> _core.Query:
        return make_query(self.key, {}, caller="batch")

    def _told(self, told: _core.BatchInfo) -> BatchInfo:
        return BatchInfo(told, self.key, self._of, self._core.base_url)

    def _scenarios(self) -> dict[str, ScenarioInfo]:
        return {} if self._of is None else {self.scenario: self._of}

    def _head_query(self, n: int, how: Choice) -> _core.Query:
        size = checks.count("n", n, 1, 100)
        return make_query(self.key, how, caller="head", allowed=Choice, page_size=size)


@public
class Batch(BatchBase):
    """A batch, read on this thread. `client.batch(...)` makes one, and sends nothing."""

    @names(Walk)
    def runs(self, **how: Unpack[Walk]) -> RunStream:
        """Gives the runs as a stream, each once; a loop goes on where another was left.

        Takes sort, filter, endpoint_type, page_size, max_runs, skip, start_at, start_before, bad,
        strict, walk and allow_incomplete: see `Walk`. The stream raises `IncompleteError` after
        the last run if fewer came than the server counted.
        """
        query = make_query(self.key, how, caller="runs")
        return RunStream(self._core, self.key, query)

    @names(PageChoice)
    def page(self, **how: Unpack[PageChoice]) -> _core.Page:
        """Reads one page, which has its cursors.

        Takes what `runs` takes, but max_runs, walk and allow_incomplete. A page that is started at
        a position in the middle of one holds the runs after that.
        """
        query = make_query(self.key, how, caller="page", allowed=PageChoice)
        page: _core.Page = self._core.start_page(query, None).wait()
        return page

    @names(Choice)
    def head(self, n: int = 20, **how: Unpack[Choice]) -> list[_core.Run]:
        """Reads the first n runs, at most 100, by one request.

        Takes sort, filter and endpoint_type.
        """
        page: _core.Page = self._core.start_page(self._head_query(n, how), None).wait()
        return page[:n]

    def info(self) -> BatchInfo:
        """Asks what the server says of the batch itself: its status and counts.

        Raises NotFoundError where there is no such batch, or a server that tells of none.
        """
        told: _core.BatchInfo = self._core.start_batch(self._query(), None).wait()
        return self._told(told)

    def run(self, id: str) -> _core.Run:  # noqa: A002
        """Reads the run with this id, by one request.

        Raises NotFoundError where there is no such run, or a server that gives no single ones.
        """
        run: _core.Run = self._core.start_run(self._query(), run_id(id), None).wait()
        return run

    @names(Walk)
    def read(
        self,
        *,
        progress: bool | None = None,
        witness: Witnessed = "auto",
        max_bytes: int | None = MAX_BYTES,
        **how: Unpack[Walk],
    ) -> Runs:
        """Reads all runs in one walk, and holds them. Takes what `runs` takes.

        Beside the walk, the batch is asked once what it says of itself: `completeness` compares
        its counts, and has them as `witness`. That can lower a verdict or explain it, and an empty
        batch is "complete" by it alone; it never fails a read. With `witness=False`, it is not
        asked.

        What ends it early has the runs that came as `runs`, and where to go on as `position`; a
        KeyboardInterrupt, too:

            except KeyboardInterrupt as error:
                runs = error.runs + batch.read(start_at=error.position)

        Runs that take more memory than `max_bytes`, 4 GiB unless it is given, end it as well; None
        is no bound.

        `progress` says whether to show a bar; None shows one on a terminal and in a notebook only.
        """
        asked = Asked([self.key], how, witness, self._scenarios(), max_bytes)
        return read_all(self._core, asked, progress)

    @names(ArchiveChoice)
    def archive(
        self,
        directory: str | os.PathLike[str],
        *,
        progress: bool | None = None,
        witness: Witnessed = "auto",
        **how: Unpack[ArchiveChoice],
    ) -> ArchiveResult:
        """Keeps the runs in a directory, as Parquet; `simruns.open(directory)` reads them again.

        The first call makes the directory. A later one goes on where one was interrupted, or else
        walks the batch again: it keeps the later text of a run that changed, and runs that the
        server no longer has. Whatever ends a call, even a SIGKILL, the directory is sound.

        Takes sort, filter, endpoint_type, page_size and allow_incomplete; `progress` and `witness`
        are those of `read`.
        """
        from simruns.archive.writing import archive

        ask = wants_witness(witness)
        return archive(
            self._core, self.key, directory, progress, how, witness=ask, scenario=self._of
        )

    @names(FollowChoice)
    def follow(
        self,
        *,
        interval: float = INTERVAL,
        jitter: float = JITTER,
        count: int | None = None,
        until: Predicate | None = None,
        idle: float | None = None,
        deadline: float | None = None,
        **how: Unpack[FollowChoice],
    ) -> FollowStream:
        """Gives the runs of a live batch, each once, when it has settled: is no longer `pending`.

        The batch is polled every `interval` seconds, give or take `jitter` of it. The stream ends
        by itself when the server says that the batch is done, and every run has settled; a server
        that says nothing of batches leaves the end to you. It ends before that when `count` runs
        have settled or are lost, behind a run for which `until(run)` is true, when nothing has
        changed for `idle` seconds, or `deadline` seconds after the first run was asked for. Takes
        filter, endpoint_type, page_size and strict: see `FollowChoice`.
        """
        checked = following(
            self.key, how, interval=interval, jitter=jitter, count=count, until=until,
            idle=idle, deadline=deadline,
        )  # fmt: skip
        return FollowStream(self._core, self.key, checked)


@public
class Suite(Unpickled):
    """Many batches, read together. `client.batches(...)` makes one, and sends nothing."""

    _instead = "keep its keys, and give them to client.batches in each process"

    def __init__(
        self,
        core: _core.Client,
        keys: Sequence[BatchKey],
        scenarios: Mapping[str, Scenario] | None = None,
    ) -> None:
        self._core = core
        self.keys = tuple(keys)
        self.scenarios = dict(scenarios or {})
        """The scenarios that were listed on the way to these batches, by their references."""

    @names(Walk)
    def read(
        self,
        *,
        progress: bool | None = None,
        witness: Witnessed = "auto",
        max_bytes: int | None = MAX_BYTES,
        **how: Unpack[Walk],
    ) -> Runs:
        """Reads all runs of all batches, and holds them.

        Every walk starts at once, and they share the connections and `max_bytes`. Takes what
        `Batch.read` takes. A
        batch that cannot be read does not hold up the others: `SuiteError` then has all runs that
        came, and the errors by batch. Whatever else ends the read has the runs that came as `runs`.
        """
        asked = Asked(self.keys, how, witness, self.scenarios, max_bytes)
        return read_all(self._core, asked, progress)

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Batch]:
        return (Batch(self._core, key, self.scenarios.get(key.scenario)) for key in self.keys)

    def __repr__(self) -> str:
        return f"<Suite of {counted(len(self.keys), 'batch', 'batches')}>"

    _repr_html_ = shown_by("suite_html")


def read_all(core: _core.Client, asked: Asked, progress: bool | None) -> Runs:
    with Progress(progress) as bar:
        reads = asked.start(core, None)
        with keeping(reads, asked):
            wait_for_all(reads, bar)
            return held(reads, asked)


def run_id(value: object) -> str:
    """Checks the id of a run."""
    if not checks.text("id", value):
        raise invalid("id is empty; give the id of a run", field="id")
    return str(value)
