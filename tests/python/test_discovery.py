"""From a project to its scenarios, and from these to their batches."""

from __future__ import annotations

import asyncio
import copy
import pickle
import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leading import DAY, NOON, batch, leading, scenario

import simruns
from simruns.request.times import moment

UTC = timezone.utc


@pytest.fixture(scope="module")
def project() -> Iterator[simruns.Simulator]:
    """20 scenarios of 50 batches. Tests only read from it."""
    with simruns.Simulator(seed=5, scenarios=20, batches=50, runs=2) as server:
        yield server


@pytest.fixture
def listing(project: simruns.Simulator) -> Iterator[simruns.Client]:
    with project.client() as client:
        yield client


def day(number: int) -> datetime:
    return datetime.fromtimestamp((NOON + number * DAY) / 1000, UTC)


def test_twenty_scenarios_of_fifty_batches_are_listed_in_under_25_requests(
    project: simruns.Simulator, listing: simruns.Client
) -> None:
    project.clear_requests()
    found = {(one.scenario, info.batch) for one in listing.scenarios() for info in one.batches()}
    assert found == set(project.pairs)
    assert len(found) == 1000
    assert len(project.requests()) < 25


def test_the_last_batches_of_all_scenarios_cost_a_listing_and_a_request_a_scenario(
    project: simruns.Simulator, listing: simruns.Client
) -> None:
    project.clear_requests()
    suite = listing.latest()
    assert len(project.requests()) == 21
    assert len(suite) == 20
    assert [key.scenario for key in suite.keys] == [one.scenario for one in listing.scenarios()]


def test_the_latest_is_the_newest_completed_batch(
    project: simruns.Simulator, listing: simruns.Client
) -> None:
    for one, key in zip(listing.scenarios()[:5], listing.latest().keys, strict=False):
        completed = one.batches(status="completed")
        assert {info.status for info in completed} == {"COMPLETED"}
        newest = max(completed, key=lambda info: info.created_at or day(0))
        assert newest.key == key
        assert one.latest().keys == (newest.key,)
        assert one.latest(n=3).keys == tuple(info.key for info in completed[:3])


def test_a_project_is_read_by_its_newest_batches_with_the_names_of_its_scenarios(
    tmp_path: Path,
) -> None:
    with simruns.Simulator(scenarios=6, batches=5, runs=20) as sim, sim.client() as client:
        names = {one.reference: one.name for one in client.scenarios()}
        runs = client.latest().read()
        assert len(runs) == 120
        assert [told.verdict for told in runs.completeness.batches] == ["complete"] * 6
        assert all(told.present for told in runs.completeness.witnesses if told)
        assert runs.names == names
        assert {ref: one.name for ref, one in runs.scenarios.items()} == names
        assert all(one.persona and one.mission for one in runs.scenarios.values())
        column = runs.to_arrow(columns=["scenario", "scenario_name"]).to_pylist()
        assert {(row["scenario"], row["scenario_name"]) for row in column} == set(names.items())
        again = pickle.loads(pickle.dumps(runs))
        assert (again.names, again.scenarios) == (runs.names, runs.scenarios)
        assert again.completeness == runs.completeness
        runs.to_parquet(tmp_path / "runs.parquet")
        opened = simruns.open(tmp_path / "runs.parquet")
        assert (opened.names, opened.scenarios) == (runs.names, runs.scenarios)
        assert opened.completeness == runs.completeness
        half = runs.by_scenario()[runs.batches[0].scenario]
        assert half.scenarios == runs.scenarios


def test_archives_keep_what_is_known_of_their_scenarios(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=2, batches=2, runs=5) as sim, sim.client() as client:
        runs = client.latest().read()
        for number, the_batch in enumerate(client.latest()):
            the_batch.archive(tmp_path / str(number))
        opened = simruns.open(tmp_path)
        assert (opened.names, opened.scenarios) == (runs.names, runs.scenarios)
        assert opened.to_arrow().equals(runs.to_arrow())
        (key, _) = client.latest().keys
        client.batch(key).archive(tmp_path / "0")  # by its references alone, which forgets nothing
        assert simruns.open(tmp_path).names == runs.names
        parquet = pytest.importorskip("pyarrow.parquet")
        (part,) = (tmp_path / "0" / "parts").iterdir()
        names = parquet.read_table(part, columns=["scenario_name"])["scenario_name"].to_pylist()
        assert names == [runs.names[key.scenario]] * 5


