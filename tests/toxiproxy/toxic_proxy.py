"""A toxiproxy server of our own, and the proxies in it."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from types import TracebackType
from typing import Any


class ToxicProxies:
    """Proxies that pass connections on, and do to them what `add` says."""

    def __init__(self, program: str, seed: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._control = free.getsockname()[1]
        command = [program, "-host", "127.0.0.1", "-port", str(self._control), "-seed", str(seed)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def open(self, name: str, to_port: int) -> int:
        """The port at which a new proxy listens."""
        wanted = {"name": name, "listen": "127.0.0.1:0", "upstream": f"127.0.0.1:{to_port}"}
        listens: str = self._ask("POST", "/proxies", wanted)["listen"]
        return int(listens.rpartition(":")[2])

    def add(self, name: str, kind: str, toxicity: float, **attributes: int) -> None:
        """A share `toxicity` of the proxy's new connections has it, on the way to the client."""
        toxic = {"name": kind, "type": kind, "stream": "downstream", "toxicity": toxicity}
        self._ask("POST", f"/proxies/{name}/toxics", {**toxic, "attributes": attributes})

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def __enter__(self) -> ToxicProxies:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wait(self) -> None:
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"toxiproxy ended at once, with {self._process.returncode}")
            try:
                self._ask("GET", "/version")
                return
            except ConnectionRefusedError:
                time.sleep(0.01)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._control, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"toxiproxy: {method} {path}: {answer.status} {text}")
        return json.loads(text)
