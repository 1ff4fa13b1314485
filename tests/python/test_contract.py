"""Our restatement of the contract, and what holds the responses of every test against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from responses import CONTRACT, Response, json_schema, problems

import simruns

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "openapi.yaml"
PROSE = {"description", "summary", "info", "externalDocs", "tags"}


def structure(document: Any, *, names: bool = False) -> Any:
    """The document without what is only there to be read; `names` of members are all kept."""
    if isinstance(document, list):
        return [structure(part) for part in document]
    if not isinstance(document, dict):
        return document
    kept = document if names else {k: v for k, v in document.items() if k not in PROSE}
    out = {str(k): structure(v, names=k == "properties") for k, v in kept.items()}
    for number, server in enumerate(out.get("servers", [])):
        assert "url" in server, f"server {number}"
    return out


def test_our_restatement_has_the_structure_of_the_published_contract() -> None:
    if not PUBLISHED.is_file():
        pytest.skip(f"the published contract is not on this machine: {PUBLISHED}")
    published = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    ours = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    assert structure(ours) == structure(published)


def test_the_structure_keeps_members_that_are_called_like_prose() -> None:
    schema = {"description": "x", "properties": {"description": {"type": "string"}}}
    assert structure(schema) == {"properties": {"description": {"type": "string"}}}


def test_nullable_is_a_second_type() -> None:
    assert json_schema({"a": [{"type": "string", "nullable": True}]}) == {
        "a": [{"type": ["string", "null"]}]
    }


def page(**pagination: Any) -> bytes:
    right = {"limit": 1, "skip": 0, "total": 0, "hasNext": False, "hasPrevious": False}
    return json.dumps({"data": [], "pagination": {**right, **pagination}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (200, page(total="5"), "is not of type"),
        (200, page(next=5), "is not of type"),
        (200, b'{"data": [{}]}', "is a required property"),
        (200, b"{}", "a page without data or pagination"),
        (400, b'{"error": "x", "traceId": "t"}', '"field" is a required property'),
        (401, b'{"error": "x"}', "an error without a traceId"),
        (418, b"{}", "has no status 418"),
    ],
)
def test_a_response_that_is_none_of_the_contracts_is_found(
    status: int, body: bytes, problem: str
) -> None:
    (found, *_) = problems(Response("/x", status, False, body))
    assert problem in found
    assert problems(Response("/x", status, True, body)) == []


def test_a_response_of_the_contract_is_let_through() -> None:
    assert problems(Response("/x", 200, False, page(next=None))) == []
    assert problems(Response("/x", 404, False, b"")) == []


def test_the_neighbours_are_held_against_their_own_contract() -> None:
    def found(path: str, status: int, body: bytes) -> str:
        return "\n".join(
            problems(Response(f"/testing/simulations{path}?x=/runs", status, False, body))
        )

    batch = b'{"referenceId": "b", "runs": 3, "status": "COMPLETED"}'
    assert found("/s/batches/b", 200, batch) == ""
    assert "is not one of" in found("/s/batches/b", 200, batch.replace(b"COM", b"X"))
    assert "is not of type" in found("/s/batches/b", 200, batch.replace(b"3", b"null"))
    assert "required property" in found("", 200, page().replace(b"[]", b"[{}]"))
    assert found("/s/batches", 200, page().replace(b"[]", b"[%s]" % batch)) == ""
    assert "required property" in found("/s/batches/b/runs/r", 200, batch)
    assert "without data or pagination" in found("/s/batches/b/runs", 200, batch)
    assert found("/s/batches/b", 404, b'{"error": "x", "traceId": "t"}') == ""
    assert "without a traceId" in found("/s/batches/b", 403, b'{"error": "x"}')


def test_every_response_of_every_test_is_held_against_the_contract(
    kept_responses: list[Response],
) -> None:
    with simruns.Simulator(scenarios=1, runs=3) as sim, sim.client() as client:
        client.batches(sim.pairs).read(witness=False)
        responses = [Response(*response) for response in sim._core.take_responses()]
    assert [response.status for response in responses] == [200]
    assert len(json.loads(responses[0].body)["data"]) == 3
    kept_responses += responses