def test_a_table_of_runs_has_the_column_of_names_whether_they_are_known_or_not() -> None:
    with simruns.Simulator(scenarios=2, runs=3) as sim, sim.client() as client:
        plain = client.batches(sim.pairs).read()
        named = client.latest().read()
        assert plain.to_arrow().schema.equals(named.to_arrow().schema)
        assert plain.to_arrow()["scenario_name"].null_count == 6
        assert "scenario_name" not in named.turns.to_arrow().schema.names
        frame = plain.to_pandas()
        assert list(frame)[:5] == ["project", "scenario", "batch", "run_id", "scenario_name"]
        plain.names = {sim.pairs[0][0]: "Put here"}
        assert set(plain.to_polars()["scenario_name"]) == {"Put here", None}
        plain.names[sim.pairs[1][0]] = "And here"
        assert set(plain.to_pandas()["scenario_name"]) == {"Put here", "And here"}


def test_a_scenario_is_found_by_its_reference_before_its_name() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("one", "two"), scenario("two", "Rebooking")]
        assert client.scenario("two").name == "Rebooking"
        assert client.scenario("Rebooking").reference == "two"
        listed = client.scenarios()
        assert (listed["two"].reference, listed[0].name) == ("two", "two")
        assert "Rebooking" in listed
        assert "rebooking" not in listed


def test_a_name_that_two_scenarios_have_is_refused_with_both_references() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("a-1", "Same"), scenario("b-2", "Same")]
        with pytest.raises(simruns.InvalidArgumentError, match=r"2 scenarios.*'Same': a-1 and b-2"):
            client.scenario("Same")
        assert client.scenario("b-2").name == "Same"


def test_a_name_that_no_scenario_has_is_answered_with_the_nearest() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("rebook", "Change a flight"), scenario("refund")]
        with pytest.raises(simruns.InvalidArgumentError, match="did you mean 'Change a flight'"):
            client.scenario("change a flite")
        with pytest.raises(simruns.InvalidArgumentError, match="scenario is ''; give its name"):
            client.scenario("")
        assert server.asked() == 1  # what is no name is not asked for


def test_what_is_asked_of_a_scenario_names_the_project_that_listed_it() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s", projectReference="another")]
        server.batches = {"s": [batch("b", 1)]}
        one = client.scenario("s")
        one.batches()
        assert one.project == "p"
        assert all("projectId=p&" in target for target in server.targets)


def test_a_scenario_and_a_batch_tell_what_the_server_says() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s", "Rebooking", maxTurns=7, odd={"a": 1})]
        server.batches = {"s": [batch("b", 3, runs=10, completedRuns=7, failedRuns=2, odd=[1])]}
        one = client.scenario("s")
        assert (one.scenario, one.project, one.persona_name) == ("s", "p", "Ada")
        assert (one.mission, one.max_turns) == ("to be rebooked", 7)
        assert one.created_at == day(0)
        assert one.success_criteria == [{"type": "text", "params": {"name": "goal"}}]
        assert one.extra == {"odd": {"a": 1}}
        (info,) = one.batches()
        assert info.key == ("p", "s", "b")
        assert (info.runs, info.completed_runs, info.failed_runs, info.settled_runs) == (
            10,
            7,
            2,
            9,
        )
        assert (info.state, info.scenario_name, info.extra) == (
            "completed",
            "Rebooking",
            {"odd": [1]},
        )
        assert client.batch(info).key == info.key
        assert client.batches(one.batches()).keys == (info.key,)
        assert client.batches([info]).scenarios == {"s": one}
        assert "9 of 10 runs" in repr(info)
        assert pickle.loads(pickle.dumps(info)) == info
        with pytest.raises(TypeError, match=r"give that to client\.scenario in each process"):
            pickle.dumps(one)
        assert copy.copy(one) is one


