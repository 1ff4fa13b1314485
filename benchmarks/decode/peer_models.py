"""The contract as types of msgspec and of pydantic. Values of no fixed form: `Raw`, or `dict`."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class MsgspecStruct(msgspec.Struct, gc=False, rename="camel"):
    pass


class MsgspecTurn(MsgspecStruct):
    id: str | UnsetType = UNSET
    sequence: int | UnsetType = UNSET
    text: str | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    created_at: int | UnsetType = UNSET


class MsgspecCriterion(MsgspecStruct):
    type: str
    params: Raw


class MsgspecRate(MsgspecStruct):
    percentage: float | UnsetType = UNSET
    numerator: int | UnsetType = UNSET
    denominator: int | UnsetType = UNSET


class MsgspecError(MsgspecStruct):
    category: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    technical_details: str | UnsetType = UNSET


class MsgspecMetrics(MsgspecStruct):
    sentiment: str | UnsetType = UNSET
    success: bool | UnsetType = UNSET
    results: list[Raw] | UnsetType = UNSET
    success_rate: MsgspecRate | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    is_batch_stopped: bool | UnsetType = UNSET
    is_conversation_ended: bool | UnsetType = UNSET
    error_info: MsgspecError | UnsetType = UNSET
    status: str | UnsetType = UNSET


class MsgspecRun(MsgspecStruct):
    id: str
    organisation_reference: str
    project_reference: str
    simulation_reference: str
    simulation_run_batch_reference: str
    sequence: int
    large_language_model_reference_id: str
    turns: list[MsgspecTurn]
    total_turns: int
    success_criteria: list[MsgspecCriterion]
    metrics: MsgspecMetrics
    created_at: int
    created_by: str
    end_point_type: str | UnsetType = UNSET
    max_turns: int | UnsetType = UNSET
    duration: int | UnsetType = UNSET
    expires_at: str | UnsetType = UNSET


class MsgspecPagination(MsgspecStruct):
    limit: int
    skip: int
    total: int
    has_next: bool
    has_previous: bool
    next: str | None = None
    previous: str | None = None


class MsgspecPage(MsgspecStruct):
    data: list[MsgspecRun]
    pagination: MsgspecPagination


def msgspec_normal(page: MsgspecPage) -> Any:
    """The page as plain objects, what is `Raw` parsed."""
    return msgspec.to_builtins(page, enc_hook=lambda raw: json.loads(bytes(raw)))


class PydanticModel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class PydanticTurn(PydanticModel):
    id: str | None = None
    sequence: int | None = None
    text: str | None = None
    data: dict[str, Any] | None = None
    created_at: int | None = None


class PydanticCriterion(PydanticModel):
    type: str
    params: dict[str, Any]


class PydanticRate(PydanticModel):
    percentage: float | None = None
    numerator: int | None = None
    denominator: int | None = None


class PydanticError(PydanticModel):
    category: str | None = None
    message: str | None = None
    technical_details: str | None = None


class PydanticMetrics(PydanticModel):
    sentiment: str | None = None
    success: bool | None = None
    results: list[dict[str, Any]] | None = None
    success_rate: PydanticRate | None = None
    summary: str | None = None
    is_batch_stopped: bool | None = None
    is_conversation_ended: bool | None = None
    error_info: PydanticError | None = None
    status: str | None = None


class PydanticRun(PydanticModel):
    id: str
    organisation_reference: str
    project_reference: str
    simulation_reference: str
    simulation_run_batch_reference: str
    sequence: int
    large_language_model_reference_id: str
    end_point_type: str | None = None
    turns: list[PydanticTurn]
    total_turns: int
    max_turns: int | None = None
    success_criteria: list[PydanticCriterion]
    metrics: PydanticMetrics
    created_at: int
    created_by: str
    duration: int | None = None
    expires_at: str | None = None


class PydanticPagination(PydanticModel):
    limit: int
    skip: int
    total: int
    has_next: bool
    has_previous: bool
    next: str | None = None
    previous: str | None = None


class PydanticPage(PydanticModel):
    data: list[PydanticRun]
    pagination: PydanticPagination
