"""The faults of a Simulator, scripted in Python, JSON and YAML."""

from __future__ import annotations

import http.client
import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from plain_http import plain

import simruns
from simruns.simulator.faults import Faults, fault_text


def simulator(faults: Any, **arguments: Any) -> simruns.Simulator:
    return simruns.Simulator(scenarios=1, runs=12, faults=faults, **arguments)


def statuses(faults: Any, requests: int) -> list[int]:
    with simulator(faults) as sim, plain(sim) as client:
        return [client.page(sim.batches()[0]).status for _ in range(requests)]


RULE = {"requests": 2, "status": 503, "retry_after": 2}


def files(folder: Path) -> list[Path]:
    (folder / "faults.json").write_text(json.dumps({"faults": [RULE]}))
    (folder / "faults.yaml").write_text(
        "faults:\n  - {requests: 2, status: 503, retry_after: 2}  # a server that is busy\n"
    )
    (folder / "rules.yml").write_text("- requests: 2\n  status: 503\n  retry_after: 2\n")
    return sorted(folder.iterdir())


def test_the_same_script_in_every_form_does_the_same(tmp_path: Path) -> None:
    forms: list[Any] = [
        Faults().add(**RULE),
        {"faults": [RULE]},
        [RULE],
        *files(tmp_path),
        str(tmp_path / "faults.json"),
    ]
    for form in forms:
        assert statuses(form, 3) == [200, 503, 200], form


def test_chance_is_the_same_for_the_same_seed() -> None:
    def met(seed: int) -> list[int]:
        return statuses(Faults(seed=seed).add(chance=0.4, status=500), 40)

    assert met(1) == met(1)
    assert met(1) != met(2)
    assert {200, 500} == set(met(1))


def test_a_script_is_told_by_its_repr_and_its_dict() -> None:
    faults = Faults(seed=7).add(page=2, reset=True).add(every=3, status=500)
    assert repr(faults) == "Faults(seed=7, 2 rules)"
    assert faults.to_dict() == {
        "seed": 7,
        "faults": [{"page": 2, "reset": True}, {"every": 3, "status": 500}],
    }
    assert json.loads(fault_text(faults)) == faults.to_dict()


def test_a_retry_after_is_seconds_or_a_date() -> None:
    rules = [
        {"requests": 1, "status": 429, "retry_after": 3},
        {"requests": 2, "status": 429, "retry_after": {"date": 60}},
    ]
    with simulator(rules) as sim, plain(sim) as client:
        first, second = (client.page(sim.batches()[0]) for _ in range(2))
    assert first.headers["Retry-After"] == "3"
    sent = parsedate_to_datetime(second.headers["Date"])
    assert 59 <= (parsedate_to_datetime(second.headers["Retry-After"]) - sent).seconds <= 61


def test_a_reset_and_a_cut_response_end_the_connection() -> None:
    rules = [{"requests": 1, "reset": True}, {"requests": 2, "truncate": 50}]
    with simulator(rules) as sim:
        with plain(sim) as client, pytest.raises(ConnectionResetError):
            client.page(sim.batches()[0])
        with plain(sim) as client, pytest.raises(http.client.IncompleteRead) as cut:
            client.page(sim.batches()[0])
        assert len(cut.value.partial) == 50
        assert [request["status"] for request in sim.requests()] == [0, 200]
        assert all(request["faulty"] for request in sim.requests())


def test_a_mutation_reaches_the_client_as_an_issue_with_its_path() -> None:
    rules = [{"mutate": [
        {"member": "metrics", "to": {"status": "SUCCESS", "success": 1}, "runs": [0]},
        {"member": "createdBy", "make": "null", "runs": [1]},
        {"member": "sequence", "make": "float"},
        {"member": "madeUp", "to": [1, {"ö": None}], "runs": [2]},
    ]}]  # fmt: skip
    with simulator(rules) as sim, sim.client() as client:
        scenario, batch = sim.pairs[0]
        page = client.batch(scenario=scenario, batch=batch).page()
        runs = list(page)
    paths = [issue.path for run in runs for issue in run.issues]
    assert paths == ["/data/0/metrics/success", "/data/1/createdBy"]
    assert sorted(run.sequence or 0 for run in runs) == list(range(1, 13))
    assert runs[2].to_dict()["madeUp"] == [1, {"ö": None}]