def test_a_batch_tells_of_itself_and_gives_single_runs() -> None:
    with simruns.Simulator(scenarios=1, runs=5) as sim, sim.client() as client:
        one = client.batches(sim.pairs)
        (the_batch,) = one
        info = the_batch.info()
        assert (info.status, info.runs, info.key) == ("COMPLETED", 5, the_batch.key)
        assert info.scenario_name is None
        run = the_batch.read()[3]
        assert the_batch.run(run.id) == run
        with pytest.raises(simruns.NotFoundError, match="are the references right"):
            the_batch.run("nobody")
        with pytest.raises(simruns.NotFoundError, match="are the references right"):
            client.batch(scenario="x", batch="y").info()
        with pytest.raises(simruns.InvalidArgumentError, match="id is empty"):
            the_batch.run("")


def test_batches_are_chosen_by_their_time() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s")]
        server.batches = {"s": [batch(f"b{n}", n) for n in range(250)]}
        one = client.scenario("s")

        def numbers(**how: Any) -> list[int]:
            return [int(info.batch[1:]) for info in one.batches(**how)]

        assert numbers() == list(range(249, -1, -1))
        before = server.asked("/batches")
        assert numbers(since=day(240)) == list(range(249, 239, -1))
        assert server.asked("/batches") == before + 1  # the older ones are not asked for
        assert numbers(since=day(100), until=day(105)) == [104, 103, 102, 101, 100]
        midnight = day(10).date()
        assert numbers(until=midnight)[0] == 9
        assert numbers(until=midnight + timedelta(1))[0] == 10
        assert numbers(since="1h") == []
        told = one.batches(since=day(240)).completeness
        assert told.verdict == "unverified"
        assert str(told) == (
            "100 of 250 batches, unverified (the older ones were not asked for), 1 request"
        )


def test_a_server_that_gives_batches_in_another_order_hides_none() -> None:
    with leading() as (server, client):
        server.obeys_sort = server.obeys_status = False
        server.scenarios = [scenario("s")]
        mixed = [batch(f"b{n}", n * 7 % 250, "STOPPED" if n % 5 else "COMPLETED")
                 for n in range(250)]  # fmt: skip
        server.batches = {"s": mixed}
        one = client.scenario("s")
        days = [(info.created_at or day(0)) - day(0) for info in one.batches(since=day(200))]
        assert [day.days for day in days] == list(range(249, 199, -1))
        completed = [item for item in mixed if item["status"] == "COMPLETED"]
        newest = max(completed, key=lambda item: item["createdAt"])
        assert [key.batch for key in one.latest().keys] == [newest["referenceId"]]


def test_a_batch_without_a_time_is_left_out_with_a_warning_only_where_a_time_is_asked_for() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s")]
        server.batches = {"s": [batch("new", 3), {"id": "x", "referenceId": "timeless"}]}
        one = client.scenario("s")
        assert [info.batch for info in one.batches()] == ["new", "timeless"]
        with pytest.warns(simruns.IncompleteWarning, match="1 batch without createdAt left out"):
            assert [info.batch for info in one.batches(since=day(1))] == ["new"]


def test_last_weeks_batches_are_those_before_it() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s"), scenario("t")]
        for name in ("s", "t"):
            server.batches[name] = [batch(f"{name}{n}", n) for n in range(60)]
        assert [key.batch for key in client.latest().keys] == ["s59", "t59"]
        assert [key.batch for key in client.latest(before=day(20)).keys] == ["s19", "t19"]
        two = client.latest(n=2, before=day(20))
        assert [key.batch for key in two.keys] == ["s19", "s18", "t19", "t18"]
        chosen = client.latest([client.scenario("t"), "S"])
        assert [key.batch for key in chosen.keys] == ["t59", "s59"]
        asked = server.asked("/simulations")
        assert len(client.latest([client.scenarios()["t"]])) == 1
        assert server.asked("/simulations") == asked + 1  # a scenario in hand is not listed again


def test_a_scenario_without_a_finished_batch_is_left_out_by_name() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s"), scenario("t", "Fresh one")]
        server.batches = {"s": [batch("b", 1)], "t": [batch("c", 1, "IN_PROGRESS")]}
        with pytest.warns(simruns.IncompleteWarning, match=r"no COMPLETED batch: Fresh one \(t\)"):
            suite = client.latest()
        assert [key.batch for key in suite.keys] == ["b"]
        with pytest.raises(simruns.Error, match=r"Fresh one \(t\), none has a COMPLETED batch"):
            client.latest(["t"])
        assert list(suite.scenarios) == ["s"]
        with pytest.raises(simruns.Error, match="none has a COMPLETED batch"):
            client.scenario("t").latest()
        assert len(client.scenario("t").latest(status=None)) == 1
        server.scenarios = [scenario("s"), {"name": "Nobody"}]
        with pytest.warns(simruns.IncompleteWarning, match="without a reference: <Scenario 'Nobo"):
            assert len(client.latest()) == 1


