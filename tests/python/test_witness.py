"""The second witness: what a batch says of itself, asked for beside the walk over its runs."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from leading import Item, Project, batch, leading, run

import simruns

Reading = Callable[[simruns.Batch, Path], simruns.Completeness]


def by_read(batch: simruns.Batch, folder: Path) -> simruns.Completeness:
    return batch.read().completeness


def by_archive(batch: simruns.Batch, folder: Path) -> simruns.Completeness:
    result = batch.archive(folder / "archive")
    assert simruns.open(folder / "archive").completeness == result.completeness
    return result.completeness


both = pytest.mark.parametrize("read", [by_read, by_archive])


@contextmanager
def served(
    runs: int, says: Item | None = None, status: int = 200
) -> Iterator[tuple[Project, simruns.Batch]]:
    with leading() as (server, client):
        server.runs = [run(number) for number in range(1, runs + 1)]
        server.batch_answer = (status, {} if says is None else says)
        yield server, client.batch(scenario="s", batch="b")


@contextmanager
def simulated(**how: Any) -> Iterator[tuple[simruns.Simulator, simruns.Batch]]:
    with simruns.Simulator(scenarios=1, **how) as sim, sim.client() as client:
        (only,) = client.batches(sim.pairs)
        yield sim, only


@both
def test_runs_that_the_batch_counts_and_the_pages_do_not_are_told(
    read: Reading, tmp_path: Path
) -> None:
    """A server whose `total` and last page agree on 950 of 1,000 runs."""
    says = batch("b", 0, runs=1000, completedRuns=990, failedRuns=10)
    with served(950, says) as (_, the_batch):
        told = read(the_batch, tmp_path)
        assert told.verdict == "unverified"
        assert "950 of 950 runs, unverified (50 fewer than the batch counts; expired?)" in str(told)
        witness = told.batches[0].witness
        assert witness == simruns.Witness(
            present=True, state="completed", status="COMPLETED", runs=1000, settled=1000,
            absence="", not_found=False, requests=1,
        )  # fmt: skip


@both
def test_a_batch_that_is_still_running_is_unverified(read: Reading, tmp_path: Path) -> None:
    schedule = {"appear_every": 0, "settle_after": 60}
    with simulated(runs=30, live=schedule, speed=0) as (_, the_batch):
        told = read(the_batch, tmp_path)
        assert told.verdict == "unverified"
        assert "30 of 30 runs, unverified (still running)" in str(told)


@both
def test_runs_that_have_expired_are_told(read: Reading, tmp_path: Path) -> None:
    schedule = {"appear_every": 1, "settle_after": 0, "expire_after": 100}
    with simulated(runs=80, live=schedule, speed=0) as (sim, the_batch):
        sim.clock.advance(149.5)
        told = read(the_batch, tmp_path)
        assert told.verdict == "unverified"
        assert told.received == told.total
        assert f"{80 - told.received} fewer than the batch counts; expired?" in str(told)
        assert 20 <= told.received <= 60


def test_an_archive_compares_its_walk_and_not_what_it_kept(tmp_path: Path) -> None:
    schedule = {"appear_every": 0, "settle_after": 0, "expire_after": 100}
    with simulated(runs=20, live=schedule, speed=0) as (sim, the_batch):
        assert the_batch.archive(tmp_path).completeness.verdict == "complete"
        sim.clock.advance(100)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", simruns.IncompleteWarning)
            again = the_batch.archive(tmp_path)
        assert (again.runs, again.gone) == (20, 20)
        assert again.completeness.verdict == "unverified"
        assert "20 fewer than the batch counts; expired?" in str(again.completeness)


@both
def test_a_mistyped_batch_is_told_as_one(read: Reading, tmp_path: Path) -> None:
    with simulated(runs=5) as (sim, the_batch), sim.client() as client:
        wrong = client.batch(scenario=the_batch.scenario, batch="mistyped")
        with pytest.warns(simruns.IncompleteWarning, match="no such batch, or a server without"):
            told = read(wrong, tmp_path)
        assert told.verdict == "unverified"
        assert "are the references right?" in str(told)
        witness = told.batches[0].witness
        assert witness is not None
        assert (witness.present, witness.not_found) == (False, True)


@both
def test_a_batch_without_runs_is_complete_where_it_counts_none(
    read: Reading, tmp_path: Path
) -> None:
    says = batch("b", 0, runs=0, completedRuns=0, failedRuns=0)
    with served(0, says) as (_, the_batch), warnings.catch_warnings():
        warnings.simplefilter("error")
        told = read(the_batch, tmp_path)
        assert told.verdict == "complete"
        assert "0 of 0 runs, complete (the batch counts none)" in str(told)
        assert simruns.Completeness.of_dict(json.loads(json.dumps(told.to_dict()))) == told


@both
def test_a_batch_without_runs_that_does_not_count_is_not_complete(
    read: Reading, tmp_path: Path
) -> None:
    with served(0, batch("b", 0)) as (_, the_batch):
        with pytest.warns(simruns.IncompleteWarning, match="no runs"):
            told = read(the_batch, tmp_path)
        assert told.verdict == "unverified"


@both
@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_witness_that_is_refused_leaves_the_verdict_to_the_walk(
    read: Reading, status: int, tmp_path: Path
) -> None:
    with served(5, {}, status) as (server, the_batch):
        told = read(the_batch, tmp_path)
        assert told.verdict == "complete"
        assert str(told).endswith(f"no witness (HTTP {status})")
        assert server.asked("/b") == 1  # it is not asked for again
        witness = told.batches[0].witness
        assert witness is not None
        assert (witness.absence, witness.not_found) == (f"HTTP {status}", False)


@both
def test_a_server_without_the_endpoint_leaves_the_verdict_to_the_walk(
    read: Reading, tmp_path: Path
) -> None:
    with simulated(runs=5, neighbours=False) as (_, the_batch):
        told = read(the_batch, tmp_path)
        assert told.verdict == "complete"
        assert str(told).endswith("no witness (HTTP 404)")


@both
def test_a_walk_does_not_wait_for_a_slow_witness(read: Reading, tmp_path: Path) -> None:
    """The batch is not answered before the read has ended."""
    with served(5, batch("b", 0, runs=5)) as (server, the_batch):
        server.may_answer.clear()
        told = read(the_batch, tmp_path)
        assert told.verdict == "complete"
        assert str(told).endswith("no witness (no answer within a second of the last run)")


@pytest.mark.parametrize("connections", [1, 2, 8])
def test_witnesses_leave_connections_to_the_walks(connections: int) -> None:
    """No batch is answered before the last page of all walks is asked for."""
    suite, pages = [(f"s{number}", "b") for number in range(20)], 20 * 3
    with leading() as (server, plain):
        server.runs = [run(number) for number in range(1, 6)]
        server.batch_answer = (200, batch("b", 0, runs=5))
        server.may_answer.clear()
        server.before = lambda number: (
            server.may_answer.set() if server.asked("/runs") >= pages else None
        )
        with simruns.Client(plain.base_url, project="p", api_key="k", connections=connections,
                            attempt_timeout=5) as client:  # fmt: skip
            told = client.batches(suite).read(page_size=2).completeness
        server.may_answer.set()
    assert told.verdict == "complete"
    absences = {witness.absence for witness in told.witnesses if witness is not None}
    assert absences <= {"", "no answer within a second of the last run"}


@both
@pytest.mark.parametrize("said", [b"no JSON", b"[]", b'{"status": 7, "runs": "many"}'])
def test_a_witness_that_says_nonsense_raises_nothing(
    read: Reading, said: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(5) as (server, the_batch):
        body = said.decode()
        monkeypatch.setattr(server, "answer", _saying(server.answer, body))
        told = read(the_batch, tmp_path)
        assert told.verdict == "complete"


def _saying(answer: Callable[..., tuple[int, Any]], body: str) -> Callable[..., tuple[int, Any]]:
    def said(path: list[str], query: dict[str, str]) -> tuple[int, Any]:
        return (200, Raw(body)) if path[-2] == "batches" else answer(path, query)

    return said


class Raw(str):
    """A body that is sent as it is."""


def test_the_batch_is_asked_once_and_never_before_the_first_page() -> None:
    with simulated(runs=350) as (sim, the_batch):
        told = the_batch.read().completeness
        targets = [request["target"] for request in sim.requests()]
        asked = [number for number, target in enumerate(targets) if "/runs?" not in target]
        assert len(asked) == 1
        assert asked[0] > 0
        assert told.requests == len(targets) - 1
        assert told.batches[0].witness is not None
        assert told.batches[0].witness.requests == 1


@both
def test_it_is_not_asked_where_nobody_wants_it(read: Reading, tmp_path: Path) -> None:
    with simulated(runs=5) as (sim, the_batch):
        read_it = the_batch.read(witness=False).completeness
        kept = the_batch.archive(tmp_path / "kept", witness=False).completeness
        assert [told.batches[0].witness for told in (read_it, kept)] == [None, None]
        assert "witness" not in str(read_it)
        assert all("/runs?" in request["target"] for request in sim.requests())
        with pytest.raises(simruns.InvalidArgumentError, match="witness is True; give 'auto' or"):
            the_batch.read(witness=True)  # type: ignore[arg-type]
        with pytest.raises(simruns.InvalidArgumentError, match="witness is None; give 'auto' or"):
            the_batch.archive(tmp_path / "none", witness=None)  # type: ignore[arg-type]


class Secretive:
    def __repr__(self) -> str:
        return "key-of-a-test"

    def __eq__(self, other: object) -> bool:
        raise ValueError("compares to nothing")

    __hash__ = None  # type: ignore[assignment]


def test_what_is_no_choice_of_a_witness_is_told_by_its_type() -> None:
    with (
        simulated(runs=1) as (_, the_batch),
        pytest.raises(simruns.InvalidArgumentError, match="of type Secretive; give 'auto'"),
    ):
        the_batch.read(witness=Secretive())  # type: ignore[arg-type]


@pytest.mark.parametrize("how", [{"filter": "x"}, {"max_runs": 3}, {"skip": 2}])
def test_counts_say_nothing_of_a_walk_over_some_of_the_runs(how: Any) -> None:
    says = batch("b", 0, runs=10, completedRuns=10, failedRuns=0)
    with served(5, says) as (_, the_batch):
        assert "fewer" not in str(the_batch.read(**how).completeness)
        assert "fewer" in str(the_batch.read().completeness)


def test_what_the_batch_said_is_kept_wherever_the_runs_go(tmp_path: Path) -> None:
    says = batch("b", 0, runs=7, completedRuns=6, failedRuns=1)
    with served(5, says) as (_, the_batch):
        runs = the_batch.read()
        (told,) = runs.completeness.batches
        assert told.witness is not None
        runs.to_parquet(tmp_path / "runs.parquet")
        assert simruns.open(tmp_path / "runs.parquet").completeness == runs.completeness
        assert pickle.loads(pickle.dumps(runs)).completeness == runs.completeness
        assert runs[:3].completeness.batches[0].witness == told.witness
        joined = runs[:3] + runs[3:]
        assert joined.completeness.batches[0].witness == told.witness
        assert joined.completeness.verdict == "unverified"
        assert "the batch counts 7" in runs.completeness._repr_html_() or (
            "COMPLETED, 7 runs" in runs.completeness._repr_html_()
        )


def test_two_reads_together_are_held_against_the_batch() -> None:
    says = batch("b", 0, runs=5, completedRuns=5, failedRuns=0)
    with served(4, says) as (server, the_batch):
        first = the_batch.read(max_runs=2)
        both_reads = first + the_batch.read(skip=2)
        assert both_reads.completeness.verdict == "unverified"
        assert "1 fewer than the batch counts" in str(both_reads.completeness)
        server.runs.append(run(5))
        whole = the_batch.read(max_runs=2) + the_batch.read(skip=2)
        assert whole.completeness.verdict == "complete"


def test_a_suite_says_of_how_many_batches_what_their_witnesses_said() -> None:
    with leading() as (server, client):
        server.runs = [run(number) for number in range(1, 6)]
        answers = {
            "fewer": (200, batch("fewer", 0, runs=9, completedRuns=9)),
            "running": (200, batch("running", 0, "IN_PROGRESS", runs=9)),
            "refused": (403, {}),
        }
        answer = server.answer

        def answered(path: list[str], query: dict[str, str]) -> tuple[int, Item]:
            return answers[path[-1]] if path[-1] in answers else answer(path, query)

        server.answer = answered  # type: ignore[method-assign]
        told = client.batches({"s": list(answers)}).read().completeness
        assert [one.verdict for one in told.batches] == ["unverified", "unverified", "complete"]
        for words in (
            "(1 still running)",
            "(1 with fewer runs than the batch counts; expired?)",
            "(1 without a witness: HTTP 403)",
        ):
            assert words in str(told)


@pytest.mark.parametrize(
    "witness",
    [7, {}, {"present": True}, {"present": 1, "state": "completed", "status": "", "runs": 1,
     "settled": 1, "absence": "", "not_found": False, "requests": 1}],
)  # fmt: skip
def test_a_completeness_with_a_damaged_witness_is_none(witness: object) -> None:
    with served(5, batch("b", 0, runs=5)) as (_, the_batch):
        told: Any = the_batch.read().completeness.to_dict()
        told["batches"][0]["witness"] = witness
        with pytest.raises(ValueError, match=r"no completeness|no witness"):
            simruns.Completeness.of_dict(told)


def test_an_empty_batch_cannot_be_told_as_complete_without_its_witness() -> None:
    with served(0, batch("b", 0, runs=0)) as (_, the_batch):
        told: Any = the_batch.read().completeness.to_dict()
        assert told["verdict"] == "complete"
        told["batches"][0]["witness"] = None
        with pytest.raises(ValueError, match="no completeness"):
            simruns.Completeness.of_dict(told)


async def test_awaited_reads_have_the_witness_as_well(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=2, runs=5) as sim:
        async with sim.async_client() as client:
            runs = await client.batches(sim.pairs).read()
            assert [told.present for told in runs.completeness.witnesses if told] == [True, True]
            (first, _) = client.batches(sim.pairs)
            result = await first.archive(tmp_path)
            assert result.completeness.batches[0].witness is not None
            plain = await first.read(witness=False)
            assert plain.completeness.batches[0].witness is None


def test_an_archive_that_goes_on_after_an_interruption_has_its_witness(tmp_path: Path) -> None:
    faults = [{"requests": 9, "status": 503}]
    with (
        simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim,
        sim.client(max_attempts=1) as client,
    ):
        (the_batch,) = client.batches(sim.pairs)
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            the_batch.archive(tmp_path, page_size=10)
        result = the_batch.archive(tmp_path, page_size=10)
        assert result.resumed
        assert str(result.completeness).endswith("the batch counts 250")
        assert simruns.open(tmp_path).completeness == result.completeness
