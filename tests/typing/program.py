"""A program of a user who checks types: what mypy and pyright have to see of the main calls.

`make check` looks at its types, and a test runs it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from typing_extensions import assert_type

import simruns

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def read_in_a_script(sim: simruns.Simulator) -> None:
    options: simruns.Options = {"attempt_timeout": 5, "connections": 2}
    with simruns.Client(sim.url, project=sim.project, api_key=sim.api_key, **options) as client:
        scenario, batch_name = sim.pairs[0]
        batch = assert_type(client.batch(scenario=scenario, batch=batch_name), simruns.Batch)
        stream = assert_type(batch.runs(walk="cursor", bad="issue"), simruns.RunStream)
        for run in stream:
            look_at(run)
        assert_type(stream.completeness, simruns.Completeness)
        assert_type(batch.head(2), list[simruns.Run])
        assert_type(batch.page(page_size=1), simruns.Page)
        suite = assert_type(client.batches(sim.pairs), simruns.Suite)
        look_at_runs(assert_type(suite.read(), simruns.Runs))
        with batch.follow(count=1) as followed:
            assert_type(followed, simruns.FollowStream)
            assert_type(iter(followed), simruns.FollowStream)
            assert_type(followed.status, simruns.FollowStatus)


def look_at(run: simruns.Run) -> None:
    assert_type(run.id, str)
    assert_type(run.sequence, int | None)
    assert_type(run.verdict, simruns.Verdict)
    assert_type(run.turns, tuple[simruns.Turn, ...])
    assert_type(run.criteria, tuple[simruns.Criterion, ...])
    assert_type(run.issues, list[simruns.Issue])
    assert_type(run.success, bool | None)
    assert_type(run.results, list[simruns.JSONValue] | None)
    for turn in run.turns:
        assert_type(turn.role, Literal["user", "agent", "tool", "system"] | None)
        assert_type(turn.data, dict[str, simruns.JSONValue] | None)
    for criterion in run.criteria:
        assert_type(criterion.success, bool | None)
        assert_type(criterion.params, dict[str, simruns.JSONValue] | None)
    assert_type(run.to_dict(), dict[str, simruns.JSONValue])
    assert_type(run.to_dict(names="api"), dict[str, simruns.JSONValue])
    assert_type(run.to_dict(names="python"), dict[str, object])


def look_at_runs(runs: simruns.Runs) -> None:
    assert_type(len(runs), int)
    assert_type(runs[0], simruns.Run)
    assert_type(list(runs), list[simruns.Run])
    assert_type(runs + runs, simruns.Runs)
    assert_type(runs.turns, simruns.Table)
    assert_type(runs.completeness.total, int | None)
    assert_type(runs.completeness.batches, tuple[simruns.BatchCompleteness, ...])


def lay_out(runs: simruns.Runs) -> tuple[pd.DataFrame, pl.DataFrame]:
    return runs.to_pandas(), runs.turns.to_polars()


def go_on(batch: simruns.Batch) -> simruns.Runs:
    try:
        return batch.read()
    except simruns.RequestError as error:
        assert_type(error.kind, simruns.ErrorKind)
        assert_type(error.status, int | None)
        if error.runs is None:
            raise
        return error.runs + batch.read(start_at=error.position)
    except simruns.SuiteError as error:
        assert_type(error.failures, dict[simruns.BatchKey, simruns.RequestError])
        raise


def pairs_of_all_kinds(client: simruns.Client, frame: pd.DataFrame, other: pl.DataFrame) -> None:
    client.batches({"scenario": "batch"})
    client.batches([("scenario", "batch")])
    client.batches([simruns.BatchKey("project", "scenario", "batch")])
    client.batches(frame)
    client.batches(other)
    client.batches("pairs.csv")


async def read_in_a_loop(sim: simruns.Simulator) -> None:
    async with sim.async_client(prefetch=0) as client:
        scenario, batch_name = sim.pairs[0]
        batch = assert_type(client.batch(scenario=scenario, batch=batch_name), simruns.AsyncBatch)
        stream = assert_type(batch.runs(max_runs=2), simruns.AsyncRunStream)
        async for run in stream:
            look_at(run)
        assert_type(aiter(batch.runs()), simruns.AsyncRunStream)
        assert_type(await batch.head(1), list[simruns.Run])
        assert_type(await batch.read(), simruns.Runs)
        assert_type(await client.batches(sim.pairs).read(), simruns.Runs)


def what_is_wrong(client: simruns.Client, batch: simruns.Batch, run: simruns.Run) -> None:
    batch.runs(walk="fast")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    batch.runs(bad="skip")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    batch.read(pagesize=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    simruns.Client(retries=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    run.verdict == "sucess"  # type: ignore[comparison-overlap]  # pyright: ignore  # noqa: B015
    simruns.Clinet()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def main() -> None:
    with simruns.Simulator(scenarios=2, runs=3, faults=[{"page": 9, "status": 503}]) as sim:
        read_in_a_script(sim)
        asyncio.run(read_in_a_loop(sim))
        print([request["status"] for request in sim.requests()])


if __name__ == "__main__":
    main()
