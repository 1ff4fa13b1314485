"""The tables once more, in plain Python, from runs of the contract's form as `json` reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract import ERROR, METRICS, RATE, RUN, TURN, date_time

Json = dict[str, Any]


def result_agreement(metrics: Json) -> bool | None:
    """Whether all succeeded: not if one did not; None if there is none, or one is silent."""
    said = [result.get("success", result.get("passed")) for result in metrics.get("results") or []]
    if any(word is False for word in said):
        return False
    return all(said) if said and all(isinstance(word, bool) for word in said) else None


def verdict(metrics: Json) -> str:
    if not metrics:
        return "pending"
    category = metrics.get("errorInfo", {}).get("category")
    cut_off = metrics.get("isBatchStopped") and not metrics.get("isConversationEnded")
    status = metrics.get("status")
    if status == "ERROR":
        agents = {"AI_AGENT_TIMEOUT": "agent_error", "AI_AGENT_ERROR": "agent_error"}
        return {**agents, "LLM_PROVIDER_ERROR": "platform_error"}.get(category, "unknown_error")
    if cut_off and status != "SUCCESS":
        return "stopped"
    said = (status == "SUCCESS") if status else metrics.get("success", result_agreement(metrics))
    return "unknown_error" if said is None else "success" if said else "failure"


def contradictory(metrics: Json) -> bool:
    status = metrics.get("status")
    said = {status == "SUCCESS" if status else None, metrics.get("success")}
    return len((said | {result_agreement(metrics)}) - {None}) > 1


def extra(value: Json, shape: Json, **inner: Json | None) -> Json | None:
    """The members that the shape does not know, and those of the objects in it."""
    unknown = {name: member for name, member in value.items() if name not in shape}
    return {**unknown, **{name: more for name, more in inner.items() if more}} or None


def run_extra(run: Json) -> Json | None:
    metrics = run["metrics"]
    rate = extra(metrics.get("successRate", {}), RATE)
    error = extra(metrics.get("errorInfo", {}), ERROR)
    return extra(run, RUN, metrics=extra(metrics, METRICS, successRate=rate, errorInfo=error))


def _outcome(metrics: Json) -> Json:
    error = metrics.get("errorInfo", {})
    rate = metrics.get("successRate", {})
    return {
        "verdict": verdict(metrics),
        "contradictory": contradictory(metrics),
        "status": metrics.get("status"),
        "success": metrics.get("success"),
        "sentiment": metrics.get("sentiment"),
        "success_numerator": rate.get("numerator"),
        "success_denominator": rate.get("denominator"),
        "success_percentage": rate.get("percentage"),
        "summary": metrics.get("summary"),
        "is_batch_stopped": metrics.get("isBatchStopped"),
        "is_conversation_ended": metrics.get("isConversationEnded"),
        "error_category": error.get("category"),
        "error_message": error.get("message"),
        "error_technical_details": error.get("technicalDetails"),
    }


def keys(run: Json) -> Json:
    return {
        "project": run["projectReference"],
        "scenario": run["simulationReference"],
        "batch": run["simulationRunBatchReference"],
        "run_id": run["id"],
    }


def runs_table(runs: list[Json]) -> Iterator[Json]:
    for run in runs:
        yield {
            **keys(run),
            "scenario_name": None,
            "organisation": run["organisationReference"],
            "sequence": run["sequence"],
            "large_language_model": run["largeLanguageModelReferenceId"],
            "endpoint_type": run.get("endPointType"),
            "total_turns": run["totalTurns"],
            "max_turns": run.get("maxTurns"),
            "n_turns": len(run["turns"]),
            "n_criteria": len(run["successCriteria"]),
            **_outcome(run["metrics"]),
            "created_at": run["createdAt"],
            "created_by": run["createdBy"],
            "duration_ms": run.get("duration"),
            "expires_at": date_time(run.get("expiresAt") or ""),
            "results": run["metrics"].get("results"),
            "extra": run_extra(run),
            "n_issues": 0,
        }


ROLES = {"user": "user", "assistant": "agent", "tool": "tool"}
TAKING_TURNS = {"user": "agent", "agent": "user"}


def inferred(told: list[str | None]) -> list[str | None]:
    """The roles that turns tell, and of the others those that the turns beside them give."""
    latest: str | None = None
    for one in told:
        expected = TAKING_TURNS.get(latest or "")
        if one in TAKING_TURNS and expected not in (None, one):
            return told
        latest = one or expected
    out = list(told)
    for order in (range(len(told)), range(len(told) - 1, -1, -1)):
        latest = None
        for i in order:
            latest = out[i] = out[i] or TAKING_TURNS.get(latest or "")
    return out


def turns_table(runs: list[Json]) -> Iterator[Json]:
    for run in runs:
        told = [ROLES.get(turn.get("data", {}).get("role")) for turn in run["turns"]]
        roles = inferred(told)
        for position, turn in enumerate(run["turns"]):
            yield {
                **keys(run),
                "turn": position,
                "turn_id": turn.get("id"),
                "turn_sequence": turn.get("sequence"),
                "role": roles[position],
                "role_is_inferred": roles[position] is not None and told[position] is None,
                "text": turn.get("text"),
                "data": turn.get("data"),
                "turn_created_at": turn.get("createdAt"),
                "turn_extra": extra(turn, TURN),
            }


def _only(items: list[Json], name: str | None) -> int | None:
    """The position of the item of this name, if there is exactly one."""
    found = [i for i, item in enumerate(items) if name is not None and item.get("name") == name]
    return found[0] if len(found) == 1 else None


def joined(criteria: list[Json], results: list[Json]) -> list[Json | None]:
    """The result of each criterion: by name, else by position if the counts agree and the names,
    where both have one, do not differ.
    """
    params = [criterion["params"] for criterion in criteria]
    by_name = [
        _only(results, wanted.get("name"))
        if _only(params, wanted.get("name")) is not None
        else None
        for wanted in params
    ]
    fits = len(criteria) == len(results)

    def differ(i: int) -> bool:
        names = params[i].get("name"), results[i].get("name")
        return None not in names and names[0] != names[1]

    by_position = [
        i if at is None and fits and i not in by_name and not differ(i) else at
        for i, at in enumerate(by_name)
    ]
    return [None if at is None else results[at] for at in by_position]


def criteria_table(runs: list[Json]) -> Iterator[Json]:
    for run in runs:
        criteria = run["successCriteria"]
        results = joined(criteria, run["metrics"].get("results") or [])
        for position, (criterion, result) in enumerate(zip(criteria, results, strict=True)):
            said = result or {}
            yield {
                **keys(run),
                "criterion": position,
                "criterion_type": criterion["type"],
                "criterion_name": criterion["params"].get("name"),
                "criterion_params": criterion["params"],
                "criterion_success": said.get("success", said.get("passed")),
                "criterion_reason": said.get("reason", said.get("explanation")),
                "criterion_result": result,
            }
