"""What goes wrong has a name, and keeps it."""

from __future__ import annotations

import asyncio
import builtins
import concurrent.futures
import copy
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns.core.errors import about, from_failure

REQUEST_KINDS = [kind for kind in simruns.KINDS if kind != "cancelled"]


def failure(kind: str, **known: object) -> Exception:
    fields = {
        "message": "no access",
        "status": 403,
        "code": "E7",
        "field": "projectId",
        "trace_id": "7f3a",
        "attempts": 2,
        "elapsed": 1.5,
        "waited": 0.25,
        "retry_after": 12.0,
        "position": "simruns:1:s:0:0::0",
        "cause": "broken pipe",
        "text": "HTTP 403 after 2 attempts: no access",
        **known,
    }
    return from_failure(kind, **fields)  # type: ignore[arg-type]


def test_the_kinds_are_the_words_of_the_contract() -> None:
    assert " ".join(simruns.KINDS) == (
        "connect timeout tls transport truncated protocol too_large decode auth forbidden "
        "bad_request not_found rate_limited server http redirect pagination incomplete "
        "invalid_argument cancelled"
    )


@pytest.mark.parametrize("kind", REQUEST_KINDS)
def test_every_kind_of_failure_is_a_request_error_of_that_kind(kind: str) -> None:
    error = failure(kind)
    assert isinstance(error, simruns.RequestError)
    assert isinstance(error, simruns.Error)
    assert error.kind == kind
    assert (error.message, error.status, error.code) == ("no access", 403, "E7")
    assert (error.field, error.trace_id, error.attempts) == ("projectId", "7f3a", 2)
    assert (error.elapsed, error.position) == (1.5, "simruns:1:s:0:0::0")
    assert (error.waited, error.retry_after) == (0.25, 12.0)
    assert str(error) == "HTTP 403 after 2 attempts: no access"


def test_a_timeout_is_also_a_builtin_timeout_error() -> None:
    error = failure("timeout")
    assert isinstance(error, builtins.TimeoutError)
    assert isinstance(error, simruns.RequestTimeoutError)


def test_an_invalid_argument_is_also_a_value_error() -> None:
    assert isinstance(failure("invalid_argument"), ValueError)


CLASSES = {
    "connect": simruns.ConnectionError,
    "timeout": simruns.RequestTimeoutError,
    "tls": simruns.ConnectionError,
    "transport": simruns.ConnectionError,
    "truncated": simruns.ConnectionError,
    "protocol": simruns.RequestError,
    "too_large": simruns.RequestError,
    "decode": simruns.RequestError,
    "auth": simruns.AuthError,
    "forbidden": simruns.AuthError,
    "bad_request": simruns.RequestError,
    "not_found": simruns.NotFoundError,
    "rate_limited": simruns.RateLimitError,
    "server": simruns.ServerError,
    "http": simruns.RequestError,
    "redirect": simruns.RequestError,
    "pagination": simruns.IncompleteError,
    "incomplete": simruns.IncompleteError,
    "invalid_argument": simruns.InvalidArgumentError,
    "cancelled": simruns.CancelledError,
}


@pytest.mark.parametrize("kind", simruns.KINDS)
def test_every_kind_has_one_class(kind: str) -> None:
    assert type(failure(kind)) is CLASSES[kind]


def test_the_guide_has_each_kind_once_beside_its_class() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "python.md").read_text()
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| `(\w+)` \|", guide, re.MULTILINE)
    told = [
        (kind, cls)
        for kinds, cls in rows
        if hasattr(simruns, cls)
        for kind in re.findall(r"\w+", kinds)
    ]
    assert sorted(told) == sorted((kind, cls.__name__) for kind, cls in CLASSES.items())


def test_a_connection_error_is_also_a_builtin_one() -> None:
    error = failure("transport")
    assert isinstance(error, builtins.ConnectionError)
    assert isinstance(error, OSError)
    assert (error.errno, error.filename) == (None, None)
    with pytest.raises(builtins.ConnectionError, match="no access") as caught:
        raise error from ValueError("first")
    assert isinstance(caught.value.__cause__, ValueError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, simruns.ConnectionError)
    assert type(again).__mro__[:3] == (
        simruns.ConnectionError,
        simruns.RequestError,
        simruns.Error,
    )


@pytest.mark.parametrize(
    ("fault", "cls", "status"),
    [
        ({"status": 404}, simruns.NotFoundError, 404),
        ({"status": 429, "retry_after": 7}, simruns.RateLimitError, 429),
        ({"status": 500}, simruns.ServerError, 500),
        ({"status": 504}, simruns.ServerError, 504),
        ({"status": 403}, simruns.AuthError, 403),
        ({"reset": True}, simruns.ConnectionError, None),
        ({"truncate": 50}, simruns.ConnectionError, None),
    ],
)
def test_what_a_server_does_is_caught_by_its_class(
    fault: Any, cls: type[simruns.RequestError], status: int | None
) -> None:
    with simruns.Simulator(scenarios=1, runs=5, faults=[fault]) as sim:
        with sim.client(max_attempts=1) as client, pytest.raises(cls) as caught:
            client.batches(sim.pairs).read()
        assert type(caught.value) is cls
        assert caught.value.status == status

        async def read() -> None:
            async with sim.async_client(max_attempts=1) as client:
                await client.batches(sim.pairs).read()

        with pytest.raises(cls):
            asyncio.run(read())
    with sim.client(max_attempts=1) as client, pytest.raises(builtins.ConnectionError):
        client.batches(sim.pairs).read()


def test_cancellation_is_a_cancelled_error_and_no_request_error() -> None:
    error = failure("cancelled")
    assert isinstance(error, simruns.CancelledError)
    assert isinstance(error, concurrent.futures.CancelledError)
    assert isinstance(error, simruns.Error)
    assert not isinstance(error, simruns.RequestError)
    assert not isinstance(error, asyncio.CancelledError)
    assert error.position == "simruns:1:s:0:0::0"


@pytest.mark.parametrize("kind", simruns.KINDS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling(kind: str, protocol: int) -> None:
    error = failure(kind)
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_an_error_can_be_copied() -> None:
    error = failure("timeout")
    assert vars(copy.copy(error)) == vars(error)


def test_what_is_not_known_is_none() -> None:
    error = failure("connect", status=0, code="", field="", trace_id="", position="", cause="")
    assert isinstance(error, simruns.RequestError)
    unknown = (error.status, error.code, error.field, error.trace_id, error.position, error.cause)
    assert unknown == (None,) * 6


def test_an_error_says_once_what_it_is_about() -> None:
    error = failure("not_found", text="HTTP 404: no such batch")
    assert isinstance(error, simruns.RequestError)
    about(error, "batch b")
    about(error, "batch b")
    assert str(error) == "batch b: HTTP 404: no such batch"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
