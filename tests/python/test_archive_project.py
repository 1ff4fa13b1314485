"""`client.archive`: every finished batch of a project, each in a directory of its own."""

from __future__ import annotations

import asyncio
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from leading import NOON, Item, Project, batch, leading, run, scenario
from test_follow import wait_until

import simruns

pytest.importorskip("pyarrow")

STUCK = "reset-password-batch-1"


def asked_for_runs(sim: simruns.Simulator) -> int:
    return sum("/runs" in request["target"] for request in sim.requests())


def texts(runs: simruns.Runs) -> dict[str, str]:
    return {run.id: run.to_json() for run in runs}


def states(result: simruns.ProjectArchiveResult) -> dict[str, str]:
    return {one.key.batch: one.state for one in result.batches}


def runs_of(place: str, count: int, word: str = "as it was") -> list[Item]:
    """Runs of the batch at SCENARIO/BATCH."""
    of, name = place.split("/")
    return [
        {"id": f"{place}-{number}", "sequence": number, "projectReference": "p",
         "simulationReference": of, "simulationRunBatchReference": name,
         "metrics": {"status": "SUCCESS", "success": True, "summary": word}}
        for number in range(1, count + 1)
    ]  # fmt: skip


def serve_runs(server: Project, runs: dict[str, list[Item]]) -> None:
    """Has a server give each batch the runs that stand at SCENARIO/BATCH."""
    plain = server.answer

    def answer(path: list[str], query: dict[str, str]) -> tuple[int, Item]:
        if path[-1] == "runs":
            server.runs = runs["/".join((path[-4], path[-2]))]
        elif path[-2] == "batches":
            entries = [one for some in server.batches.values() for one in some]
            return 200, next(one for one in entries if one["referenceId"] == path[-1])
        return plain(path, query)

    server.answer = answer  # type: ignore[method-assign]


def refuse(server: Project, which: Callable[[list[str]], bool], status: int) -> None:
    """Has a server refuse what it is asked for at these paths."""
    plain = server.answer

    def answer(path: list[str], query: dict[str, str]) -> tuple[int, Item]:
        return (status, {}) if which(path) else plain(path, query)

    server.answer = answer  # type: ignore[method-assign]


def test_each_batch_is_kept_as_it_is_archived_alone_and_all_open_as_one(tmp_path: Path) -> None:
    with (
        simruns.Simulator(scenarios=3, batches=2, runs=120) as sim,
        sim.client() as client,
    ):
        result = client.archive(tmp_path / "all")
        assert set(states(result).values()) == {"archived"}
        assert {one.key for one in result.batches} == set(sim.batches())
        assert (result.runs, result.new, result.verdict) == (720, 720, "complete")
        for one in result.batches:
            alone = client.batch(one.key).archive(tmp_path / "alone" / one.key.batch)
            assert texts(simruns.open(one.directory)) == texts(simruns.open(alone.directory))
            assert one.completeness == alone.completeness.batches[0]
        opened = simruns.open(tmp_path / "all")
        assert texts(opened) == texts(client.batches(sim.batches()).read())
        assert str(result).splitlines()[-1] == (
            f"{tmp_path / 'all'}: 6 batches: 6 archived; 720 runs: 720 new, 0 changed"
        )
        assert len(str(result).splitlines()) == 7


def test_what_is_kept_and_did_not_move_costs_the_lists_only(tmp_path: Path) -> None:
    with (
        simruns.Simulator(scenarios=3, batches=2, runs=120) as sim,
        sim.client() as client,
    ):
        first = client.archive(tmp_path)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
        sim.clear_requests()
        again = client.archive(tmp_path)
        assert len(sim.requests()) == 4
        assert asked_for_runs(sim) == 0
        assert set(states(again).values()) == {"unchanged"}
        assert again.completeness.batches == first.completeness.batches
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == before


