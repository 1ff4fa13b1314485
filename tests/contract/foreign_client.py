"""Pages through 500 runs of a Simulator by a client that a generator made from the contract.

    cd build/contract && openapi-python-client generate --path ../../tests/data/contract.yaml
    python tests/contract/foreign_client.py build/contract/runs-of-a-simulator-batch-client

Run by hand, in an environment with the generated client's own requirements; the Simulator is
started by the command line of this tree. Prints what the client got, and what it did wrong.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 100


def served(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """A Simulator, and what it says of itself."""
    command = [ROOT / ".venv/bin/simruns", "serve", "--scenarios", "1", "--runs", "500", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    while "scenario" not in said:
        said += process.stdout.readline()
    names = ("listening on", "api key", "project", "scenario")
    return process, {n: found[1] for n in names if (found := re.search(rf"^{n} (.*)$", said, re.M))}


class Foreign:
    def __init__(self, folder: Path, said: dict[str, str]) -> None:
        (package,) = [p.parent.name for p in folder.glob("*/client.py")]
        sys.path.insert(0, str(folder))
        call = importlib.import_module(
            f"{package}.api.simulation_runs.get_simulation_runs_by_batch"
        )
        client = importlib.import_module(f"{package}.client")
        self._call = call.sync_detailed
        # It knows one way to send a credential: a token, under a name and a prefix.
        self._client = client.AuthenticatedClient(
            base_url=said["listening on"], token=said["api key"], prefix="",
            auth_header_name="X-API-Key",
        )  # fmt: skip
        self._scenario, _, self._batch = said["scenario"].split()
        self._project = said["project"]

    def page(self, **query: Any) -> Any:
        answer = self._call(
            self._scenario, self._batch, client=self._client, project_id=self._project,
            limit=LIMIT, sort="createdAt:asc", **query,
        )  # fmt: skip
        assert answer.status_code == 200, answer.content
        return answer.parsed

    def by_skip(self) -> Iterator[Any]:
        skip, total = 0, 1
        while skip < total:
            page = self.page(skip=skip)
            yield from page.data
            skip, total = skip + len(page.data), page.pagination.total

    def by_next(self) -> Iterator[Any]:
        page = self.page()
        yield from page.data
        while page.pagination.has_next:
            page = self.page(next_=page.pagination.next_)
            yield from page.data


def sent(said: dict[str, str]) -> list[dict[str, Any]]:
    """The same runs, by a plain GET."""
    scenario, _, batch = said["scenario"].split()
    runs: list[dict[str, Any]] = []
    while len(runs) < 500:
        query = {"projectId": said["project"], "limit": LIMIT, "skip": len(runs)}
        query["sort"] = "createdAt:asc"
        url = f"{said['listening on']}/simulations/{scenario}/batches/{batch}/runs?"
        request = Request(url + urlencode(query), headers={"X-API-Key": said["api key"]})
        with urlopen(request) as answer:
            runs += json.load(answer)["data"]
    return runs


def differing(got: Any, right: Any, path: str = "") -> Iterator[str]:
    if isinstance(right, dict) and isinstance(got, dict):
        for name in sorted(right.keys() | got.keys()):
            yield from differing(got.get(name), right.get(name), f"{path}/{name}")
    elif isinstance(right, list) and isinstance(got, list) and len(right) == len(got):
        for mine, theirs in zip(got, right, strict=True):
            yield from differing(mine, theirs, path + "/*")
    elif got != right:
        yield path


def main(folder: Path) -> None:
    process, said = served()
    try:
        client = Foreign(folder, said)
        right = sent(said)
        for way in ("by_skip", "by_next"):
            runs = list(getattr(client, way)())
            ids = [run.id for run in runs]
            assert ids == [run["id"] for run in right], way
            paths: dict[str, int] = {}
            for run, theirs in zip(runs, right, strict=True):
                for path in differing(run.to_dict(), theirs):
                    paths[path] = paths.get(path, 0) + 1
            print(f"{way}: {len(runs)} runs, {len(set(ids))} ids, in order; differing: {paths}")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
