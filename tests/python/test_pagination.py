"""Whichever way a batch is walked, it is the same sequence: that of a plain model."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_http import PlainClient, plain

import simruns

KEY = simruns.BatchKey("p", "s", "b")
STATUSES = ("SUCCESS", "FAILED", "ERROR", None)
Run = dict[str, Any]


def run_of(number: int, drawn: tuple[Any, ...]) -> Run:
    created, sequence, status, success, endpoint, by, duration = drawn
    run: Run = {
        "id": f"run-{(number * 7919) % 1009:04}",
        "organisationReference": "o",
        "projectReference": KEY.project,
        "simulationReference": KEY.scenario,
        "simulationRunBatchReference": KEY.batch,
        "sequence": sequence,
        "largeLanguageModelReferenceId": "m",
        "turns": [],
        "totalTurns": 0,
        "successCriteria": [],
        "metrics": {},
        "createdAt": created,
        "createdBy": by,
    }
    metrics = {"status": status, "success": success}
    run["metrics"] = {name: value for name, value in metrics.items() if value is not None}
    optional = {"endPointType": endpoint, "duration": duration}
    return run | {name: value for name, value in optional.items() if value is not None}


RUNS = st.lists(
    st.tuples(
        st.integers(1_748_854_800_000, 1_748_854_800_005),
        st.integers(1, 6),
        st.sampled_from(STATUSES),
        st.sampled_from((True, False, None)),
        st.sampled_from(("rest", "webchat3", None)),
        st.sampled_from(("scheduler", "user-1", "Äe", "")),
        st.sampled_from((0, 5, 50, None)),
    ),
    min_size=1,
    max_size=40,
).map(lambda drawn: [run_of(number, one) for number, one in enumerate(drawn)])

FIELDS = ("createdAt", "sequence", "createdBy", "duration", "id", "endPointType")
SORTS = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(("asc", "desc"))),
    max_size=3,
    unique_by=lambda key: key[0],
)
FILTERS = st.sampled_from(("", "status:SUCCESS", "success:true", "success:false", "createdBy:Äe"))


def value_of(run: Run, field: str) -> tuple[int, Any]:
    """What is not there, or is an empty text, comes before all that is."""
    value = run.get(field)
    if isinstance(value, str):
        value = value.encode() or None
    return (0, b"") if value is None else (1, value)


def model(runs: list[Run], sort: list[tuple[str, str]], where: str, endpoint: str) -> list[str]:
    """The ids of a query, by the plainest means."""
    if endpoint:
        runs = [run for run in runs if run.get("endPointType") == endpoint]
    if where:
        field, _, wanted = where.partition(":")
        there = [{**run, **run["metrics"]} for run in runs]
        texts = ["true" if r.get(field) is True else "false" if r.get(field) is False
                 else r.get(field) for r in there]  # fmt: skip
        runs = [run for run, text in zip(runs, texts, strict=True) if text == wanted]
    runs = sorted(runs, key=lambda run: run["id"].encode())
    for field, way in reversed(sort or [("createdAt", "asc")]):
        runs = sorted(runs, key=lambda run: value_of(run, field), reverse=way == "desc")
    return [run["id"] for run in runs]


class Walker:
    def __init__(self, client: PlainClient, query: dict[str, object], limit: int) -> None:
        self._client = client
        self._query = {**query, "limit": limit}
        self._limit = limit

    def page(self, **more: object) -> tuple[list[str], dict[str, Any]]:
        reply = self._client.page(KEY, **self._query, **more)
        assert reply.status == 200, reply.body
        page = reply.json()
        return [run["id"] for run in page["data"]], page["pagination"]

    def forward(self) -> Iterator[tuple[list[str], dict[str, Any]]]:
        ids, at = self.page()
        yield ids, at
        while at["hasNext"]:
            ids, at = self.page(next=at["next"])
            yield ids, at

    def backward(self, cursor: str) -> Iterator[str]:
        while cursor:
            ids, at = self.page(previous=cursor)
            yield from reversed(ids)
            assert at["hasPrevious"] == bool(at["previous"])
            cursor = at["previous"]

    def by_skip(self, total: int) -> Iterator[str]:
        for skip in range(0, total + self._limit, self._limit):
            ids, at = self.page(skip=skip)
            assert at["hasNext"] == (skip + self._limit < total)
            yield from ids


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(RUNS, SORTS, FILTERS, st.sampled_from(("", "rest", "phone")), st.integers(1, 12))
def test_forward_backward_by_skip_and_a_plain_model_are_the_same_sequence(
    runs: list[Run], sort: list[tuple[str, str]], where: str, endpoint: str, limit: int
) -> None:
    given_ = {
        "sort": ",".join(f"{field}:{way}" for field, way in sort),
        "filter": where,
        "endPointType": endpoint,
    }
    query: dict[str, object] = {name: value for name, value in given_.items() if value}
    expected = model(runs, sort, where, endpoint)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.jsonl"
        path.write_text("".join(json.dumps(run) + "\n" for run in runs), encoding="utf-8")
        with simruns.Simulator(data=path) as sim, plain(sim) as client:
            walker = Walker(client, query, limit)
            pages = list(walker.forward())
            assert [run_id for ids, _ in pages for run_id in ids] == expected
            assert {at["total"] for _, at in pages} == {len(expected)}
            last_ids, last = pages[-1]
            assert [*walker.backward(last["previous"])] == expected[: -len(last_ids) or None][::-1]
            assert list(walker.by_skip(len(expected))) == expected


def test_the_model_sorts_and_filters_as_it_says() -> None:
    drawn = [(5, 1, "FAILED", None, "rest", "", None), (5, 2, None, True, None, "", 1)]
    runs = [run_of(number, one) for number, one in enumerate(drawn)]
    first, second = (run["id"] for run in runs)
    assert model(runs, [("sequence", "desc")], "", "") == [second, first]
    assert model(runs, [("duration", "asc")], "", "") == [first, second]
    assert model(runs, [], "", "rest") == [first]
    assert model(runs, [], "success:true", "") == [second]
