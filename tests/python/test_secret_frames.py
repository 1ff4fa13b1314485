"""No variable of a frame of ours shows a credential, as rich, pytest -l and Sentry print them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from test_secrets import CLIENTS, KEY, PROXY, URL, WRONG_SECRETS

import simruns
from simruns import _core
from simruns.cli import app as commands
from simruns.cli.secrets import hide_arguments
from simruns.request import settings

OURS = str(Path(simruns.__file__).parent)


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """The frames of an error and of those that led to it, but those of the tests."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__]
        trace = one.__traceback__
        while trace is not None:
            if os.path.dirname(__file__) not in trace.tb_frame.f_code.co_filename:
                yield trace.tb_frame
            trace = trace.tb_next


def shown(value: object) -> str:
    try:
        return repr(value)
    except AttributeError:  # of an object that is half made
        return ""


def check(call: Callable[[], object], *, raises: bool = True) -> None:
    """Calls, and searches the variables of each frame that an error report would print."""
    try:
        call()
    except (Exception, SystemExit) as error:
        frames = list(frames_of(error))
    else:
        assert not raises, "nothing was raised"
        return
    assert any(OURS in frame.f_code.co_filename for frame in frames)
    for frame in frames:
        for name, value in frame.f_locals.items():
            where = f"{frame.f_code.co_qualname if sys.version_info >= (3, 11) else ''} {name}"
            assert KEY not in shown(value), where


class Odd(Mapping[str, str]):
    """Headers that cannot be listed."""

    def __getitem__(self, name: str) -> str:
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        raise ValueError("no")

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return f"Odd({KEY})"


@pytest.mark.parametrize("cls", CLIENTS)
def test_a_client_that_cannot_be_made_shows_no_secret_in_a_frame(
    cls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("api_key", "token"):
        for wrong in WRONG_SECRETS:
            check(lambda n=name, w=wrong: cls(URL, **{n: w}))
        for more in (
            {"project": "\0"}, {"connections": "many"}, {"unknown": 1}, {"api_kay": KEY},
            {"proxy": f"http://user:{KEY}@"}, {"proxy": [KEY]}, {"proxy": PROXY + "\0"},
            {"headers": {"X-A": KEY + "é"}}, {"headers": {"A b": KEY}}, {"headers": [KEY]},
            {"headers": Odd()}, {"headers": {"X-A": KEY}, "ca_file": "/nowhere"},
        ):  # fmt: skip
            check(lambda n=name, m=more: cls(URL, **{n: KEY}, **m))
        check(lambda n=name: cls("no URL", **{n: KEY}))
        check(lambda n=name: cls(URL, api_key=KEY, token=KEY))
        for url in (f"https://user:{KEY}@host", f"{KEY}@host/x", f"//u:{KEY}@h\0", [f"//{KEY}@h"]):
            check(lambda n=name, u=url: cls(u, **{n: KEY}))
    monkeypatch.setenv("SIMRUNS_LOG", "loud")
    check(lambda: cls(URL, api_key=KEY, proxy=PROXY, headers={"X-A": KEY}))


def test_options_of_calls_show_no_secret_in_a_frame() -> None:
    with simruns.Client(URL, project="p", api_key=KEY, proxy=PROXY) as client:
        for more in (
            {"headers": {"X-A": KEY + "é"}},
            {"api_key": KEY},
            {"proxy": PROXY},
            {"k": KEY},
        ):
            check(lambda m=more: client.with_options(**m))
        closed = client.with_options(headers={"X-A": KEY})
    check(lambda: closed.batch(scenario="s", batch="b").page())


def test_the_environment_shows_no_secret_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIMRUNS_API_KEY", "SIMRUNS_TOKEN"):
        for bad in ("é", " x", "\udcff"):
            monkeypatch.setenv(name, KEY + bad)
            check(lambda: simruns.Client(URL))
            check(lambda: settings.credentials(None, None))
        monkeypatch.setenv(name, KEY)
    check(lambda: simruns.Client(URL))
    monkeypatch.delenv("SIMRUNS_TOKEN")
    check(lambda: simruns.Client("no URL"))
    monkeypatch.setenv("SIMRUNS_BASE_URL", f"https://user:{KEY}@host")
    check(lambda: simruns.Client(api_key=KEY))
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{KEY}@@host")
    check(lambda: simruns.Client("https://h", proxy_from_env=True))


def test_a_simulator_that_cannot_be_made_shows_no_secret_in_a_frame(tmp_path: Path) -> None:
    for name in ("api_key", "token"):
        for wrong in WRONG_SECRETS:
            check(lambda n=name, w=wrong: simruns.Simulator(**{n: w}))
        check(lambda n=name: simruns.Simulator(**{n: KEY}, port=-1))
        check(lambda n=name: simruns.Simulator(**{n: KEY}, host="\0"))
    (tmp_path / "key.pem").write_bytes(KEY.encode())
    (tmp_path / "cert.pem").write_bytes(b"\xff")
    (tmp_path / "none.pem").write_bytes(b"none")
    check(lambda: simruns.Simulator(tls=(tmp_path / "none.pem", tmp_path / "key.pem")))
    check(lambda: simruns.Simulator(tls=(tmp_path / "cert.pem", tmp_path / "key.pem")))
    with simruns.Simulator(runs=1) as sim:
        check(lambda: sim.client(proxy=f"http://user:{KEY}@"))
        check(lambda: sim.client(headers={"A b": KEY}))


@pytest.mark.parametrize("command", ["export", "doctor", "summary", "follow", "list", "archive"])
def test_a_command_shows_no_secret_in_a_frame(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "bad").write_text(KEY + "\xff", encoding="latin-1")
    monkeypatch.chdir(tmp_path)
    given = ["--base-url", URL, "--project", "p"]
    if command != "list":
        given += ["--scenario", "s", "--batch", "b"]
    if command in ("export", "archive"):
        given += ["-o", "out.jsonl"]
    for key, proxy in (
        ("key", f"http://user:{KEY}@"), ("key", PROXY), ("bad", PROXY), ("key", PROXY + "\udcff"),
    ):  # fmt: skip
        words = ["simruns", command, *given, "--api-key-file", key, "--proxy", proxy]
        hide_arguments(words)
        monkeypatch.setattr(sys, "argv", words)
        assert KEY not in repr(words)
        check(lambda: commands.app(prog_name="simruns"))


def test_a_secret_hides_whatever_it_is_given() -> None:
    for wrong in (KEY, *WRONG_SECRETS, None, object()):
        hidden = _core.Secret.masked(wrong)
        told = f"{hidden} {hidden!r} {hidden.fault} {hidden.type_name} {vars(type(hidden))}"
        assert KEY not in told
        assert hidden.is_key is (wrong == KEY)
    assert _core.Secret.masked(_core.Secret(KEY)).is_key
    assert _core.Secret.of_bytes(f" {KEY}\r\n".encode()).is_key
    assert not _core.Secret.of_bytes(KEY.encode() + b"\xff").is_ascii
    assert _core.Secret.of_bytes(b" \n").is_empty