@pytest.mark.parametrize("n", [None, 0, True, "2", 1.0])
def test_how_many_of_the_newest_is_a_number(n: Any) -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s")]
        server.batches = {"s": [batch("b", 1), batch("c", 2)]}
        one = client.scenario("s")
        for ask in (client.latest, one.latest):
            with pytest.raises(simruns.InvalidArgumentError, match="n is "):
                ask(n=n)
        assert server.asked() == 1


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"status": "done"}, "there is no status 'done'; there are COMPLETED, IN_PROGRESS"),
        ({"status": 100_000 * "x"}, r"there is no status 'x{40}...'; there are COMPLETED"),
        ({"since": datetime(2026, 1, 1)}, "since is a datetime without a zone"),
        ({"until": "7 days"}, "until is '7 days'; give a datetime with a zone, a date, or"),
        ({"since": 7}, "since is of type int"),
        ({"since": "1d", "until": "7d"}, "give an until that is later"),
        ({"since": date(2026, 1, 1), "until": date(2026, 1, 1)}, "give an until that is later"),
        ({"since": "999999w"}, "since is '999999w', before the year 1"),
        ({"endpoint_type": 1}, "endpoint_type is 1; give text"),
    ],
)
def test_a_choice_of_batches_that_means_nothing_is_refused_before_anything_is_asked(
    how: dict[str, Any], told: str
) -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s")]
        one = client.scenario("s")
        with pytest.raises(simruns.InvalidArgumentError, match=told):
            one.batches(**how)
        assert server.asked("/batches") == 0


def test_the_time_of_an_empty_frame_is_refused() -> None:
    none = pytest.importorskip("pandas").NaT
    with pytest.raises(simruns.InvalidArgumentError, match="since is no time; give a datetime"):
        moment("since", none)


def test_moments_are_told_in_utc() -> None:
    assert moment("since", date(2026, 3, 1)) == datetime(2026, 3, 1, tzinfo=UTC)
    east = timezone(timedelta(hours=2))
    assert moment("since", datetime(2026, 3, 1, 1, tzinfo=east)) == datetime(
        2026, 2, 28, 23, tzinfo=UTC
    )
    for text, span in {"7d": timedelta(7), "12h": timedelta(hours=12), "2w": timedelta(14)}.items():
        before = datetime.now(UTC)
        told = moment("since", text)
        assert told is not None
        assert before - span <= told <= datetime.now(UTC) - span


def test_a_listing_is_a_table() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s", "Rebooking", maxTurns=7), {"referenceId": "bare"}]
        server.batches = {"s": [batch("b", 3, runs=10), batch("c", 1, "STOPPED")]}
        listed = client.scenarios()
        frame = listed.to_pandas()
        assert list(frame["scenario"]) == ["s", "bare"]
        assert list(frame["name"].fillna("none")) == ["Rebooking", "none"]
        assert str(frame["created_at"].dtype) == "datetime64[ms, UTC]"
        assert list(frame) == listed.to_polars().columns == listed.to_arrow().schema.names
        batches = listed["s"].batches()
        assert batches.to_polars()["status"].to_list() == ["COMPLETED", "STOPPED"]
        assert list(batches.to_pandas()["runs"].fillna(0)) == [10, 0]
        lines = repr(batches).splitlines()
        assert lines[0] == "<Batches: 2 of 2 batches, complete, no duplicate, 1 request>"
        assert lines[1].split() == ["batch", "name", "status", "runs", "created"]
        assert [info.batch for info in batches] == ["b", "c"]
        server.scenarios = [scenario("s", "予約の変更"), scenario("t", "Refund")]
        rows = repr(client.scenarios()).splitlines()[2:]
        assert [row.split(" ")[0] for row in rows] == ["予約の変更", "Refund"]
        assert rows[0].index("s ") + 5 == rows[1].index("t ")  # each of the five takes two columns
        none = repr(listed["s"].batches(until=day(0)))
        assert none.startswith("<Batches: 0 of a listing of 2 of 2 batches, complete")
        assert pickle.loads(pickle.dumps(batches))[0] == batches[0]
        assert batches[:1] == [batches[0]]
        for shown in (listed, listed[0], batches, batches[0]):
            assert "sr-title" in shown._repr_html_()


