"""A server of exact bytes, for responses that a Simulator does not give."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import simruns


class _Responding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: ExactServer

    def do_GET(self) -> None:
        if not urlsplit(self.path).path.endswith("/runs"):
            return self._know_nothing()
        self.server.targets.append(self.path)
        body = self.server.body
        if self.server.then:
            self.server.body = self.server.then.pop(0)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def _know_nothing(self) -> None:
        """Responds as a server that has only the pages of runs."""
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class ExactServer(ThreadingHTTPServer):
    """Gives every request for a page of runs the same response, `body`, or some first.

    It knows of nothing else. Its connections stay open.
    """

    def __init__(self, body: bytes = b"", *then: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Responding)
        self.body = body
        self.then = list(then)
        self.targets: list[str] = []


@contextmanager
def serving(*bodies: bytes) -> Iterator[tuple[ExactServer, simruns.Client]]:
    """A server that runs, and a client of it."""
    with ExactServer(*bodies) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            with simruns.Client(url, project="p", api_key="key-of-a-test") as client:
                yield server, client
        finally:
            server.shutdown()