def test_a_part_that_is_gone_is_no_archive_that_is_whole(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=2, runs=10) as sim, sim.client() as client:
        first = client.archive(tmp_path).batches[0]
        next((first.directory / "parts").iterdir()).unlink()
        with pytest.raises(simruns.ArchiveError, match="is missing") as raised:
            client.archive(tmp_path)
    assert list(raised.value.failures) == [first.key]


def test_a_batch_that_moved_is_read_again_and_one_that_runs_is_left(tmp_path: Path) -> None:
    with leading() as (server, client):
        runs = {"s/done": runs_of("s/done", 3), "s/runs": runs_of("s/runs", 2)}
        serve_runs(server, runs)
        server.scenarios = [scenario("s")]
        done, live = batch("done", 1, runs=3, completedRuns=3), batch("runs", 2, "IN_PROGRESS")
        server.batches = {"s": [done, live]}
        first = client.archive(tmp_path)
        assert states(first) == {"done": "archived"}
        assert [key.batch for key in first.running] == ["runs"]
        assert "1 still running" in str(first)

        live.update(status="COMPLETED", runs=2, completedRuns=2)
        done.update(runs=4, completedRuns=4)
        runs["s/done"] = [*runs_of("s/done", 2, "told anew")[1:], *runs_of("s/done", 4)[3:]]
        second = client.archive(tmp_path)
        assert states(second) == {"runs": "archived", "done": "archived"}
        of_done = second.batches[1].result
        assert of_done is not None
        assert (of_done.runs, of_done.new, of_done.changed, of_done.gone) == (4, 1, 1, 2)
        assert second.gone == 2
        opened = simruns.open(tmp_path)
        assert sorted(opened.gone) == ["s/done-1", "s/done-3"]
        assert [opened[f"s/done-{n}"].summary for n in (1, 2, 3, 4)] == [
            "as it was", "told anew", "as it was", "as it was"
        ]  # fmt: skip
        assert set(states(client.archive(tmp_path)).values()) == {"unchanged"}


def test_a_batch_that_is_no_longer_listed_stays_and_is_told(tmp_path: Path) -> None:
    with leading() as (server, client):
        serve_runs(server, {"s/a": runs_of("s/a", 2), "s/b": runs_of("s/b", 2)})
        server.scenarios = [scenario("s")]
        server.batches = {"s": [batch("a", 1), batch("b", 2)]}
        client.archive(tmp_path)
        server.batches = {"s": [batch("b", 2)]}
        result = client.archive(tmp_path)
        assert states(result) == {"b": "unchanged", "a": "unlisted"}
        assert "no longer listed by the server" in str(result)
        assert len(simruns.open(tmp_path)) == 4
        assert states(client.archive(tmp_path, since="1d")) == {}
        server.batches, server.scenarios = {"t": []}, [scenario("t")]
        assert set(states(client.archive(tmp_path)).values()) == {"unlisted"}
        server.scenarios = []  # of a project that is mistyped
        with pytest.warns(simruns.IncompleteWarning, match="are the references right"):
            assert states(client.archive(tmp_path)) == {}


def test_batches_of_scenarios_that_were_not_asked_for_are_not_called_unlisted(
    tmp_path: Path,
) -> None:
    with leading() as (server, client):
        serve_runs(server, {place: runs_of(place, 1) for place in ("s/a", "t/b")})
        server.scenarios = [scenario("s"), scenario("t")]
        server.batches = {"s": [batch("a", 1)], "t": [batch("b", 2)]}
        client.archive(tmp_path)
        assert states(client.archive(tmp_path, ["s"])) == {"a": "unchanged"}
        server.scenarios = [scenario("s")]
        assert states(client.archive(tmp_path, ["s"])) == {"a": "unchanged", "b": "unlisted"}


