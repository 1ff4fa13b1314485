"""Decoding loses nothing and invents nothing, on pages as odd as a server could make them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from contract import Reading, in_full
from hypothesis import HealthCheck, given, settings
from pages import LAST_PAGES, PAGES
from servers import serving

import simruns

pyarrow = pytest.importorskip("pyarrow")

Batches = Callable[[bytes], simruns.Batch]

examples = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# Where each attribute of a run stands in its JSON.
ATTRIBUTES = {
    "organisation": ("organisationReference",),
    "project": ("projectReference",),
    "scenario": ("simulationReference",),
    "batch": ("simulationRunBatchReference",),
    "sequence": ("sequence",),
    "large_language_model": ("largeLanguageModelReferenceId",),
    "endpoint_type": ("endPointType",),
    "total_turns": ("totalTurns",),
    "max_turns": ("maxTurns",),
    "created_at_ms": ("createdAt",),
    "created_by": ("createdBy",),
    "duration_ms": ("duration",),
    "sentiment": ("metrics", "sentiment"),
    "success": ("metrics", "success"),
    "success_numerator": ("metrics", "successRate", "numerator"),
    "success_denominator": ("metrics", "successRate", "denominator"),
    "success_percentage": ("metrics", "successRate", "percentage"),
    "summary": ("metrics", "summary"),
    "is_batch_stopped": ("metrics", "isBatchStopped"),
    "is_conversation_ended": ("metrics", "isConversationEnded"),
    "error_category": ("metrics", "errorInfo", "category"),
    "error_message": ("metrics", "errorInfo", "message"),
    "error_technical_details": ("metrics", "errorInfo", "technicalDetails"),
    "status": ("metrics", "status"),
}
TURN_ATTRIBUTES = {"id": "id", "sequence": "sequence", "text": "text", "created_at_ms": "createdAt"}
# Which attribute of a turn, and of a criterion, a column of their tables shows.
TURN_COLUMNS = {
    "turn_id": "id",
    "turn_sequence": "sequence",
    "role": "role",
    "role_is_inferred": "role_is_inferred",
    "text": "text",
    "data": "data_json",
    "turn_created_at": "created_at_ms",
}
CRITERION_COLUMNS = {
    "criterion_type": "type",
    "criterion_name": "name",
    "criterion_params": "params_json",
    "criterion_success": "success",
    "criterion_reason": "reason",
}
PAGE_ATTRIBUTES = {
    "limit": "limit",
    "skip": "skip",
    "total": "total",
    "has_next": "hasNext",
    "has_previous": "hasPrevious",
    "next": "next",
    "previous": "previous",
}


@pytest.fixture(scope="module")
def batch_of() -> Iterator[Batches]:
    """The batch that consists of one page, which is exactly these bytes."""
    with serving() as (server, client):

        def batch(body: bytes) -> simruns.Batch:
            server.body = body
            return client.batch(scenario="s", batch="b")

        yield batch


def typed(value: Any) -> tuple[type, Any]:
    """As `value`, but True is not 1."""
    return type(value), value


def at(read: dict[str, Any], path: tuple[str, ...]) -> Any:
    for name in path[:-1]:
        read = read.get(name) or {}
    return read.get(path[-1])


def same_free(text: str | None, value: Any) -> bool:
    """Whether a free value's JSON text is the one that was sent."""
    return value is None if text is None else in_full(text) == value


def said(issues: list[simruns.Issue], read: list[tuple[str, str]]) -> None:
    """Holds issues against those of a `Reading`, which has only the start of each message."""
    assert [issue.path for issue in issues] == [path for path, _ in read]
    for issue, (_, message) in zip(issues, read, strict=True):
        assert issue.message.startswith(message)


def hold_run(run: simruns.Run, read: dict[str, Any]) -> None:
    """Holds each attribute of a run against its `Reading`."""
    assert run.id == (read.get("id") or "")
    for attribute, path in ATTRIBUTES.items():
        assert typed(getattr(run, attribute)) == typed(at(read, path)), attribute
    assert (run.expires_at_ms, run.expires_at_text) == (read.get("expiresAt") or (None, None))
    assert len(run.turns) == len(read.get("turns") or [])
    for turn, read_turn in zip(run.turns, read.get("turns") or [], strict=True):
        for attribute, name in TURN_ATTRIBUTES.items():
            assert typed(getattr(turn, attribute)) == typed(read_turn.get(name)), attribute
        assert same_free(turn.data_json, read_turn.get("data"))
    for criterion, read_criterion in zip(
        run.criteria, read.get("successCriteria") or [], strict=True
    ):
        assert criterion.type == read_criterion.get("type")
        assert same_free(criterion.params_json, read_criterion.get("params"))
    results = at(read, ("metrics", "results"))
    assert (run.results is None) == (results is None)
    assert [in_full(text) for text in run.results_json or []] == (results or [])


@examples
@given(body=PAGES)
def test_no_run_is_lost_and_each_is_its_own_text_byte_for_byte(
    batch_of: Batches, body: bytes
) -> None:
    page = batch_of(body).page()
    assert page.body() == body
    (sent,) = (value for name, value in in_full(body) if name == "data")
    assert len(page) == len(sent)
    end = 0
    for run, value in zip(page, sent, strict=True):
        text = run.to_json().encode()
        start = body.index(text, end)
        end = start + len(text)
        assert text == text.strip()
        assert in_full(text) == value


