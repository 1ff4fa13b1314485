"""Holds the responses of a Simulator against the contracts of `tests/data/contract*.yaml`."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

CONTRACT = Path(__file__).resolve().parents[1] / "data" / "contract.yaml"
NEIGHBOURS = CONTRACT.with_name("contract_neighbours.yaml")
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
    path = path_of(response.target)
    if response.status not in _validators()[path]:
        return [f"{response.target}: the contract has no status {response.status}"]
    return [
        f"{response.target}: {problem}"
        for problem in _problems(path, response.status, response.body)
    ]


def path_of(target: str) -> str:
    """The path of the contracts that a target is of; of any other target, that of the runs."""
    asked = target.partition("?")[0]
    for path in _validators():
        if re.fullmatch(r".*?" + re.sub(r"{\w+}", "[^/]+", path), asked):
            return path
    return next(iter(_validators()))


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
def _validators() -> dict[str, dict[int, Any]]:
    """What checks the body of a response, by its path and its status."""
    found: dict[str, dict[int, Any]] = {}
    for file in (CONTRACT, NEIGHBOURS):
        contract = yaml.safe_load(file.read_text(encoding="utf-8"))
        for path, operations in contract["paths"].items():
            found[path] = {
                int(status): _validator(contract, response)
                for status, response in operations["get"]["responses"].items()
            }
    return found


def _validator(contract: Any, response: Any) -> Any:
    if "$ref" in response:
        response = contract["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = json_schema(response["content"]["application/json"]["schema"])
    components = json_schema(contract["components"].get("schemas", {}))
    return jsonschema_rs.validator_for({**schema, "components": {"schemas": components}})


@cache
def _problems(path: str, status: int, body: bytes) -> tuple[str, ...]:
    """Many tests read the same pages: each is looked at once."""
    plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    read = json.loads(plain)
    found = [f"{error.message} at {error.instance_path}"
             for error in _validators()[path][status].iter_errors(read)]  # fmt: skip
    is_list = not path.endswith("}")
    if status == 200 and is_list and not {"data", "pagination"} <= read.keys():
        found.append("a page without data or pagination")
    if status >= 400 and not read.get("traceId"):
        found.append("an error without a traceId")
    return tuple(found)