def test_what_stands_in_the_place_of_one_batch_does_not_hold_up_the_others(
    tmp_path: Path,
) -> None:
    with leading() as (server, client):
        serve_runs(server, {f"s/{name}": runs_of(f"s/{name}", 1) for name in "abcde"})
        server.scenarios = [scenario("s")]
        server.batches = {"s": [batch(name, 1) for name in "abcde"]}
        (tmp_path / "p.s.a").write_text("of somebody else")
        (tmp_path / "p.s.b").symlink_to(tmp_path / "nowhere")
        (tmp_path / "p.s.c" / "manifest.json").mkdir(parents=True)
        with pytest.raises(simruns.ArchiveError, match="3 of 5 batches failed") as raised:
            client.archive(tmp_path)
        assert {key.batch for key in raised.value.failures} == {"a", "b", "c"}
        assert all("p.s." in str(error) for error in raised.value.failures.values())
        told = states(raised.value.result)
        assert (told["d"], told["e"]) == ("archived", "archived")
        with pytest.raises(NotADirectoryError):
            client.archive(tmp_path / "p.s.a")


def test_references_too_long_for_a_file_system_have_directories_of_their_own(
    tmp_path: Path,
) -> None:
    long = "an evening of parcels " * 12
    with leading() as (server, client):
        names = [long + "a", long + "b", "short"]
        serve_runs(server, {f"s/{quote(name)}": runs_of(f"s/{name}", 1) for name in names})
        server.scenarios = [scenario("s")]
        server.batches = {"s": [batch(name, 1) for name in names]}
        refuse(server, lambda path: path[-2] == "batches", 404)
        result = client.archive(tmp_path)
        assert set(states(result).values()) == {"archived"}
        assert len({one.directory for one in result.batches}) == 3
        assert set(states(client.archive(tmp_path)).values()) == {"unchanged"}
        assert {run.batch for run in simruns.open(tmp_path)} == set(names)


@pytest.mark.parametrize("moved", [0, 1])
def test_a_scenario_that_was_renamed_has_the_name_that_was_read_last(
    tmp_path: Path, moved: int
) -> None:
    with leading() as (server, client):
        serve_runs(server, {f"s/{name}": runs_of(f"s/{name}", 1) for name in "az"})
        server.scenarios = [scenario("s", "Old")]
        server.batches = {"s": [batch("a", 1), batch("z", 1)]}
        client.archive(tmp_path)
        server.scenarios = [scenario("s", "New")]
        server.batches["s"][moved]["name"] = "moved"
        assert set(states(client.archive(tmp_path)).values()) == {"archived", "unchanged"}
        opened = simruns.open(tmp_path)
        assert opened.names == {"s": "New"}
        assert set(opened.to_arrow()["scenario_name"].to_pylist()) == {"New"}
        assert {one.scenario_name for one in simruns.plan_read(tmp_path)} == {"New"}


@pytest.mark.parametrize("status", [404, 503])
def test_a_list_of_batches_that_fails_is_told_and_the_others_are_archived(
    tmp_path: Path, status: int
) -> None:
    with leading(max_attempts=1) as (server, client):
        serve_runs(server, {place: runs_of(place, 1) for place in ("s/a", "t/b", "u/c")})
        server.scenarios = [scenario("s"), scenario("t"), scenario("u")]
        server.batches = {"s": [batch("a", 1)], "t": [batch("b", 1)], "u": [batch("c", 1)]}
        client.archive(tmp_path)
        refuse(server, lambda path: path[-2:] == ["t", "batches"], status)
        with pytest.warns(simruns.IncompleteWarning, match=f"scenario t.*HTTP {status}"):
            result = client.archive(tmp_path)
        assert (states(result), result.verdict) == ({"a": "unchanged", "c": "unchanged"},
                                                    "incomplete")  # fmt: skip
        refuse(server, lambda path: path[-1] == "batches", status)
        with pytest.raises(simruns.RequestError, match=f"HTTP {status}"):
            client.archive(tmp_path)
        refuse(server, lambda path: True, 401)
        with pytest.raises(simruns.AuthError):
            client.archive(tmp_path)


