"""No exception shows a credential, whatever is wrong about the other arguments, or about itself."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SimrunsCommand

import simruns
from simruns import _core
from simruns.cli.secrets import read_key
from simruns.request.options import _CHECKS

KEY = "key-that-nobody-may-see"
URL = "http://127.0.0.1:9/testing"
PROXY = f"http://user:{KEY}@127.0.0.1:9"
CLIENTS = (simruns.Client, simruns.AsyncClient)

WRONG: tuple[Any, ...] = (
    "\ud800",
    "a\udc80b",
    "a\0b",
    "\0",
    "",
    b"bytes",
    b"\xff",
    bytearray(b"x"),
    7,
    -1,
    2**70,
    10**5000,
    float("nan"),
    True,
    object(),
    [],
    {},
    {"a": "\ud800"},
    ["\udfff"],
    Path("a\udc80"),
    str,
)
WRONG_SECRETS: tuple[Any, ...] = (
    KEY + "\udc80",
    "\ud800" + KEY,
    KEY + "\0",
    KEY + "\n",
    "é" + KEY,
    KEY.encode(),
    KEY.encode() + b"\xff",
    bytearray(KEY.encode()),
    [KEY],
    {KEY: KEY},
    (KEY, KEY),
)


def everything_of(error: BaseException | None) -> str:
    """All that is shown of an error, and of those that led to it, by whatever shows it."""
    told = ""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        lines = traceback.format_exception_only(type(one), one)
        told += f"{one} {one!r} {one.args!r} {one.__dict__!r} {''.join(lines)}"
        waiting += [one.__cause__, one.__context__]
    return told


def check(call: Callable[[], object], what: str) -> None:
    """Calls, and searches what is raised. That nothing is raised is right too."""
    try:
        call()
    except (simruns.Error, TypeError, ValueError, OSError) as error:
        told = everything_of(error)
        assert KEY not in told, what
        assert "Invoked with" not in told, what


def shown(value: object) -> str:
    return "a number of many digits" if value == 10**5000 else f"{value!r:.40}"


def each(names: Iterator[str] | list[str], values: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name in names for value in values)


@pytest.mark.parametrize("cls", CLIENTS)
def test_a_wrong_argument_of_a_client_shows_no_credential(cls: Any) -> None:
    names = ["base_url", "project", *_CHECKS]
    for given in ({"api_key": KEY}, {"token": KEY}):
        for name, value in each(names, WRONG):
            arguments = {"base_url": URL, "proxy": PROXY, **given, name: value}
            check(lambda a=arguments: cls(**a), f"{name}={shown(value)}")
        check(lambda g=given: cls(URL, KEY, **g), "a positional argument too many")
        check(lambda g=given: cls(URL, **g, unknown=KEY), "an unknown option")


@pytest.mark.parametrize("cls", CLIENTS)
def test_a_wrong_credential_is_not_shown(cls: Any) -> None:
    for name, value in each(["api_key", "token"], WRONG_SECRETS):
        check(lambda n=name, v=value: cls(URL, **{n: v}), name)
        with pytest.raises(simruns.InvalidArgumentError, match=f"{name} is not a text of ASCII"):
            cls(URL, **{name: value})
    for bad in ("\udc80", "\ud800", "\0", "é", " ", "\n", "@@", "]"):
        for text in (f"http://user:{KEY}{bad}@host:1", f"http://{KEY}:{bad}@host", f"{bad}{PROXY}"):
            check(lambda t=text: cls(URL, api_key="k", proxy=t), f"proxy with {bad!r}")
            check(lambda t=text: cls(t, api_key="k"), f"base_url with {bad!r}")


def test_a_wrong_proxy_of_the_environment_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for bad in ("\udcff", "é", " ", "@@", "]", "%"):
        for text in (f"http://user:{KEY}{bad}@host:1", f"http://{KEY}:{bad}@host", f"{bad}{PROXY}"):
            monkeypatch.setenv("HTTPS_PROXY", text)
            for wrong in ({}, {"project": "\ud800"}, {"connections": "many"}):
                arguments: dict[str, Any] = {"proxy_from_env": True, **wrong}
                check(lambda a=arguments: simruns.Client("https://h", api_key=KEY, **a), bad)


@pytest.mark.parametrize("name", ["SIMRUNS_BASE_URL", "SIMRUNS_PROJECT", "SIMRUNS_API_KEY"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80"])
def test_a_variable_with_a_byte_that_is_no_utf8_is_refused_by_its_name(
    name: str, bad: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"SIMRUNS_BASE_URL": URL, "SIMRUNS_PROJECT": "p", "SIMRUNS_API_KEY": KEY}
    for variable, value in {**good, name: good[name] + os.fsdecode(bad)}.items():
        monkeypatch.setenv(variable, value)
    for cls in CLIENTS:
        with pytest.raises(simruns.InvalidArgumentError, match=f"invalid_argument: {name} ") as got:
            cls()
        assert KEY not in everything_of(got.value)
        assert got.value.field == name


def test_a_command_tells_of_a_wrong_variable_in_a_line(run_simruns: SimrunsCommand) -> None:
    batch = ("--scenario", "s", "--batch", "b", "-o", "out.jsonl")
    good = {"SIMRUNS_BASE_URL": URL, "SIMRUNS_PROJECT": "p", "SIMRUNS_API_KEY": KEY}
    for name in good:
        done = run_simruns("export", *batch, **{**good, name: good[name] + os.fsdecode(b"\xff")})
        assert done.returncode == 2, done.stderr
        assert done.stderr.count("\n") == 1
        assert f"{name} " in done.stderr
        assert KEY not in done.stdout + done.stderr


def test_a_file_of_a_key_that_is_none_is_not_shown(tmp_path: Path) -> None:
    for content in (KEY.encode() + b"\xff", b"", b" \n", b"\xef\xbb\xbf" + KEY.encode()):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(simruns.Error) as got:
            read_key(tmp_path / "key")
        assert KEY not in everything_of(got.value)


@pytest.mark.parametrize("command", ["export", "archive", "follow"])
def test_a_command_tells_of_an_argument_that_is_no_utf8_in_a_line(
    command: str, call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    options = {"--scenario": "s", "--batch": "b", "--project": "p", "--base-url": URL}
    optional = ["--filter", "--proxy", "--ca-file"]
    if command != "follow":
        optional += ["--sort", "--pairs"]
        options["--output"] = str(tmp_path / "out.jsonl")
    for name in [*options, *optional]:
        wrong = {**options, name: os.fsdecode(b"a\xff")}
        if name == "--output":
            wrong["--scenario"] = os.fsdecode(b"a\xff")
        done = call_simruns(
            command, *(word for option in wrong.items() for word in option), SIMRUNS_API_KEY=KEY
        )
        assert done.returncode in (1, 2), done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        assert KEY not in done.stdout + done.stderr


def test_a_wrong_argument_of_a_batch_shows_no_credential(tmp_path: Path) -> None:
    """Neither of the client nor of its proxy."""
    choices = [
        "sort", "filter", "endpoint_type", "page_size", "skip", "start_at", "start_before",
        "strict", "max_runs", "walk", "allow_incomplete", "progress", "interval", "jitter",
        "count", "until", "idle", "deadline", "n", "bad",
    ]  # fmt: skip
    with simruns.Client(URL, project="p", api_key=KEY, proxy=PROXY) as client:
        for name, value in each(["scenario", "batch", "project"], WRONG):
            key = {"scenario": "s", "batch": "b", name: value}
            check(lambda k=key: client.batch(**k), f"{name}={shown(value)}")
            for pairs in ([(value, "b")], [("s", value)], [(value, "s", "b")], {"s": value}):
                check(lambda p=pairs: client.batches(p), f"pairs with {shown(value)}")
        for value in WRONG:
            check(lambda v=value: client.batches(v), f"pairs={shown(value)}")
        batch = client.batch(scenario="s", batch="b")
        for name, value in each(choices, WRONG):
            for method in ("runs", "follow"):
                call = getattr(batch, method)
                check(
                    lambda c=call, n=name, v=value: c(**{n: v}), f"{method} {name}={shown(value)}"
                )
        closed = batch
    for name, value in each(choices, WRONG):
        for method in ("page", "head", "read"):
            call = getattr(closed, method)
            check(lambda c=call, n=name, v=value: c(**{n: v}), f"{method} {name}={shown(value)}")
        check(
            lambda n=name, v=value: closed.archive(tmp_path / "new", **{n: v}),
            f"archive {name}={shown(value)}",
        )


def test_a_wrong_argument_of_a_simulator_shows_no_credential(tmp_path: Path) -> None:
    names = [
        "data", "seed", "scenarios", "batches", "runs", "host", "port", "latency_ms", "live",
        "speed", "faults", "tls", "upstream", "record", "log",
    ]  # fmt: skip
    for name, value in each(names, WRONG):
        secrets = {"api_key": KEY, "token": KEY}

        def make(arguments: dict[str, Any]) -> None:
            simruns.Simulator(**arguments).close()

        where = os.getcwd()
        os.chdir(tmp_path)  # where a file of a wrong name may well be made
        try:
            check(lambda a={**secrets, name: value}: make(a), f"{name}={shown(value)}")
        finally:
            os.chdir(where)
    for name, value in each(["api_key", "token"], WRONG_SECRETS):
        check(lambda n=name, v=value: simruns.Simulator(**{n: v}), name)
    for content in (KEY.encode(), KEY.encode() + b"\xff", b"\0" + KEY.encode()):
        (tmp_path / "key.pem").write_bytes(content)
        text = f"-----BEGIN PRIVATE KEY-----\n{KEY}\n"
        for pair in ((tmp_path / "key.pem",) * 2, (tmp_path / "key.pem",), (text, text), (7, text)):
            check(lambda p=pair: simruns.Simulator(tls=p), "tls")


def test_a_text_that_crosses_into_the_core_is_checked_first(tmp_path: Path) -> None:
    """So that it is refused by its name, and pybind11 never lists the arguments of the call."""
    with simruns.Client(URL, project="p", api_key=KEY) as client:
        batch = client.batch(scenario="s", batch="b")
        for bad in ("a\ud800", "a\udcff", "a\0"):
            calls: dict[str, Callable[[], object]] = {
                "base_url": lambda b=bad: simruns.Client(b, api_key=KEY),
                "project": lambda b=bad: simruns.Client(URL, project=b, api_key=KEY),
                "proxy": lambda b=bad: simruns.Client(URL, api_key=KEY, proxy=b),
                "scenario": lambda b=bad: client.batch(scenario=b, batch="b"),
                "batch": lambda b=bad: client.batches([("s", b)]),
                "filter": lambda b=bad: batch.runs(filter=b),
                "sort": lambda b=bad: batch.runs(sort=b),
                "endpoint_type": lambda b=bad: batch.runs(endpoint_type=b),
                "start_at": lambda b=bad: batch.runs(start_at=b),
                "start_before": lambda b=bad: batch.runs(start_before=b),
                "walk": lambda b=bad: batch.runs(walk=b),
                "data": lambda b=bad: simruns.Simulator(data=b, api_key=KEY),
                "host": lambda b=bad: simruns.Simulator(host=b, api_key=KEY),
                "upstream": lambda b=bad: simruns.Simulator(upstream=b, api_key=KEY),
                "record": lambda b=bad: simruns.Simulator(upstream=URL, record=b, api_key=KEY),
                "log": lambda b=bad: simruns.Simulator(log=b, api_key=KEY),
            }
            for name, call in calls.items():
                with pytest.raises(simruns.InvalidArgumentError, match=f"{name} has .* position 1"):
                    call()


def test_a_secret_of_the_core_shows_nothing_of_itself() -> None:
    secret = _core.Secret(KEY)
    assert KEY not in f"{secret} {secret!r} {secret!s} {vars(type(secret))}"
    for call in (
        lambda: _core.Client("\ud800", api_key=secret, options={"proxy": _core.Secret(PROXY)}),
        lambda: _core.Client(URL, api_key=secret, unknown=1),
        lambda: _core.Client(URL, secret),
        lambda: _core.Simulator(data="\ud800", api_key=secret, token=secret, private_key=secret),
        lambda: _core.Secret(secret),
        lambda: _core.Secret(KEY + "\udc80"),
        lambda: _core.Secret(KEY.encode()),
    ):
        with pytest.raises((TypeError, simruns.InvalidArgumentError)) as got:
            call()  # type: ignore[no-untyped-call]
        assert KEY not in everything_of(got.value)
