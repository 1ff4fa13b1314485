"""`simruns archive`, and archives made by tasks of an event loop."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from test_export import Run, Start, export_arguments

import simruns

pytest.importorskip("pyarrow")

STUCK = [{"page": 3, "times": 1, "delay": 600}]


def arguments(sim: simruns.Simulator, directory: Path) -> list[object]:
    return ["archive", *export_arguments(sim, directory)[1:]]


def texts(runs: object) -> list[str]:
    assert isinstance(runs, simruns.Runs)
    return [run.to_json() for run in runs]


def read(sim: simruns.Simulator) -> simruns.Runs:
    with sim.client() as client:
        return client.batches(sim.pairs).read()


def test_an_archive_by_command_says_what_it_came_to(
    run_simruns: Run, sim: simruns.Simulator, tmp_path: Path
) -> None:
    directory = tmp_path / "new" / "archive"
    for counts in ("250 new, 0 changed, 0 unchanged", "0 new, 0 changed, 250 unchanged"):
        done = run_simruns(*arguments(sim, directory), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert done.stderr == (
            f"{directory}: 250 runs: {counts}; "
            "250 of 250 runs, complete, sequence 1-250, no gap, no duplicate, 3 requests, "
            "the batch counts 250\n"
        )
    assert len(simruns.open(directory)) == 250


def of_all(sim: simruns.Simulator, directory: Path, *more: object) -> list[object]:
    where = ["--base-url", sim.url, "--project", sim.project]
    return ["archive", "--all", *where, "-o", directory, *more]


def test_all_batches_are_archived_with_a_line_each_and_again_by_the_lists_alone(
    run_simruns: Run, tmp_path: Path
) -> None:
    with simruns.Simulator(scenarios=3, runs=30) as sim:
        for how, requests in (("archived", 4 + 2 * 3), ("unchanged", 4)):
            sim.clear_requests()
            done = run_simruns(*of_all(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
            assert (done.returncode, done.stdout) == (0, ""), done.stderr
            told = done.stderr.splitlines()
            assert len(told) == 4
            assert all(line.startswith(f"{tmp_path}/demo-project.") for line in told[:3])
            assert all("30 of 30 runs, complete" in line for line in told[:3])
            assert told[3].startswith(f"{tmp_path}: 3 batches: 3 {how}; 90 runs: ")
            assert len(sim.requests()) == requests
        with sim.client() as client:
            kept = simruns.open(tmp_path)
            assert sorted(texts(kept)) == sorted(texts(client.batches(sim.batches()).read()))
        since = run_simruns(*of_all(sim, tmp_path, "--since", "1d"), SIMRUNS_API_KEY=sim.api_key)
        assert (since.returncode, since.stderr) == (
            0, f"{tmp_path}: 0 batches; 0 runs: 0 new, 0 changed\n"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        ({"status": 404}, 1, "HTTP 404"),
        ({"total": 31}, 3, "30 of 31 runs"),
        ({"status": 401}, 1, "HTTP 401"),
    ],
)
def test_a_batch_of_all_that_fails_is_named_and_the_exit_code_says_how(
    run_simruns: Run, tmp_path: Path, fault: dict[str, int], code: int, text: str
) -> None:
    faults = [{"batch": "reset-password-batch-1", **fault}]
    with simruns.Simulator(scenarios=3, runs=30, faults=faults) as sim:
        done = run_simruns(*of_all(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == code, done.stderr
    (named,) = (line for line in done.stderr.splitlines() if text in line)
    assert "scenario reset-password, batch reset-password-batch-1" in named
    if fault != {"status": 401}:
        assert "3 batches: 2 archived, 1 failed" in done.stderr.splitlines()[-1]


def test_a_batch_of_all_without_runs_is_exit_code_3_once(run_simruns: Run, tmp_path: Path) -> None:
    schedule = {"appear_every": 1, "settle_after": 1, "expire_after": 10}
    with simruns.Simulator(scenarios=1, runs=5, live=schedule, speed=0) as sim:
        sim.clock.advance(1000)
        for code in (3, 0):
            done = run_simruns(*of_all(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
            assert done.returncode == code, done.stderr
            assert "the batch counts 5" in done.stderr


def test_options_that_do_not_go_with_all_batches_are_exit_code_2(
    call_simruns: Run, sim: simruns.Simulator, tmp_path: Path
) -> None:
    for more in (["--since", "soon"], ["--since", "1d", "--latest"], ["--scenario", "s"]):
        done = call_simruns(*of_all(sim, tmp_path / "new", *more), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 2, done.stderr
    assert not (tmp_path / "new").exists()


def test_a_directory_without_a_name_is_exit_code_2_and_nothing_is_written(
    call_simruns: Run, sim: simruns.Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for those in (of_all(sim, Path()), arguments(sim, Path())):
        empty = ["" if one == Path() else one for one in those]
        done = call_simruns(*empty, SIMRUNS_API_KEY=sim.api_key)
        assert (done.returncode, "empty name" in done.stderr) == (2, True), done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 1)])
def test_a_signal_leaves_an_archive_that_goes_on(
    run_simruns: Run, start_simruns: Start, tmp_path: Path, sign: signal.Signals, code: int
) -> None:
    with simruns.Simulator(scenarios=1, runs=250, faults=STUCK) as sim:
        process = start_simruns(*arguments(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
        while len(sim.requests()) < 3 and process.poll() is None:
            os.sched_yield()
        while not (tmp_path / "manifest.json").exists():
            os.sched_yield()
        process.send_signal(sign)
        _, errors = process.communicate()
        assert process.returncode == code, errors
        kept, last = errors.splitlines()
        assert kept.endswith("runs so far; the same command goes on from there")
        assert last in ("simruns: interrupted", "simruns: stopped")
        sim.clear_requests()
        done = run_simruns(*arguments(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        assert "250 runs: 250 new" in done.stderr
        assert texts(simruns.open(tmp_path)) == texts(read(sim))


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 1)])
def test_a_signal_leaves_archives_of_all_batches_that_go_on(
    run_simruns: Run, start_simruns: Start, tmp_path: Path, sign: signal.Signals, code: int
) -> None:
    faults = [{"batch": "reset-password-batch-1", "page": 3, "delay": 600}]
    with simruns.Simulator(scenarios=3, runs=250, faults=faults) as sim:
        process = start_simruns(*of_all(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(2)]
        assert all("250 of 250 runs, complete" in line for line in lines)
        process.send_signal(sign)
        _, errors = process.communicate()
        assert process.returncode == code, errors
        assert "what came of each batch is kept; the same command goes on" in errors
    with simruns.Simulator(scenarios=3, runs=250) as sim:
        done = run_simruns(*of_all(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        assert "3 batches: 1 archived, 2 unchanged; 750 runs" in done.stderr


def test_a_failure_keeps_what_came_and_is_exit_code_1(run_simruns: Run, tmp_path: Path) -> None:
    faults = [{"requests": 3, "status": 401}]
    with simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim:
        done = run_simruns(*arguments(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 1
        assert f"{tmp_path}: 200 runs so far; the same command goes on" in done.stderr
        assert "HTTP 401" in done.stderr
        assert len(simruns.open(tmp_path)) == 200
        done = run_simruns(*arguments(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        assert "resumed; 250 of 250 runs, complete" in done.stderr


@pytest.mark.odd_data
def test_missing_runs_are_exit_code_3(run_simruns: Run, tmp_path: Path) -> None:
    faults = [{"every": 1, "total": 251}]
    with simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim:
        done = run_simruns(*arguments(sim, tmp_path), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 3, done.stderr
    assert f"{tmp_path}: 250 runs\n" in done.stderr
    assert "250 of 251 runs" in done.stderr


def test_a_mistake_is_exit_code_2(
    call_simruns: Run, sim: simruns.Simulator, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    done = call_simruns(*arguments(sim, tmp_path / "file"), SIMRUNS_API_KEY=sim.api_key)
    assert (done.returncode, "is a file; give a directory" in done.stderr) == (2, True)
    directory = tmp_path / "archive"
    done = call_simruns(*arguments(sim, directory), SIMRUNS_API_KEY=sim.api_key)
    done = call_simruns(*arguments(sim, directory), "--filter", "x", SIMRUNS_API_KEY=sim.api_key)
    assert (done.returncode, "by no --filter, not 'x'" in done.stderr) == (2, True)


async def test_a_task_archives_too(sim: simruns.Simulator, tmp_path: Path) -> None:
    async with sim.async_client() as client:
        key = sim.batches()[0]
        batch = client.batch(scenario=key.scenario, batch=key.batch)
        result = await batch.archive(tmp_path)
    assert (result.new, result.completeness.verdict) == (250, "complete")


async def test_a_cancelled_task_keeps_what_came(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=1, runs=250, faults=STUCK) as sim:
        async with sim.async_client() as client:
            key = sim.batches()[0]
            batch = client.batch(scenario=key.scenario, batch=key.batch)
            task = asyncio.ensure_future(batch.archive(tmp_path))
            while len(sim.requests()) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(simruns.open(tmp_path)) in (0, 100, 200)
            result = await batch.archive(tmp_path)
            assert result.new == 250
        assert texts(simruns.open(tmp_path)) == texts(read(sim))