def test_texts_of_the_server_are_shown_and_not_obeyed() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s", "<script>alert(1)</script>\x1b[31m")]
        server.batches = {"s": [batch("<b>", 1, "<i>")]}
        listed = client.scenarios()
        batches = listed[0].batches()
        shown = [listed, listed[0], batches, batches[0]]
        for one in shown:
            html = one._repr_html_()
            assert "<script>" not in html
            assert "<i>" not in html
            assert "\x1b" not in repr(one)


def test_what_is_odd_about_a_scenario_or_a_batch_is_an_issue_and_fails_nothing() -> None:
    with leading() as (server, client):
        odd = {"persona": 7, "createdAt": 10**40, "maxTurns": [], "half": "\ud800", "deep": [{}]}
        server.scenarios = [{**scenario("s"), **odd}]
        server.batches = {"s": [{**batch("b", 1), **odd, "status": 3, "runs": "many"}]}
        listed = client.scenarios()
        one, batches = listed[0], listed[0].batches()
        assert (one.persona, one.created_at, one.max_turns) == (None, None, None)
        assert (batches[0].status, batches[0].state, batches[0].runs) == (None, "unknown", None)
        assert {"/persona", "/createdAt", "/maxTurns"} <= {issue.path for issue in one.issues}
        assert one.extra == {"half": "\ud800", "deep": [{}]}
        for table in (listed, batches):
            (cell,) = table.to_arrow()["extra"].to_pylist()
            assert '"half":"\\ud800"' in cell
            assert len(table.to_pandas()) == len(table.to_polars()) == 1
            assert repr(table)
            assert table._repr_html_()


def test_a_project_without_scenarios_is_told() -> None:
    with leading() as (_, client):
        with pytest.warns(simruns.IncompleteWarning, match="no scenarios: are the references"):
            listed = client.scenarios()
        assert len(listed) == 0
        assert repr(listed).startswith("<Scenarios: 0 of 0 scenarios, unverified")


def test_what_was_there_throughout_a_listing_is_there_and_nothing_twice() -> None:
    """While the pages are walked, one scenario is renamed, one added and one deleted."""
    with leading() as (server, client):
        server.scenarios = [scenario(f"s{n}") for n in range(250)]

        def change(number: int) -> None:
            if number == 2:
                server.scenarios[50] = scenario("s50", "Renamed")
                server.scenarios.insert(3, scenario("added"))
                server.scenarios.remove(scenario("s120"))

        server.before = change
        with pytest.warns(simruns.IncompleteWarning, match="249 of 250 scenarios, incomplete"):
            listed = client.scenarios()
        references = [one.reference for one in listed]
        assert len(references) == len(set(references))
        assert set(references) >= {f"s{n}" for n in range(250)} - {"s120"}
        assert len(server.targets) == 3


Change = tuple[str, int]
CHANGES = st.lists(
    st.tuples(st.sampled_from(["add", "delete", "rename"]), st.integers(0, 10_000)), max_size=4
)


def change(listed: list[dict[str, Any]], what: Change) -> None:
    """Adds an item somewhere, deletes one or renames one; the order is that of creation."""
    kind, number = what
    at = number % len(listed)
    if kind == "add":
        later = listed[at]["createdAt"]
        listed.insert(at, {**scenario(f"added-{number}-{later}"), "createdAt": later - 1})
    elif kind == "delete" and len(listed) > 1:
        del listed[at]
    else:
        listed[at] = {**listed[at], "name": f"Renamed {number}"}


@given(st.lists(CHANGES, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_listing_has_each_that_was_there_throughout_and_none_twice(
    between: list[list[Change]],
) -> None:
    with leading() as (server, client), warnings.catch_warnings():
        warnings.simplefilter("ignore", simruns.IncompleteWarning)
        server.most = 5
        server.scenarios = [scenario(f"s{n}", createdAt=NOON + n * 1000) for n in range(30)]
        throughout = {item["referenceId"] for item in server.scenarios}

        def before(number: int) -> None:
            for what in between[number - 2] if 2 <= number < len(between) + 2 else []:
                change(server.scenarios, what)
                throughout.intersection_update(item["referenceId"] for item in server.scenarios)

        server.before = before
        references = [one.reference for one in client.scenarios()]
        assert len(references) == len(set(references))
        assert set(references) >= throughout


def test_a_server_without_these_endpoints_says_so_and_its_runs_are_read_as_ever() -> None:
    with (
        simruns.Simulator(scenarios=1, runs=5, neighbours=False) as sim,
        sim.client() as client,
    ):
        for ask in (client.scenarios, client.latest, lambda: client.scenario("x")):
            with pytest.raises(simruns.NotFoundError, match="or a server without this endpoint"):
                ask()
        runs = client.batches(sim.pairs).read()
        assert runs.completeness.verdict == "complete"


def test_without_a_project_the_error_says_where_to_name_one() -> None:
    with simruns.Client("http://127.0.0.1:9", api_key="k") as client:
        for ask in (client.scenarios, client.latest, lambda: client.scenario("x")):
            with pytest.raises(simruns.InvalidArgumentError, match="no project; give it here or"):
                ask()


def test_the_awaited_names_do_the_same() -> None:
    async def everything(sim: simruns.Simulator) -> None:
        async with sim.async_client() as client:
            listed = await client.scenarios()
            one = await client.scenario(listed[1].name or "")
            assert isinstance(one, simruns.AsyncScenario)
            assert one.reference == listed[1].reference
            batches = await one.batches(status="completed")
            suite = await one.latest()
            assert suite.keys == (batches[0].key,)
            everyone = await client.latest(n=1)
            assert len(everyone) == 3
            runs = await everyone.read()
            assert runs.names == {each.reference: each.name for each in listed}
            assert runs.completeness.verdict == "complete"
            async_batch = client.batch(batches[0])
            info = await async_batch.info()
            assert info == batches[0]
            run = (await async_batch.read())[0]
            assert await async_batch.run(run.id) == run
            with pytest.raises(simruns.NotFoundError):
                await async_batch.run("nobody")
            with pytest.raises(simruns.InvalidArgumentError):
                await client.scenario("nobody")

    with simruns.Simulator(scenarios=3, batches=3, runs=4) as sim:
        asyncio.run(everything(sim))


def test_a_failure_of_one_scenario_ends_the_search_for_all() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s"), scenario("gone")]
        server.batches = {"s": [batch("b", 1)]}
        with pytest.raises(simruns.NotFoundError, match=r"^scenario gone: .*no such scenario"):
            client.latest()
        with pytest.raises(simruns.NotFoundError, match=r"^scenario gone: "):
            client.scenario("gone").batches()


def test_a_batch_without_a_reference_is_none_of_the_newest() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s")]
        nameless = {"status": "COMPLETED", "createdAt": NOON + 9 * DAY}
        server.batches = {"s": [nameless, batch("b", 1)]}
        for ask in (client.latest, client.scenario("s").latest):
            with pytest.warns(simruns.IncompleteWarning, match="s: 1 batch without a reference"):
                assert [key.batch for key in ask().keys] == ["b"]


def test_the_scenarios_of_a_list_are_all_that_something_can_be_asked_of() -> None:
    with leading() as (server, client):
        server.scenarios = [scenario("s"), {"name": "Nobody"}]
        server.batches = {"s": [batch("b", 1)]}
        with pytest.warns(simruns.IncompleteWarning, match="without a reference: <Scenario 'Nobo"):
            assert [key.batch for key in client.latest(client.scenarios()).keys] == ["b"]


def test_messages_show_what_a_terminal_would_obey_and_cut_what_is_long() -> None:
    hostile = "\x1b[31mred\u202e" + 100_000 * "x"
    with leading() as (server, client):
        server.scenarios = [scenario("s", hostile), scenario("t")]
        server.batches = {"s": [], "t": [batch("b", 1)]}
        with pytest.warns(simruns.IncompleteWarning) as warned:
            client.latest()
        texts = [str(one.message) for one in warned]
        server.scenarios = [scenario("s\x1b", hostile), scenario("t\u202e", hostile)]
        for name in (hostile, 100_000 * "y"):
            with pytest.raises(simruns.InvalidArgumentError) as caught:
                client.scenario(name)
            texts.append(str(caught.value))
        for text in texts:
            assert len(text) < 400
            assert "\x1b" not in text
            assert "\u202e" not in text