def test_a_wrong_total_makes_a_walk_incomplete_or_unverified() -> None:
    with (
        simulator([{"total_add": 3}]) as sim,
        sim.client() as client,
        pytest.raises(simruns.IncompleteError),
    ):
        client.batches(sim.pairs).read()
    with simulator([{"total": -1}]) as sim, sim.client() as client:
        assert client.batches(sim.pairs).read().completeness.verdict == "unverified"


def test_a_cursor_that_is_repeated_or_left_out_is_not_followed_for_ever() -> None:
    for rule in ({"page": 2, "repeat_cursor": True}, {"page": 1, "drop_cursor": True}):
        with simulator([rule]) as sim, sim.client() as client:
            scenario, batch = sim.pairs[0]
            stream = client.batch(scenario=scenario, batch=batch).runs(page_size=4)
            try:
                ids = [run.id for run in stream]
            except simruns.RequestError as error:
                assert error.kind == "pagination"  # noqa: PT017
            else:
                assert len(ids) == 12
                assert stream.completeness.verdict == "unverified"


def test_a_rate_limit_lets_only_so_many_through_and_says_when_to_come_again() -> None:
    rules = [{"rate_limit": {"requests": 2, "per": 3600}}]
    with simulator(rules) as sim, plain(sim) as client:
        replies = [client.page(sim.batches()[0]) for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 429, 429]
    assert 0 < int(replies[2].headers["Retry-After"]) <= 3600
    assert replies[3].json()["traceId"]


def test_a_rate_limit_of_a_live_simulator_goes_by_its_clock() -> None:
    rules = [{"rate_limit": {"requests": 1, "per": 60}}]
    with simulator(rules, live=True, speed=0) as sim, plain(sim) as client:
        key = sim.batches()[0]
        assert client.page(key).status == 200
        assert client.page(key).headers["Retry-After"] == "60"
        sim.clock.advance(59)
        assert client.page(key).headers["Retry-After"] == "1"
        sim.clock.advance(1)
        assert client.page(key).status == 200


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ([{"status": 700}], r"script.faults\[0\].status: must be a whole number from 200 to 599"),
        ([{"colour": 1}], r"script.faults\[0\].colour: is not known here; there is requests, "),
        ({"rules": []}, "script.rules: is not known here; there is seed, faults"),
        ([{"page": 2}], r"script.faults\[0\]: says when, but not what goes wrong"),
        ([{"status": float("nan")}], "faults is no script"),
        ([{"status": {1}}], "faults is no script"),
        (5, "script: must be an object"),
        ("faults.txt", "faults is the file faults.txt; give one that ends in .json, .yaml or .yml"),
    ],
)
def test_a_script_with_a_mistake_is_refused_by_its_place(faults: Any, message: str) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=message):
        simulator(faults)


def test_the_docs_tell_every_word() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "simulator.md").read_text("utf-8")
    for wrong in (
        [{"?": 1}],
        [{"mutate": {"?": 1}}],
        [{"drip": {"?": 1}}],
        [{"delay": {"?": 1}}],
        [{"rate_limit": {"?": 1}}],
    ):
        with pytest.raises(simruns.InvalidArgumentError) as refused:
            simulator(wrong)
        words = str(refused.value).partition("there is ")[2].split(", ")
        assert len(words) >= 2
        for word in words:
            assert f"`{word}`" in page or f"{word}:" in page, word


def test_a_file_that_is_no_script_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.yaml").write_text("a: [")
    (tmp_path / "c.yaml").write_bytes(b"\xff")
    for name, message in (
        ("a.json", "a.json is not JSON"),
        ("b.yaml", "b.yaml is not YAML"),
        ("c.yaml", "c.yaml is not UTF-8"),
        ("none.json", "cannot read .*none.json: No such file"),
    ):
        with pytest.raises(simruns.Error, match=message):
            simulator(tmp_path / name)


def test_a_seed_that_is_none_is_refused() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="seed is -1"):
        Faults(seed=-1)
