"""Holds the responses of a Simulator against the contract of `tests/data/contract.yaml`."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

CONTRACT = Path(__file__).resolve().parents[1] / "data" / "contract.yaml"
NOT_OF_THE_CONTRACT = {204, 404, 405, 413, 431}
"""What any server may respond to requests that are none of the contract's."""


class Response(NamedTuple):
    target: str
    status: int
    faulty: bool
    body: bytes


def problems(response: Response) -> list[str]:
    """Why a response is none of the contract's; a response with a fault put in may be anything."""
    if response.faulty or response.status in NOT_OF_THE_CONTRACT:
        return []
    if response.status not in _validators():
        return [f"{response.target}: the contract has no status {response.status}"]
    return [
        f"{response.target}: {problem}" for problem in _problems(response.status, response.body)
    ]


def json_schema(schema: Any) -> Any:
    """JSON Schema of an OpenAPI 3.0 schema: `nullable` is a second type there."""
    if isinstance(schema, list):
        return [json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: json_schema(part) for name, part in schema.items() if name != "nullable"}
    if schema.get("nullable") is True:
        made["type"] = [made["type"], "null"]
    return made


@cache
def _validators() -> dict[int, Any]:
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    ((_, operations),) = contract["paths"].items()
    return {
        int(status): jsonschema_rs.validator_for(
            json_schema(response["content"]["application/json"]["schema"])
        )
        for status, response in operations["get"]["responses"].items()
    }


@cache
def _problems(status: int, body: bytes) -> tuple[str, ...]:
    """Many tests read the same pages: each is looked at once."""
    plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    read = json.loads(plain)
    found = [f"{error.message} at {error.instance_path}"
             for error in _validators()[status].iter_errors(read)]  # fmt: skip
    if status == 200 and not {"data", "pagination"} <= read.keys():
        found.append("a page without data or pagination")
    if status >= 400 and not read.get("traceId"):
        found.append("an error without a traceId")
    return tuple(found)
