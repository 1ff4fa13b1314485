"""From a batch's address to a pandas frame, by each client: the same columns, the same rows."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import msgspec
import pandas as pd

import simruns

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "decode"))

import peer_models as peers

if TYPE_CHECKING:
    from served import Served

PAGE = 100
CONNECTIONS = 8
IDENTITY = {"Accept-Encoding": "identity"}


def ours(server: Served) -> pd.DataFrame:
    with client(server) as one:
        return batch(one, server).read(progress=False).to_pandas()[COLUMNS]


def client(server: Served, **options: Any) -> simruns.Client:
    return simruns.Client(
        server.url, project=server.project, api_key=server.api_key, compression=False,
        connections=CONNECTIONS, **options,
    )  # fmt: skip


def batch(one: simruns.Client, server: Served) -> simruns.Batch:
    return one.batch(scenario=server.scenario, batch=server.batch)


def aiohttp_msgspec(server: Served) -> pd.DataFrame:
    """As those write it who know how: `Raw`, pages by their numbers."""
    return asyncio.run(_aiohttp_msgspec(server))


async def _aiohttp_msgspec(server: Served) -> pd.DataFrame:
    decoder = msgspec.json.Decoder(peers.MsgspecPage)
    headers = {"X-API-Key": server.api_key, **IDENTITY}
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:

        async def page(skip: int) -> Any:
            async with session.get(server.pages, params=_parameters(server, skip)) as answer:
                return decoder.decode(await answer.read())

        first = await page(0)
        skips = range(PAGE, first.pagination.total, PAGE)
        rest = await asyncio.gather(*(page(skip) for skip in skips))
    return frame_of([run for one in (first, *rest) for run in one.data], msgspec.UNSET)


def httpx_pydantic(server: Served) -> pd.DataFrame:
    """As most people write it, and with several connections."""
    return asyncio.run(_httpx_pydantic(server))


async def _httpx_pydantic(server: Served) -> pd.DataFrame:
    headers = {"X-API-Key": server.api_key, **IDENTITY}
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(headers=headers, limits=limits, timeout=60) as session:

        async def page(skip: int) -> Any:
            answer = await session.get(server.pages, params=_parameters(server, skip))
            return peers.PydanticPage.model_validate_json(answer.raise_for_status().content)

        first = await page(0)
        skips = range(PAGE, first.pagination.total, PAGE)
        rest = await asyncio.gather(*(page(skip) for skip in skips))
    return frame_of([run for one in (first, *rest) for run in one.data], None)


def _parameters(server: Served, skip: int) -> dict[str, str | int]:
    return {"projectId": server.project, "limit": PAGE, "skip": skip, "sort": "createdAt:asc"}


def frame_of(runs: list[Any], absent: object) -> pd.DataFrame:
    def at(value: Any, *path: str) -> Any:
        for name in path:
            value = getattr(value, name)
            if value is absent:
                return None
        return value

    columns = {name: [at(run, *path) for run in runs] for name, path in _PATHS.items()}
    frame = pd.DataFrame(columns)
    frame["created_at"] = pd.to_datetime(frame["created_at"], unit="ms", utc=True)
    return frame


_PATHS = {
    "run_id": ("id",),
    "organisation": ("organisation_reference",),
    "project": ("project_reference",),
    "scenario": ("simulation_reference",),
    "batch": ("simulation_run_batch_reference",),
    "sequence": ("sequence",),
    "large_language_model": ("large_language_model_reference_id",),
    "endpoint_type": ("end_point_type",),
    "total_turns": ("total_turns",),
    "max_turns": ("max_turns",),
    "status": ("metrics", "status"),
    "success": ("metrics", "success"),
    "sentiment": ("metrics", "sentiment"),
    "success_numerator": ("metrics", "success_rate", "numerator"),
    "success_denominator": ("metrics", "success_rate", "denominator"),
    "summary": ("metrics", "summary"),
    "is_batch_stopped": ("metrics", "is_batch_stopped"),
    "is_conversation_ended": ("metrics", "is_conversation_ended"),
    "error_category": ("metrics", "error_info", "category"),
    "error_message": ("metrics", "error_info", "message"),
    "created_at": ("created_at",),
    "created_by": ("created_by",),
    "duration_ms": ("duration",),
}
COLUMNS = list(_PATHS)

CLIENTS: dict[str, Callable[[Served], pd.DataFrame]] = {
    "simruns": ours,
    "aiohttp + msgspec": aiohttp_msgspec,
    "httpx + pydantic": httpx_pydantic,
}


def plain(frame: pd.DataFrame) -> list[list[Any]]:
    """Its cells as plain values, whatever types the columns have."""
    return [[None if pd.isna(cell) else cell for cell in frame[name]] for name in COLUMNS]
