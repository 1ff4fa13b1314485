"""What schemathesis is told of a Simulator: which free texts mean something, and one check.

The contract types the parameters below as texts without a form, so every text is right by it; that
a Simulator refuses those which mean nothing, by a 400 that names them, is meant.
"""

from __future__ import annotations

import zlib
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import positive_data_acceptance

FREE_TEXTS = {"projectId", "sort", "filter", "next", "previous", "timespan", "timezone"}


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Adds the errors to a contract that tells of none: their form is that of the runs."""
    message = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    error = {"description": "Failed", "content": {"application/json": {"schema": message}}}
    for operations in raw_schema["paths"].values():
        responses = operations["get"]["responses"]
        if responses.keys() == {"200"}:
            responses.update(dict.fromkeys(["400", "401", "403", "404", "500"], error))


@schemathesis.check
def right_data_is_accepted(context: Any, response: Any, case: Any) -> bool | None:
    """`positive_data_acceptance`, but for refusals of the free texts."""
    try:
        return positive_data_acceptance(context, response, case)
    except Failure:
        if response.status_code == 400 and response.json().get("field") in FREE_TEXTS:
            return None
        raise


MEANT = {
    "projectId": ("demo-project", "demo-project", "demo-project", "other"),
    "sort": ("createdAt:asc", "sequence:desc", "status:asc,id:desc", "name:asc"),
    "filter": ("status:SUCCESS", "success:false", "endPointType:rest", "sequence:3"),
    "endPointType": ("rest", "webchat3", "voiceGateway2", "phone"),
    "timespan": ("7d", "30d", "1y", "99y"),
    "timezone": ("UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York"),
}
MEANT_OF_LISTS = {
    "sort": ("createdAt:asc", "name:desc", "id:asc", "createdBy:asc"),
    "filter": ("flight", "batch-1", "e", "no such text"),
}
"""What the lists of scenarios and batches take instead."""
PLACES = (("change-flight", "change-flight-batch-1"), ("refund-late-parcel", "no-such-batch"))
RUNS = ("e2a8695cf033fdddd84f5a2d", "no-such-run")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Most of the right requests say something that the Simulator knows: random texts alone would
    see nothing but refusals. Which, follows from what was generated.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    draw = zlib.crc32(repr((case.path_parameters, case.query)).encode())
    if draw % 4 == 0:
        return
    query = case.query if case.query is not None else {}
    meant = MEANT if case.path.endswith("/runs") else {**MEANT, **MEANT_OF_LISTS}
    for number, (name, texts) in enumerate(meant.items()):
        if isinstance(query.get(name), str):
            query[name] = texts[(draw >> (2 + 2 * number)) % 4]
    if draw % 4 < 3:
        query.pop("next", None)
        query.pop("previous", None)
    if case.path_parameters:
        scenario, batch = PLACES[(draw >> 12) % 2]
        known = {
            "simulationReference": scenario,
            "simulationRunBatchReference": batch,
            "simulationRunReference": RUNS[(draw >> 13) % 2],
        }
        case.path_parameters.update({n: known[n] for n in known if n in case.path_parameters})