@examples
@given(body=PAGES)
def test_the_dict_of_a_run_is_the_plain_parse_of_its_text(batch_of: Batches, body: bytes) -> None:
    page = batch_of(body).page()
    assert [run.to_dict() for run in page] == json.loads(body)["data"]
    assert [run.to_dict() for run in page] == [json.loads(run.to_json()) for run in page]


@examples
@given(body=PAGES)
def test_every_attribute_agrees_with_the_parse_of_the_text_and_what_does_not_fit_is_none(
    batch_of: Batches, body: bytes
) -> None:
    page = batch_of(body).page()
    read = Reading(body).page
    paging = read.get("pagination") or {}
    for attribute, name in PAGE_ATTRIBUTES.items():
        assert typed(getattr(page, attribute)) == typed(paging.get(name)), attribute
    for run, read_run in zip(page, read["data"], strict=True):
        hold_run(run, read_run)


@examples
@given(body=PAGES)
def test_each_free_value_is_the_parse_of_its_text(batch_of: Batches, body: bytes) -> None:
    def parse(text: str | None) -> Any:
        return None if text is None else json.loads(text)

    for run in batch_of(body).page():
        assert [turn.data for turn in run.turns] == [parse(turn.data_json) for turn in run.turns]
        assert [c.params for c in run.criteria] == [parse(c.params_json) for c in run.criteria]
        assert (run.results or []) == [json.loads(text) for text in run.results_json or []]


@examples
@given(body=PAGES)
def test_a_time_is_its_milliseconds_as_a_moment_in_utc(batch_of: Batches, body: bytes) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    for run in batch_of(body).page():
        dated: list[simruns.Run | simruns.Turn] = [run, *run.turns]
        for thing in dated:
            if thing.created_at_ms is None:
                assert thing.created_at is None
            elif -6e13 < thing.created_at_ms < 2e14:
                assert thing.created_at == epoch + timedelta(milliseconds=thing.created_at_ms)


@examples
@given(body=PAGES)
def test_everything_odd_is_an_issue_with_its_path_of_the_page_and_of_its_run(
    batch_of: Batches, body: bytes
) -> None:
    page = batch_of(body).page()
    reading = Reading(body)
    said(page.issues, reading.issues)
    assert page.issues_dropped == 0
    for i, run in enumerate(page):
        said(run.issues, reading.issues_below(f"/data/{i}"))


@examples
@given(body=PAGES)
def test_strict_refuses_exactly_the_pages_with_issues_and_names_the_first(
    batch_of: Batches, body: bytes
) -> None:
    issues = batch_of(body).page().issues
    if not issues:
        assert batch_of(body).page(strict=True).body() == body
        return
    with pytest.raises(simruns.RequestError) as caught:
        batch_of(body).page(strict=True)
    assert caught.value.kind == "decode"
    assert f"{issues[0].path}: {issues[0].message}" in str(caught.value)


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
@examples
@given(body=LAST_PAGES)
def test_the_table_of_issues_has_those_of_the_runs_read_and_of_the_page(
    batch_of: Batches, body: bytes
) -> None:
    page = batch_of(body).page()
    runs = batch_of(body).read(allow_incomplete=True)
    first = {run.id: i for i, run in reversed(list(enumerate(page)))}
    kept = [i for i, run in enumerate(page) if not run.id or first[run.id] == i]
    assert [run.to_json() for run in runs] == [page[i].to_json() for i in kept]
    table = runs.issues.to_arrow()
    table.validate(full=True)
    rows = []
    for issue in page.issues:
        of_run = int(issue.path.split("/")[2]) if issue.path.startswith("/data/") else None
        if of_run is None or of_run in kept:
            row = None if of_run is None else kept.index(of_run)
            run = None if row is None else runs[row]
            rows.append((row, run and run.id, run and run.scenario, issue.path, issue.message))
    names = ("run_index", "run_id", "scenario", "path", "message")
    told = list(zip(*(table[name].to_pylist() for name in names), strict=True))
    by_walk = [row for row in told if row[-1].startswith("names the batch '")]
    assert [row for row in told if row not in by_walk] == rows
    batches = [run.batch for run in runs]
    first_named = next(filter(None, batches), None)
    assert [(row[0], row[1], row[3]) for row in by_walk] == [
        (row, runs[row].id, f"/data/{kept[row]}/simulationRunBatchReference")
        for row, batch in enumerate(batches)
        if batch and batch != first_named
    ]


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
@examples
@given(body=LAST_PAGES)
def test_the_tables_hold_what_the_runs_say_however_odd_they_are(
    batch_of: Batches, body: bytes
) -> None:
    runs = batch_of(body).read(allow_incomplete=True)
    turns = [turn for run in runs for turn in run.turns]
    criteria = [criterion for run in runs for criterion in run.criteria]
    told_by_runs = [*ATTRIBUTES, "verdict", "contradictory", "expires_at_ms"]
    for table, things, columns in (
        (runs, list(runs), {"run_id": "id", **{time_column(name): name for name in told_by_runs}}),
        (runs.turns, turns, TURN_COLUMNS),
        (runs.criteria, criteria, CRITERION_COLUMNS),
    ):
        arrow = table.to_arrow()
        arrow.validate(full=True)
        for name, attribute in columns.items():
            column = arrow[name]
            if pyarrow.types.is_timestamp(column.type):
                column = column.cast(pyarrow.int64())
            assert column.to_pylist() == [getattr(thing, attribute) for thing in things], name


def time_column(attribute: str) -> str:
    """The column of the table of runs that an attribute stands in."""
    return attribute.removesuffix("_ms") if attribute.endswith("at_ms") else attribute
