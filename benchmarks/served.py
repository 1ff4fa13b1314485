"""A Simulator in a process of its own, for the benchmarks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]


class Served:
    """`simruns serve` of one batch: its address, key and references."""

    def __init__(self, runs: int, latency_ms: int = 0) -> None:
        command = [ROOT / ".venv/bin/simruns", "serve", "--scenarios", "1", "--runs", str(runs)]
        command += ["--latency-ms", str(latency_ms)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = ""
        while "scenario" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"the Simulator ended early, after: {said}")
            said += line
        self.url = _said(said, "listening on")
        self.api_key = _said(said, "api key")
        self.project = _said(said, "project")
        self.scenario, _, self.batch = _said(said, "scenario").split()

    @property
    def pages(self) -> str:
        """Where the batch's pages are."""
        return f"{self.url}/simulations/{self.scenario}/batches/{self.batch}/runs"

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait()


def _said(text: str, name: str) -> str:
    found = re.search(rf"^{name} (.*)$", text, re.M)
    if found is None:
        raise RuntimeError(f"the Simulator did not say its {name}: {text}")
    return found[1]