def test_a_status_that_no_contract_has_is_no_proof_that_a_batch_is_over(tmp_path: Path) -> None:
    with leading() as (server, client):
        serve_runs(server, {f"s/{name}": runs_of(f"s/{name}", 2) for name in "abcd"})
        server.scenarios = [scenario("s")]
        words = {"a": "ARCHIVED", "b": "STOPPED", "c": "FAILED", "d": "COMPLETED"}
        server.batches = {"s": [batch(name, 1, word) for name, word in words.items()]}
        assert set(states(client.archive(tmp_path)).values()) == {"archived"}
        assert states(client.archive(tmp_path)) == {
            "a": "archived", "b": "unchanged", "c": "unchanged", "d": "unchanged"
        }  # fmt: skip


def test_runs_that_had_expired_before_are_told_once_and_not_asked_for_each_night(
    tmp_path: Path,
) -> None:
    with leading() as (server, client):
        serve_runs(server, {"s/a": runs_of("s/a", 3)[1:]})
        server.scenarios = [scenario("s")]
        server.batches = {"s": [batch("a", 1, runs=3, completedRuns=3)]}
        first = client.archive(tmp_path)
        assert first.verdict == "unverified"
        assert "the batch counts 3" in str(first)
        second = client.archive(tmp_path)
        assert (states(second), second.verdict) == ({"a": "unchanged"}, "unverified")


def late_while_read(server: Project, late: Item, runs: list[Item], request: int) -> None:
    """Has a run with an early time appear while a page is asked for, the list saying nothing."""
    plain = server.answer
    asked = 0

    def answer(path: list[str], query: dict[str, str]) -> tuple[int, Item]:
        nonlocal asked
        if path[-1] == "runs":
            asked += 1
            server.runs = runs if asked >= request else [run for run in runs if run is not late]
        return plain(path, query)

    server.answer = answer  # type: ignore[method-assign]


def test_a_run_that_appears_behind_the_walk_is_there_after_the_next_pass(tmp_path: Path) -> None:
    with leading() as (server, client):
        server.scenarios, server.batches = [scenario("s")], {"s": [batch("b", 1)]}
        runs = [{**run(number), "createdAt": NOON + number} for number in range(1, 101)]
        server.most = 25
        late_while_read(server, runs[4], runs, request=4)
        first = client.archive(tmp_path)
        assert (first.runs, first.verdict) == (99, "unverified")
        second = client.archive(tmp_path)
        assert (states(second), second.runs, second.verdict) == ({"b": "archived"}, 100, "complete")
        assert states(client.archive(tmp_path)) == {"b": "unchanged"}


def fail_at(server: Project, request: int) -> Callable[[], None]:
    """Has one request for runs fail; gives what makes the server well."""
    plain = server.answer
    asked = 0

    def answer(path: list[str], query: dict[str, str]) -> tuple[int, Item]:
        nonlocal asked
        asked += path[-1] == "runs"
        return (503, {}) if path[-1] == "runs" and asked == request else plain(path, query)

    def well() -> None:
        server.answer = plain  # type: ignore[method-assign]

    server.answer = answer  # type: ignore[method-assign]
    return well


@pytest.mark.parametrize("moved", [True, False])
def test_what_moved_since_an_interrupted_walk_began_is_read_again(
    tmp_path: Path, moved: bool
) -> None:
    with leading(max_attempts=1) as (server, client):
        server.scenarios, server.batches = [scenario("s")], {"s": [batch("b", 1)]}
        server.runs = [{**run(number), "createdAt": NOON + number} for number in range(1, 101)]
        server.most = 10
        well = fail_at(server, 6)
        with pytest.raises(simruns.ArchiveError):
            client.archive(tmp_path)
        well()
        kept = len(simruns.open(tmp_path))
        assert 0 < kept < 100
        if moved:
            failed = {"status": "FAILURE", "success": False}
            server.runs = [{**server.runs[0], "metrics": failed}, *server.runs[1:]]
            server.batches["s"][0]["name"] = "moved"
        (second,) = client.archive(tmp_path).batches
        assert second.result is not None
        assert (second.runs, second.result.resumed) == (100, not moved)
        assert states(client.archive(tmp_path)) == {"b": "unchanged"}
        assert simruns.open(tmp_path)["r1"].success is not moved


