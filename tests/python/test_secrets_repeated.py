"""A server that repeats a credential, in any form and at any place, has it shown nowhere."""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from test_secrets import everything_of

import simruns

KEY = "k3y/Of+many=Chars&0123456789abcdefghij"
GATE = "gate-secret-of-the-company"
PASSWORD = "word-of-the-proxy"

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "lower": str.lower,
    "percent": lambda key: quote(key, safe=""),
    "percent, lower": lambda key: quote(key, safe="").lower(),
    "percent, / left": lambda key: quote(key, safe="/"),
    "percent, twice": lambda key: quote(quote(key, safe=""), safe=""),
    "percent, each": lambda key: "".join(f"%{ord(c):02x}" for c in key),
    "solidus": lambda key: key.replace("/", "\\/"),
    "\\u": lambda key: "".join(f"\\u{ord(c):04x}" for c in key),
    "\\U": lambda key: "".join(f"\\u{ord(c):04X}" for c in key),
    "HTML": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "HTML, hexadecimal": lambda key: "".join(f"&#x{ord(c):X};" for c in key),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64 of more": lambda key: base64.b64encode(f"user:{key}\n".encode()).decode(),
    "base64url": lambda key: base64.urlsafe_b64encode(key.encode()).decode().rstrip("="),
    "hex": lambda key: key.encode().hex(),
    "HEX": lambda key: key.encode().hex().upper(),
}


def a_page(*runs: dict[str, Any], **paging: Any) -> bytes:
    page = {"limit": 100, "skip": 0, "total": len(runs), "hasNext": False, "hasPrevious": False}
    return json.dumps({"data": runs, "pagination": {**page, **paging}}).encode()


def a_run(**more: Any) -> dict[str, Any]:
    return {"id": "r", "sequence": 1, "turns": [], "metrics": {}, **more}


def twice(member: str, page: bytes) -> bytes:
    return page.replace(b'"id"', f"{json.dumps(member)}: 1, ".encode() * 2 + b'"id"')


Reply = tuple[int, dict[str, str], bytes]

PLACES: dict[str, Callable[[str], list[Reply]]] = {
    "words of an error": lambda text: [(401, {}, json.dumps({"message": text}).encode())],
    "plain words": lambda text: [(500, {}, text.encode())],
    "words of a page": lambda text: [(200, {}, text.encode())],
    "details": lambda text: [
        (400, {}, json.dumps(dict.fromkeys(("message", "code", "field", "traceId"), text)).encode())
    ],
    "address": lambda text: [(302, {"Location": f"https://h/{text}"}, b"")],
    "coding": lambda text: [(200, {"Content-Encoding": text}, b"{}")],
    "value": lambda text: [(200, {}, a_page(a_run(metrics={"status": text})))],
    "date": lambda text: [(200, {}, a_page(a_run(expiresAt=text)))],
    "member": lambda text: [(200, {}, a_page(a_run(**{text: 1, "metrics": 1})))],
    "member, twice": lambda text: [
        (200, {}, twice(text, a_page(a_run())))
    ],
    "no JSON": lambda text: [(200, {}, b'{"data": [' + f"x{text}]}}".encode())],
    "run that is bad": lambda text: [
        (200, {}, a_page(a_run(id=text, summary="@")).replace(b'"@"', b"nul"))
    ],
    "batch": lambda text: [
        (200, {}, a_page(a_run(simulationRunBatchReference=text),
                         a_run(id="s", sequence=2, simulationRunBatchReference=text + "2")))
    ],
    "cursor": lambda text: [
        (200, {}, a_page(a_run(), total=3, hasNext=True, next=text)),
        (400, {}, json.dumps({"message": f"no cursor {text}"}).encode()),
    ],
}  # fmt: skip


class _Repeating(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    replies: list[Reply]

    def do_GET(self) -> None:
        status, headers, body = self.replies.pop(0) if self.replies else (404, {}, b"")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def repeating() -> Iterator[tuple[type[_Repeating], str]]:
    handler = type("Handler", (_Repeating,), {"replies": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield handler, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def told_of(batch: simruns.Batch, **how: Any) -> str:
    """All that reading a batch says: of its error, or of its runs, but their own texts."""
    try:
        runs = batch.read(**how)
    except simruns.RequestError as error:
        error.position = None  # it is the server's cursor, and says so
        came = error.runs
        error.runs = None
        told = everything_of(error)
        runs = came if came is not None else batch.read(max_runs=0)
        return told + repr(runs.completeness)
    issues = [issue.message for run in runs for issue in run.issues]
    left_out = [bad.message for bad in runs.bad_runs]
    return " ".join([*issues, *left_out, str(runs.completeness), repr(runs.completeness)])


def is_shown(form: str, told: str) -> str:
    """The first part of a form that is shown, of so many characters that it says something."""
    size = 8
    parts = (form[at : at + size] for at in range(max(1, len(form) - size + 1)))
    return next((part for part in parts if part in told), "")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("place", PLACES)
def test_a_secret_that_a_server_repeats_is_shown_nowhere(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In any form, whole or where a text is cut, by an error, an issue or a log."""
    caplog.set_level(logging.DEBUG, logger="simruns")
    with (
        repeating() as (server, url),
        simruns.Client(
            url, project="p", api_key=KEY, headers={"X-Gate": GATE}, max_attempts=1
        ) as client,
    ):
        batch = client.batch(scenario="s", batch="b")
        ways: tuple[dict[str, Any], ...] = ({"strict": True}, {"bad": "issue"})
        for (name, form), before, how in product(FORMS.items(), ("", "x " * 25), ways):
            forms = [form(KEY), form(GATE)]
            server.replies = PLACES[place](before + " ".join(forms))
            caplog.clear()
            told = told_of(batch, **how, allow_incomplete=True) + caplog.text
            for shown in forms:  # of base64, what stands beside the secret is left
                part = is_shown(shown[8:-6] if "more" in name else shown, told)
                assert not part, (name, how, part, told)
