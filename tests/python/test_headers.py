"""Headers of the user's own, whose values may be secrets of a gateway."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import simruns

SECRET = "cookie-that-nobody-may-see"
GATE = {"Cookie": f"session={SECRET}; theme=dark", "X-Tenant": "blue"}


class _Echo(BaseHTTPRequestHandler):
    """A gateway that says in its errors what it was sent, in each of the usual forms."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append(self.headers)  # type: ignore[attr-defined]
        cookie = self.headers["Cookie"] or ""
        body = f'{{"error": "no: {cookie} and {cookie[8:34]}", "code": "{cookie}"}}'.encode()
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[tuple[str, list[Any]]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        server.seen = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", server.seen  # type: ignore[attr-defined]
        finally:
            server.shutdown()


def test_headers_are_sent_with_each_request_and_nothing_shows_them(
    echo: tuple[str, list[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    url, seen = echo
    caplog.set_level(1, "simruns")
    with simruns.Client(url, project="p", api_key="k-of-a-test", headers=GATE) as client:
        batch = client.batch(scenario="s", batch="b")
        with pytest.raises(simruns.RequestError) as told:
            batch.head(1)
        shown = f"{client!r} {client._core!r} {batch!r} {vars(client)!r}"
    assert [(one["Cookie"], one["X-Tenant"]) for one in seen] == [(GATE["Cookie"], "blue")]
    assert told.value.message == "no: *** and ***"
    records = "".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    for text in (shown, records, caplog.text, repr(vars(told.value)), str(told.value)):
        assert SECRET not in text


def test_a_call_may_have_headers_of_its_own(echo: tuple[str, list[Any]]) -> None:
    url, seen = echo

    async def ask() -> None:
        async with simruns.AsyncClient(url, project="p", api_key="k", headers=GATE) as client:
            own = {"X-Trace": "1", "User-Agent": "nightly/2", "x-tenant": "green"}
            other = client.with_options(headers=own)
            for one in (other, client):
                with pytest.raises(simruns.RequestError):
                    await one.batch(scenario="s", batch="b").head(1)

    asyncio.run(ask())
    own, first = seen
    assert (own["X-Trace"], own["Cookie"]) == ("1", GATE["Cookie"])
    assert (own.get_all("User-Agent"), own.get_all("X-Tenant")) == (["nightly/2"], ["green"])
    assert (first["X-Trace"], first["Cookie"], first["X-Tenant"]) == (None, GATE["Cookie"], "blue")
    assert first["User-Agent"].startswith("simruns/")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Authorization": SECRET}, "headers has Authorization, which carries the credentials"),
        ({"x-api-key": SECRET}, "headers has x-api-key, which carries the credentials"),
        ({"HOST": SECRET}, "headers has HOST, which the library sets itself"),
        ({"Content-Length": SECRET}, "headers has Content-Length, which the library sets"),
        ({"Transfer-Encoding": SECRET}, "headers has Transfer-Encoding, which the library sets"),
        ({"Proxy-Authorization": SECRET}, "headers has Proxy-Authorization, which is for a proxy"),
        ({"X-A": SECRET + "\r\nHost: x"}, "headers has X-A, whose value"),
        ({"X-A": SECRET + "\n"}, "headers has X-A, whose value"),
        ({"X-A": SECRET + "\0"}, "headers has X-A, whose value"),
        ({"X-A": SECRET + "é"}, "the header 'X-A' has no text of ASCII"),
        ({"X-A": SECRET + "\ud800"}, "the header 'X-A' has no text of ASCII"),
        ({"X-A": SECRET.encode()}, "the header 'X-A' has no text of ASCII"),
        ({"X-A": [SECRET]}, "the header 'X-A' has no text of ASCII"),
        ({"X-A": None}, "the header 'X-A' has no text of ASCII"),
        ({"X A": SECRET}, 'headers has the name "X A"'),
        ({"": SECRET}, 'headers has the name ""'),
        ({"X-A\r\nHost": SECRET}, 'headers has the name "X-A Host"'),
        ({7: SECRET}, "a name in headers is 7; give text"),
        ({"X-A": "1", "x-a": SECRET}, "headers has x-a, and has it twice"),
        ([("X-A", SECRET)], "headers is of type list; give a mapping of names to texts"),
        (SECRET, "headers is of type str; give a mapping"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused_and_not_shown(headers: Any, message: str) -> None:
    for cls in (simruns.Client, simruns.AsyncClient):
        with pytest.raises(simruns.InvalidArgumentError) as told:
            cls("http://127.0.0.1:9", api_key="k", headers=headers)
        assert message in str(told.value)
        assert SECRET not in f"{told.value!r} {vars(told.value)} {told.value.__context__!r}"


def test_a_simulator_records_no_headers(tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in its log, nor in what it passes on and records."""
    caplog.set_level(logging.DEBUG)
    log, record = tmp_path / "log.jsonl", tmp_path / "record.jsonl"
    with (
        simruns.Simulator(scenarios=1, runs=3) as real,
        simruns.Simulator(upstream=real.url, record=record, log=log) as sim,
        simruns.Client(sim.url, project=real.project, api_key=real.api_key, headers=GATE) as client,
    ):
        assert len(client.batches(real.pairs).read()) == 3
        told = repr(sim.requests()) + repr(real.requests())
    for text in (told, log.read_text(), record.read_text()):
        assert text
        assert SECRET not in text