def test_a_walk_that_began_before_any_list_is_walked_again_by_the_next_list(
    tmp_path: Path,
) -> None:
    with leading(max_attempts=1) as (server, client):
        server.scenarios, server.batches = [scenario("s")], {"s": [batch("b", 1)]}
        server.runs = [{**run(number), "createdAt": NOON + number} for number in range(1, 101)]
        server.most = 10
        well = fail_at(server, 6)
        with pytest.raises(simruns.Error):
            client.batch(simruns.BatchKey("p", "s", "b")).archive(tmp_path / "p.s.b")
        well()
        server.runs = [{**server.runs[0], "transcript": "told anew"}, *server.runs[1:]]
        (resumed,) = client.archive(tmp_path).batches
        assert resumed.result is not None
        assert resumed.result.resumed
        (again,) = client.archive(tmp_path).batches
        assert again.result is not None
        assert again.result.changed == 1
        assert states(client.archive(tmp_path)) == {"b": "unchanged"}


def test_a_gap_that_nothing_explains_is_asked_for_again(tmp_path: Path) -> None:
    with leading() as (server, client):
        runs = {"s/a": runs_of("s/a", 3)[1:]}
        serve_runs(server, runs)
        server.scenarios, server.batches = [scenario("s")], {"s": [batch("a", 1)]}
        assert client.archive(tmp_path).completeness.batches[0].gaps == ((1, 1),)
        runs["s/a"] = runs_of("s/a", 3)
        assert (client.archive(tmp_path).runs, client.archive(tmp_path).verdict) == (3, "complete")


def test_scenarios_and_since_choose_what_is_kept(tmp_path: Path) -> None:
    with leading() as (server, client):
        serve_runs(server, {place: runs_of(place, 1) for place in ("s/a", "s/b", "t/c")})
        server.scenarios = [scenario("s", "Rebook"), scenario("t", "Refund")]
        server.batches = {"s": [batch("a", 1), batch("b", 20)], "t": [batch("c", 20)]}
        since = client.scenario("Rebook").batches()[0].created_at
        assert set(states(client.archive(tmp_path / "1", since=since))) == {"b", "c"}
        assert set(states(client.archive(tmp_path / "2", ["Rebook"]))) == {"a", "b"}
        some = client.scenarios()
        assert set(states(client.archive(tmp_path / "3", some[1:], since))) == {"c"}
        with pytest.raises(simruns.InvalidArgumentError, match="since is 'soon'"):
            client.archive(tmp_path / "4", since="soon")
        with pytest.raises(TypeError, match="unexpected keyword argument 'walk'"):
            client.archive(tmp_path / "4", walk="windows")  # type: ignore[call-arg]
        assert not (tmp_path / "4").exists()


def test_a_batch_that_fails_does_not_hold_up_the_others(tmp_path: Path) -> None:
    faults = [{"batch": STUCK, "status": 404, "times": 1, "page": 2}]
    with (
        simruns.Simulator(scenarios=5, runs=120, faults=faults) as sim,
        sim.client() as client,
    ):
        assert STUCK in {key.batch for key in sim.batches()}
        with pytest.raises(simruns.ArchiveError, match="1 of 5 batches failed") as raised:
            client.archive(tmp_path)
        result = raised.value.result
        (key,) = raised.value.failures
        assert key.batch == STUCK
        assert isinstance(raised.value.failures[key], simruns.NotFoundError)
        assert (states(result)[STUCK], result.verdict) == ("failed", "incomplete")
        assert list(states(result).values()).count("archived") == 4
        again = pickle.loads(pickle.dumps(raised.value))
        assert str(again.result) == str(result)
        sim.clear_requests()
        whole = client.archive(tmp_path)
        assert states(whole)[STUCK] == "archived"
        assert asked_for_runs(sim) == 1  # it goes on at its second page
        assert texts(simruns.open(tmp_path)) == texts(client.batches(sim.batches()).read())


def test_a_batch_that_lacks_runs_fails_and_counts_as_incomplete(tmp_path: Path) -> None:
    faults = [{"batch": STUCK, "total": 11}]
    with simruns.Simulator(scenarios=5, runs=10, faults=faults) as sim, sim.client() as client:
        with pytest.raises(simruns.ArchiveError) as raised:
            client.archive(tmp_path)
        (error,) = raised.value.failures.values()
        assert isinstance(error, simruns.IncompleteError)
        told = {one.key.batch: one.completeness for one in raised.value.result.batches}[STUCK]
        assert (told.received, told.total, told.verdict) == (10, 11, "incomplete")
        with pytest.warns(simruns.IncompleteWarning, match=f"batch {STUCK}: 10 of 11"):
            result = client.archive(tmp_path, allow_incomplete=True)
        assert (states(result)[STUCK], result.verdict) == ("archived", "incomplete")


def test_credentials_that_are_refused_end_all_and_what_came_stays(tmp_path: Path) -> None:
    faults = [{"batch": STUCK, "status": 401}]
    with simruns.Simulator(scenarios=5, runs=250, faults=faults) as sim:
        with (
            sim.client() as client,
            pytest.raises(simruns.AuthError, match=f"batch {STUCK}: .*401"),
        ):
            client.archive(tmp_path)
        with sim.client() as client, pytest.raises(simruns.AuthError):
            client.archive(tmp_path)
    assert not list(tmp_path.rglob("*.part"))


def test_ctrl_c_keeps_what_came_of_each_batch(
    interrupted: Callable[[float], Any], tmp_path: Path
) -> None:
    """One batch waits for the server; the others, beside it, are done."""
    faults = [{"batch": STUCK, "page": 3, "delay": 600}]
    with (
        simruns.Simulator(scenarios=5, batches=3, runs=250, faults=faults) as sim,
        sim.client() as client,
        interrupted(5.0),
        pytest.raises(KeyboardInterrupt),
    ):
        client.archive(tmp_path)
    assert len(simruns.open(tmp_path)) == 14 * 250 + 200
    with simruns.Simulator(scenarios=5, batches=3, runs=250) as sim, sim.client() as client:
        result = client.archive(tmp_path)
        assert states(result).pop(STUCK) == "archived"
        assert list(states(result).values()).count("unchanged") == 14
        assert (result.new, result.runs) == (250, 3750)
        assert texts(simruns.open(tmp_path)) == texts(client.batches(sim.batches()).read())


async def test_a_task_archives_a_project_and_one_that_is_cancelled_keeps_what_came(
    tmp_path: Path,
) -> None:
    faults = [{"batch": STUCK, "page": 3, "times": 1, "delay": 600}]
    with simruns.Simulator(scenarios=5, runs=250, faults=faults) as sim:
        async with sim.async_client() as client:
            task = asyncio.ensure_future(client.archive(tmp_path))
            seen = tmp_path / f"demo-project.reset-password.{STUCK}" / "manifest.json"
            await asyncio.to_thread(wait_until, lambda: seen.exists())
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            result = await client.archive(tmp_path)
            assert (result.runs, result.verdict) == (1250, "complete")
        with sim.client() as reader:
            expected = texts(reader.batches(sim.batches()).read())
    assert texts(simruns.open(tmp_path)) == expected


def test_the_archive_of_one_batch_is_no_place_for_a_project(
    sim: simruns.Simulator, tmp_path: Path
) -> None:
    with sim.client() as client:
        client.batch(sim.batches()[0]).archive(tmp_path)
        with pytest.raises(simruns.Error, match="is the archive of one batch"):
            client.archive(tmp_path)


def test_a_project_without_batches_is_archived_as_it_is(tmp_path: Path) -> None:
    with leading() as (server, client), warnings.catch_warnings():
        warnings.simplefilter("error")
        server.scenarios = [scenario("s")]
        server.batches = {"s": []}
        result = client.archive(tmp_path / "new")
    assert str(result) == f"{tmp_path / 'new'}: 0 batches; 0 runs: 0 new, 0 changed"
    assert result.batches == ()
